"""`learn` tells how a server speaks, in few requests, and says nothing that no exchange decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests import local
from contract_tests.dialect import bounds, schema
from contract_tests.dialect.choice import CHOICES, Found
from contract_tests.dialect.choice import learn as learnt
from contract_tests.dialect.sights import sights
from contract_tests.learning import Learning
from contract_tests.planned import PlannedRun
from contract_tests.profiles import plan
from contract_tests.run import Result
from contract_tests.target import ROLES, Target
from contract_tests.terminal import Terminal
from contract_tests.wire import Exchange, Json
from fake_server import seed
from fake_server.assistants import Project
from fake_server.dialect import defaults
from self_tests import rehearsal
from self_tests.reading_dialects import dialect_of
from self_tests.readings import READINGS, Reading
from self_tests.second_server import serve as serve_second

# Where a reading's own words are not what can be seen of it: bounds beyond all that is tried, a cursor that none heeds.
ODD: dict[str, dict[str, Json]] = {
    "lenient": {"bodies.name_max": None, "bodies.instructions_max": None},
    "one_page": {"lists.unknown_cursor": "first-page"},
}
UNASKED = {
    "errors.deactivated_key",
    *(f"limiter.{name}" for name in ("per", "per_operation", "before_auth", "window", "block")),
}


def spoken(name: str) -> dict[str, Json]:
    """Every setting that the answers of a reading show."""
    reading = READINGS[name]
    said = reading.messages.format("a valid key is needed")
    seen = {
        "bodies.largest": bounds.BODY[-1],
        "errors.missing_key": said,
        "errors.unknown_key": said,
        **ODD.get(name, {}),
    }
    unseen = {*UNASKED, "limiter.headers", "errors.body_too_large"}
    if not reading.bare_id_accepted:
        unseen.add("ids.echo_as_sent")
    return {
        each: value
        for each, value in {**defaults(), **dialect_of(reading), **seen, **ODD.get(name, {})}.items()
        if each not in unseen
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

    assert values(found) == spoken(name)
    assert result.requests <= (result.planned or 0)


def test_learning_leaves_no_trace(tmp_path: Path) -> None:
    """Beside 500 assistants of others, and with a limiter."""
    with rehearsal.production() as place:
        before = everybody(place)
        found, result = asked(place.target(), tmp_path)
        after = everybody(place)

    assert (after, result.left_behind) == (before, [])
    assert result.requests <= (result.planned or 0)
    assert len(values(found)) > 45


def everybody(place: rehearsal.Production) -> list[Project]:
    return [project for each in seed.ORGANIZATIONS for project in place.fake.store.projects(each.id)]


def test_learning_takes_three_minutes_at_twenty_a_minute(tmp_path: Path) -> None:
    """Two minutes of waiting, and nothing that is refused for being too early."""
    with local.fake(20) as target:
        began = target.clock.now()
        found, _ = asked(target, tmp_path)
        took = target.clock.now() - began

    assert took < 180
    assert len(values(found)) > 45


@pytest.mark.parametrize("name", ["default", "per_ip", "fixed_window"])
def test_the_limiter_is_learnt_by_using_it_up(name: str, tmp_path: Path) -> None:
    """What it counts, and by which minute, within two of them."""
    clock = local.held_clock()
    reading = replace(READINGS[name], rate_limit=20)
    with serve_second(reading, now=clock.now) as served:
        target = Target(served.base_url, {role: getattr(served, role) for role in ROLES}, rate_limit=20, clock=clock)
        found, result = probed(target, tmp_path)

    by_ip = reading.counted_per == "ip"
    assert {name: each.value for name, each in found.items() if name.startswith("limiter.")} == {
        **{"limiter.per": reading.counted_per, "limiter.per_operation": False, "limiter.before_auth": by_ip},
        **{"limiter.window": reading.window, "limiter.block": 0, "limiter.headers": False},
    }
    assert result.requests <= (result.planned or 0)


def probed(target: Target, ledger: Path) -> tuple[dict[str, Found], Result]:
    terminal = Terminal(strict=False, aside=True)
    learning = Learning(target, plan.make(plan.LEARN, target, lambda _: True, [plan.PROBE]), ledger, terminal)
    result = learning.run.judge()
    return learning.found(), result
