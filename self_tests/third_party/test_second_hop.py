"""The second hop: the report separates the changes of a proxy from the violations of the server behind it."""

from __future__ import annotations

from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict
from self_tests.third_party.second_hop import changes, standing

MUSTS = ("delete/gone", "delete/only-its-target", "delete/unknown-is-404")


def verdicts(*those: str) -> list[Verdict]:
    return [Verdict(catalogue.requirements()[id], verdict) for id, verdict in zip(MUSTS, those, strict=True)]


def test_only_new_violations_are_of_the_proxy() -> None:
    """A violation of the server itself does not count as a change of the proxy."""
    table = changes(verdicts("fail", "pass", "pass"), verdicts("fail", "pass", "unjudged"))
    row = [list(column.cells) for column in table.columns]

    assert row[:4] == [["delete/unknown-is-404"], ["must"], ["pass"], ["unjudged"]]


def test_an_untested_requirement_is_not_counted() -> None:
    """A must that was not tested counts neither as passed nor as failed."""
    assert standing(verdicts("fail", "pass", "unjudged")) == standing(verdicts("pass", "unjudged", "fail"))
    assert "2" in standing(verdicts("fail", "pass", "unjudged"))
