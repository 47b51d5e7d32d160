"""A dialect as a YAML document that the fake reads. A comment beside a setting has its default and a note."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap

import yaml

from contract_tests.dialect import schema
from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import CHOICES, Learned, describe
from contract_tests.http import editions, printable_text, yaml_text
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import CREATE
from contract_tests.requirements.findings import answer, brief

WIDTH = 118


def render(found: Mapping[str, Learned], base_url: str, how: str, refused: Sequence[str] = ()) -> str:
    """`how` says from which calls the dialect was learned, and `refused` names the refused creates, which may hide
    settings. A comment at the end lists the settings that were not learned."""
    known = [name for name in schema.settings() if name in found and not found[name].doubt]
    today = time.strftime("%Y-%m-%d")
    lines = [
        f"# The dialect of {_comment(base_url)}, learned on {today}: {how}",
        f"# A fake that answers alike: assistants-fake{editions.option()} --dialect FILE",
        *(f"# {_comment(line)}" for line in refused),
        "",
    ]
    for group, names in groupby(known, key=lambda name: name.partition(".")[0]):
        lines += [f"{group}:", *(line for name in names for line in _setting(name, found[name]))]
    if not known:
        lines.append("{}")
    return "\n".join([*lines, *_left_open(found)]) + "\n"


def refused_creates(exchanges: Iterable[Exchange]) -> list[str]:
    """A line for each kind of answer to a good create that was refused. No dialect can refuse a good create."""
    refused: dict[str, str] = {}
    for seen in observations(exchanges):
        if seen.call.operation == CREATE and seen.refused and not seen.call.free:
            refused.setdefault(answer(seen.exchange), describe(seen))
    return [f"A create was refused: {brief(call)} → {text}" for text, call in refused.items()]


def left_open(found: Mapping[str, Learned]) -> dict[str, str]:
    """The reason for which each setting that was not learned keeps its default."""
    rest = [name for name in schema.settings() if name not in found or found[name].doubt]
    return {name: found[name].doubt if name in found else UNSHOWN.get(name, UNSEEN) for name in rest}


UNSEEN = "no answer showed it"
LIMITER = "learned only with --probe-rate-limit, which uses up the rate limit"
OWN_VALUES = "no assistant showed a value that this run had not sent itself"
UNSHOWN = {
    **{name: OWN_VALUES for name in CHOICES if name.startswith(("constants.", "organization."))},
    "errors.deactivated_key": "needs a key that was deactivated",
    "errors.foreign_status": "needs a key of another organization (ASSISTANTS_FOREIGN_API_KEY)",
    "errors.body_too_large": "no body that was tried was too large",
    "ids.echo_as_sent": "only an id without its prefix shows it, and this server does not accept such an id",
    **{f"limiter.{name}": LIMITER for name in ("per", "per_operation", "before_auth", "window", "block", "headers")},
}


def _setting(name: str, found: Learned) -> list[str]:
    text = f"  {name.partition('.')[2]}: {_value(found.value)}"
    notes = [] if same(found.value, schema.default(name)) else [f"default: {_value(schema.default(name))}"]
    if found.note:
        notes.insert(0, _comment(found.note))
    if not notes:
        return [text]
    note = f"# {'; '.join(notes)}"
    return [f"{text}  {note}"] if len(text) + len(note) < WIDTH and "\n" not in note else [text]


def _value(value: Json) -> str:
    """Any value as one line of YAML."""
    if not all(text.isprintable() and "##" not in text for text in _texts(value)):
        return yaml_text.dump_line(value)
    written = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return written.removesuffix("\n").removesuffix("\n...").strip()


def _comment(text: str) -> str:
    """A text for a comment: one line, which a terminal and a CI server do not obey."""
    return printable_text.escape(" ".join(text.split())).replace("##", r"#\x23")


def _texts(value: Json) -> Iterator[str]:
    """Each text in a value, the keys of objects too."""
    if isinstance(value, dict):
        yield from (text for item in [*value, *value.values()] for text in _texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, str):
        yield value


def _left_open(found: Mapping[str, Learned]) -> Iterable[str]:
    reasons = defaultdict[str, list[str]](list)
    for name, why in left_open(found).items():
        reasons[why].append(name)
    if reasons:
        yield ""
        yield "# Not learned, so these keep their defaults:"
    for why, names in reasons.items():
        line = f"{', '.join(names)}: {_comment(why)}"
        yield from wrap(line, WIDTH, initial_indent="#   ", subsequent_indent="#     ", break_long_words=False)
