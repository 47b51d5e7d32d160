"""`learn` tells how a server speaks, in few requests, and says nothing that no exchange decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.dialect import bounds, schema
from contract_tests.dialect.choice import CHOICES, Found
from contract_tests.dialect.choice import learn as learnt
from contract_tests.dialect.sights import sights
from contract_tests.planned import PlannedRun
from contract_tests.profiles import plan
from contract_tests.run import Result
from contract_tests.target import ROLES, Target
from contract_tests.wire import Exchange, Json
from fake_server import seed
from self_tests import rehearsal
from self_tests.readings import READINGS, Reading
from self_tests.second_server import serve as serve_second

UNASKED = {
    "errors.deactivated_key",
    *(f"limiter.{name}" for name in ("per", "per_operation", "before_auth", "window", "block")),
}


def dialect_of(reading: Reading) -> dict[str, Json]:
    """What a reading chooses, as a dialect says it; written by hand from readings.py."""
    r = reading
    constants = ("description", "metadata", "tool_resources", "top_p", "response_format")
    one_page = r.paging == "one-page"
    return {
        **{f"constants.{name}": getattr(r, name) for name in constants},
        "organization.model": r.model,
        "organization.temperature": r.temperature,
        "answers.create_status": r.post_status,
        "answers.modify_status": r.post_status,
        "answers.cleared_by_create": None if r.cleared == "mix" else r.cleared,
        "answers.cleared_by_modify": "" if r.cleared == "mix" else r.cleared,
        "answers.extra_fields": r.extra_fields,
        "answers.extra_headers": r.extra_headers,
        "answers.sorted_keys": r.keys_sorted,
        "answers.request_id": True,
        "ids.shape": r.id_style,
        "ids.bare_accepted": r.bare_id_accepted,
        **({"ids.echo_as_sent": False} if r.bare_id_accepted else {}),
        "bodies.absurd_values": r.absurd,
        "bodies.absurd_contents": "ignore",
        "bodies.metadata": "any",
        "bodies.unknown_fields": r.unknown_fields,
        "bodies.reasoning_effort": r.reasoning_effort_accepted,
        "bodies.name_min": 1 if r.empty_name_refused else 0,
        "bodies.name_max": r.max_name if r.max_name < 4096 else None,
        "bodies.instructions_max": r.max_instructions if r.max_instructions < 10**6 else None,
        "bodies.description_max": None,
        "bodies.unstorable": r.nul,
        "bodies.null_name": "keep" if r.null_in_modify == "keep" else "refuse",
        "bodies.null_instructions": r.null_in_modify,
        "bodies.empty_modify": "accept",
        "bodies.largest": bounds.BODY[-1],
        "lists.has_more": True,
        "lists.first_and_last_id": r.paging == "openai",
        "lists.paging": r.paging,
        "lists.unknown_cursor": "first-page" if one_page else 404,
        "lists.unknown_query": r.unknown_query,
        "errors.types": r.error_types,
        "errors.code": r.codes,
        "errors.param": "absent" if r.codes == "absent" else "null",
        "errors.foreign_status": r.foreign_status,
        "errors.unknown_url": "envelope",
        "errors.wrong_method": r.wrong_method,
        "errors.wrong_method_shape": "envelope",
        "errors.bad_json": "envelope",
        "errors.missing_key": r.messages.format("a valid key is needed"),
        "errors.unknown_key": r.messages.format("a valid key is needed"),
        "browser.allow_headers": r.allow_headers.split(",") if r.allow_headers else None,
    }


def asked(target: Target, ledger: Path, profile: str = plan.LEARN) -> tuple[dict[str, Found], Result]:
    seen: list[Exchange] = []
    planned = plan.make(profile, target, lambda _: True)
    result = PlannedRun(target, planned, 1, lambda _: True, ledger, watch=seen.append).judge()
    return learnt(sights(seen)), result


def values(found: Mapping[str, Found]) -> dict[str, Json]:
    return {name: each.value for name, each in found.items() if not each.doubt}


@contextmanager
def second(reading: Reading) -> Iterator[Target]:
    with serve_second(replace(reading, rate_limit=None)) as served:
        yield Target(served.base_url, {role: getattr(served, role) for role in ROLES}, rate_limit=0)


def test_every_setting_of_a_dialect_has_a_rule() -> None:
    """But for what only a deactivated key and a used-up limit show; and no rule has a setting that is none."""
    assert set(schema.settings()) - set(CHOICES) == UNASKED
    assert set(CHOICES) <= set(schema.settings())


@pytest.mark.parametrize("name", READINGS)
def test_every_choice_of_a_legal_reading_is_learnt(name: str, tmp_path: Path) -> None:
    """In the planned number of requests; what the answers cannot show is left out."""
    with second(READINGS[name]) as target:
        found, result = asked(target, tmp_path)

    assert values(found) == dialect_of(READINGS[name])
    assert result.requests <= (result.planned or 0)


def test_learning_leaves_no_trace_and_keeps_within_twenty_a_minute(tmp_path: Path) -> None:
    """Beside 500 assistants of others, with the limiter on: in the planned requests, and under five minutes."""
    with rehearsal.production(rehearsal.STEADY) as place:
        others = place.fake.store.projects(seed.ORGANIZATIONS[0].id)
        before, target, began = list(others), place.target(), place.target().clock.now()
        found, result = asked(target, tmp_path)
        after, took = list(place.fake.store.projects(seed.ORGANIZATIONS[0].id)), target.clock.now() - began

    assert (after, result.left_behind) == (before, [])
    assert result.requests <= (result.planned or 0)
    assert took < 300
    assert len(values(found)) > 40
