"""The fake with a dialect for each reading of the second implementation: the suite gives both the same verdicts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from contract_tests.http import own_fake
from contract_tests.http.target import Clock, Target
from contract_tests.runs.full_run import Run
from fake_server.compose import compose
from fake_server.domain.assistants import assistant_id
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.doubles.reading_dialects import dialect_for
from self_tests.doubles.readings import READINGS
from self_tests.doubles.second_server import Served
from self_tests.suite.test_right_servers import TOUR, broken, expected, target


@contextmanager
def fake_with(name: str, clock: Clock, rate_limit: int | None = None) -> Iterator[Target]:
    """The fake with the free choices of this reading."""
    primary, sibling, foreign = seed.KEYS
    with serve(compose(rate_limit=rate_limit, now=clock.now, dialect=dialect_for(READINGS[name]))) as url:
        bound, expendable = assistant_id(primary.project), assistant_id(sibling.project)
        served = Served(url, primary.secret, sibling.secret, foreign.secret, bound, expendable)
        yield replace(target(served, rate_limit or 0), clock=clock)


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_is_a_dialect(name: str) -> None:
    """Every must passes, and those of the shoulds warn that the reading does not keep."""
    with fake_with(name, own_fake.held_clock()) as fake:
        verdicts = Run(fake, TOUR, lambda id: not id.startswith("rate/")).judge().verdicts

    assert broken(verdicts) == expected(name)


@pytest.mark.parametrize("name", ["default", "per_ip", "fixed_window", "ragen"])
def test_a_limiter_is_a_dialect(name: str) -> None:
    """A limiter by key or by address, with a sliding or a fixed window, passes."""
    with fake_with(name, own_fake.held_clock(), 20) as limited:
        verdicts = Run(limited, TOUR, lambda id: id.startswith("rate/")).judge().verdicts

    assert broken(verdicts) == {}
