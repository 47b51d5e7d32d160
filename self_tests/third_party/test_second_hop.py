"""The second hop: what a proxy changes is told apart from what the server behind it does."""

from __future__ import annotations

from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict
from self_tests.third_party.second_hop import changes, standing

MUSTS = ("delete/gone", "delete/only-its-target", "delete/unknown-is-404")


def verdicts(*those: str) -> list[Verdict]:
    return [Verdict(catalogue.requirements()[id], verdict) for id, verdict in zip(MUSTS, those, strict=True)]


def test_only_what_differs_is_the_proxys() -> None:
    """What the server breaks by itself is not laid at the proxy's door."""
    table = changes(verdicts("fail", "pass", "pass"), verdicts("fail", "pass", "unjudged"))
    row = [list(column.cells) for column in table.columns]

    assert row[:4] == [["delete/unknown-is-404"], ["must"], ["pass"], ["unjudged"]]


def test_what_was_not_judged_is_not_counted() -> None:
    """A must that could not be judged neither holds nor fails."""
    assert standing(verdicts("fail", "pass", "unjudged")) == standing(verdicts("pass", "unjudged", "fail"))
    assert "2" in standing(verdicts("fail", "pass", "unjudged"))
