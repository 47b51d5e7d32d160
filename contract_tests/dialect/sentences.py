"""A difference of two servers as a sentence, with both values: A create answers 201 / 200."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from contract_tests.dialect.observations import Observation
from contract_tests.http import yaml_text
from contract_tests.http.messages import Json
from contract_tests.http.operations import WITH_A_BODY
from contract_tests.requirements.findings import brief
from contract_tests.requirements.verdicts import CALLS

LONGEST = 80  # characters of a value
EMPTY = '""'
WORDS = {"pass": "passed", "fail": "failed", "warn": "violated"}


def of_setting(setting: str, one: str, other: str) -> str:
    return f"{_sentences()[setting].format(f'{one} / {other}')}."


def of_verdict(requirement: str, one: str, other: str) -> str:
    return f"{requirement} {WORDS[one]} / {WORDS[other]}."


def of_call(observation: Observation, place: str, one: Json, other: Json) -> str:
    """`place` is a place of the answer, as `normalize.visible_fields` names it."""
    where = place.partition(" ")[0].removeprefix("assistant.").removeprefix("page.").replace("header.", "header ")
    values = " / ".join(brief(value, LONGEST) or EMPTY for value in (one, other))
    return f"{_subject(observation)} answers {values if where == 'status' else f'{where} {values}'}."


def _subject(observation: Observation) -> str:
    operation, fields = observation.call.operation, observation.fields
    if observation.exchange.request.method == "OPTIONS":
        return "A preflight"
    if not operation:
        return f"{observation.exchange.request.method} on {observation.exchange.request.path.partition('?')[0]}"
    if operation in WITH_A_BODY and fields:
        names = ", ".join(f'"{name}"' for name in fields)
        return f"A {CALLS[operation]} of {{{names}}}"
    return f"A {CALLS[operation]}"


@cache
def _sentences() -> Mapping[str, str]:
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml_text.load(text)
    return loaded
