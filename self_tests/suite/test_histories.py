"""Random histories find a violation that needs several calls, and give the fewest calls that show it."""

from __future__ import annotations

import random

import pytest

from contract_tests.generators import histories
from contract_tests.reports import reproduce
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from self_tests.reports.test_reproduce import needs_curl, shell, statuses
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import serving

FOUND = {
    "a rename wipes the instructions": "modify/partial",
    "nothing is deleted": "delete/gone",
    "all are modified: patchAssistant": "modify/only-its-target",
    "has more is always false": "list/complete",
}


@needs_curl
@pytest.mark.parametrize("name", FOUND)
def test_a_breach_is_shrunk_to_the_fewest_calls(name: str) -> None:
    """A violation is shrunk to a few of about fifty calls, and its script shows the same answer in a shell."""
    server = next(server for server in SERVERS if server.name == name)
    with serving(server.change) as target:
        run = Run(target, RunOptions(histories=3, generators=frozenset({"histories"})), lambda id: id == FOUND[name])
        breach = run.judge().verdicts[0].violations[0]

        printed = shell(reproduce.script(breach.exchanges, target))

    assert 1 <= len(breach.exchanges) <= 6
    assert statuses(printed)[-1] == breach.exchanges[-1].response.status


def test_the_same_seed_gives_the_same_history() -> None:
    """The seed alone decides the calls of a history."""
    one, again, other = (histories.write(random.Random(seed), ["primary"], "tag") for seed in (1, 1, 2))

    assert one == again
    assert one != other


def test_an_assistant_of_two_organizations_is_deleted_in_both() -> None:
    """A server may make an assistant of the same id in another organization: that organization's key deletes it."""
    server = next(server for server in SERVERS if server.name == "an id is made in each organization")
    with serving(server.change) as target:
        run = Run(
            target, RunOptions(histories=20, generators=frozenset({"histories"})), lambda id: id.startswith("org/")
        )

        assert run.judge().left_behind == {}
