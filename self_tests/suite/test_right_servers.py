"""No right server is accused: neither our fake, nor a second implementation in every legal reading of the contract."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.generators import tour
from contract_tests.http import operations, own_fake
from contract_tests.http.client import Client
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.target import Clock, Target
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.cli import command
from fake_server.compose import compose
from fake_server.control.client import ControlClient
from fake_server.fake import Fake
from fake_server.http.server import serve as served_by_http
from fake_server.log import LineWriter
from fake_server.start import StartOptions, compose_fake
from fake_server.storage import seed
from self_tests.cases import sampled
from self_tests.doubles.second_server import READINGS, Served, serve

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python

TOUR = RunOptions(generators=frozenset({"tour"}))
NOT_THE_LIMITER: Callable[[str], bool] = lambda id: not id.startswith("rate/")  # noqa: E731 - as Run wants it
# Every generator judges these readings, so the tour alone need not.
EVERY_GENERATOR = ("strict", "lenient")
# The shoulds that a reading does not conform to.
WARNS = {
    "ragen": {
        "create/status-200",
        "errors/code-is-text-or-null",
        "ignored/reasoning-effort-accepted",
        "list/first-and-last-id",
        "list/before",
        "browser/preflight",
    },
    "one_page": {"list/order-asc", "list/first-and-last-id"},
    "numeric_codes": {"errors/code-is-text-or-null"},
    "absent_codes": {"errors/param-and-code-present"},
    "created_201": {"create/status-200"},
    "foreign_403": {"org/others-look-unknown"},
}
# The shoulds that a reading's free choice makes meaningless.
UNJUDGED = {"one_page": {"list/limit", "list/after", "list/before", "list/bad-limit-refused"}}


def target(served: Served, rate_limit: int = 0) -> Target:
    keys = {role: getattr(served, role) for role in ("primary", "sibling", "foreign")}
    return Target(served.base_url, keys, served.bound_id, served.expendable_id, rate_limit)


def expected(name: str) -> dict[str, str]:
    """The verdicts on a reading that are no pass."""
    return dict.fromkeys(WARNS.get(name, ()), "warn") | dict.fromkeys(UNJUDGED.get(name, ()), "unjudged")


def broken(verdicts: list[Verdict]) -> dict[str, str]:
    return {each.requirement.id: each.verdict for each in verdicts if each.verdict != "pass"}


def shuffled(monkeypatch: pytest.MonkeyPatch, seed: str) -> None:
    """Gives the tour another order of its steps. The runs of every generator have the usual order."""
    monkeypatch.setattr(tour, "STEPS", random.Random(seed).sample(tour.STEPS, len(tour.STEPS)))


@pytest.mark.parametrize("name", sampled((name for name in READINGS if name not in EVERY_GENERATOR), 6))
def test_a_legal_reading_is_not_accused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every must passes; of the shoulds only those warn that the reading does not keep. No step needs another: each
    reading has an order of the steps of its own.
    """
    shuffled(monkeypatch, name)

    with serve(replace(READINGS[name], rate_limit=None)) as served:
        verdicts = Run(target(served), TOUR, NOT_THE_LIMITER).judge().verdicts

    assert broken(verdicts) == expected(name)


@pytest.mark.parametrize("name", sampled(EVERY_GENERATOR, 2))
def test_a_legal_reading_is_not_accused_by_any_generator(name: str) -> None:
    """Schemathesis, the random histories and the SDKs accuse nobody either."""
    with serve(replace(READINGS[name], rate_limit=None)) as served:
        run = Run(target(served), RunOptions(histories=10), NOT_THE_LIMITER).judge()

    assert (broken(run.verdicts), run.left_behind) == ({}, {})


def test_the_fake_with_all_that_it_has_is_not_accused(tmp_path: Path) -> None:
    """With the control API, a log and a data file every must and should passes, also rate/*."""
    fake = compose_by_command("--data", str(tmp_path / "data.json"), "--log", "json")
    with closing(fake.store), served_by_http(fake) as url:
        limited = target_with_held_clock(url)
        limits = Run(limited, TOUR, lambda id: id.startswith("rate/")).judge()
        ControlClient(url).limit(None)
        others = Run(replace(limited, rate_limit=0), RunOptions(histories=10), NOT_THE_LIMITER).judge()

    assert broken(limits.verdicts + others.verdicts) == {}
    assert limits.left_behind | others.left_behind == {}


def compose_by_command(*words: str) -> Fake:
    given = command.make_context("assistants-fake", list(words)).params
    of_the_listener = ("hosts", "port", "tls_cert", "tls_key", "as_json")
    options = {name: value for name, value in given.items() if name not in of_the_listener}
    return compose_fake(given["hosts"], LineWriter(None), StartOptions(**options))


def target_with_held_clock(url: str) -> Target:
    """The fake as a target; a wait moves the fake's clock through the control API."""
    clock, control = own_fake.held_clock(), ControlClient(url)

    def rest(seconds: float) -> None:
        clock.rest(seconds)
        control.advance(seconds)

    keys = {key.label: key.secret for key in seed.KEYS}
    bound, expendable = (f"asst-{key.project}" for key in seed.KEYS[:2])
    return Target(url, keys, bound, expendable, rate_limit=20, clock=Clock(clock.now, rest))


@pytest.mark.parametrize("name", ["default", "per_ip", "fixed_window", "ragen"])
def test_a_legal_limiter_is_not_accused(name: str) -> None:
    """A limit of twenty a minute may count by key or by address, in a sliding or a fixed window."""
    clock = own_fake.held_clock()
    with serve(replace(READINGS[name], rate_limit=20), now=clock.now) as served:
        limited = replace(target(served, 20), clock=clock)
        verdicts = Run(limited, TOUR, lambda id: id.startswith("rate/")).judge().verdicts

    assert {id for id, verdict in broken(verdicts).items() if verdict != "warn"} == set()


def test_the_same_seed_makes_the_same_calls() -> None:
    """Two runs with the same seed send the same calls but for ids; another seed sends other calls."""
    first, again = (calls_of(1, "tour", "schemathesis", "histories") for _ in range(2))
    one, other = (calls_of(seed, "histories") for seed in (1, 2))

    assert first == again
    assert one != other


def calls_of(seed: int, *generators: str) -> list[tuple[str, str, str]]:
    """Every call of a run; each id, whole or cut short by a letter, is replaced by its number."""
    calls: list[tuple[str, str, str]] = []
    ids: dict[str, str] = {}

    def number_ids(text: str) -> str:
        return re.sub("asst-[0-9a-f]{23,24}", lambda id: ids.setdefault(id.group(), f"id {len(ids)}"), text)

    def call(request: Request) -> tuple[str, str, str]:
        return request.method, number_ids(request.path), number_ids((request.body or b"").decode("latin-1"))

    choice = RunOptions(seed, histories=2, generators=frozenset(generators))
    with own_fake.fake() as fake:
        Run(fake, choice, NOT_THE_LIMITER, watch=lambda each: calls.append(call(each.request))).judge()
    return calls


def test_others_may_come_and_go_meanwhile() -> None:
    """Another user creates and deletes assistants of the organization during the run, and nobody is accused of it."""
    with serve(replace(READINGS["default"], rate_limit=None)) as served:
        busy = Client(target(served))
        theirs: list[str] = []

        def others_too(exchange: Exchange) -> None:
            if exchange.number % 7 == 0:
                theirs.append(busy.send(operations.create({"name": "A customer's"})).response.json["id"])
            if exchange.number % 11 == 0 and theirs:
                busy.send(operations.delete(theirs.pop(0)))

        run = Run(target(served), TOUR, NOT_THE_LIMITER, watch=others_too).judge()

    assert broken(run.verdicts) == {}


@pytest.mark.parametrize(("model", "verdict"), [("another-house-model", "unjudged"), ("any", "fail")])
def test_a_change_of_the_organization_is_no_leak(model: str, verdict: str) -> None:
    """A model that changes once, for good, to a value that no call has sent leaves one requirement untested. A value
    that was sent is kept from that call.
    """
    fake = compose(rate_limit=None)
    organization = seed.ORGANIZATIONS[0].id

    def administrator(exchange: Exchange) -> None:
        if exchange.number == 100:
            fake.store.alter("organizations", organization, {"model": model})

    with served_by_http(fake) as url:
        keys = {key.label: key.secret for key in seed.KEYS}
        run = Run(
            Target(url, keys, rate_limit=0),
            TOUR,
            lambda id: id.startswith(("ignored/", "retrieve/")),
            watch=administrator,
        )
        verdicts = broken(run.judge().verdicts)

    assert set(verdicts.values()) == {verdict}
