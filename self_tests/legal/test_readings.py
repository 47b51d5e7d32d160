"""Legal servers: no mixture of the free choices is accused. `make readings` judges many by the whole suite."""

from __future__ import annotations

import pytest

from contract_tests.requirements import catalogue
from fake_server.dialect.settings import parse_dialect
from self_tests.cases import sampled
from self_tests.legal import CHOICES
from self_tests.legal.readings import TOUR, judge, main, mix

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python


@pytest.mark.parametrize("number", sampled([1, 2, 3, 4], 4))
def test_a_mixture_is_not_accused(number: int) -> None:
    """The tour gives no FAIL, no WARN that a choice does not declare, and leaves no must untested."""
    judged = judge(mix(2, number), "a mixture", number, TOUR)

    assert (judged.named, judged.stopped) == ({}, "")


def test_a_seed_decides_the_mixture() -> None:
    """The same seed and number give the same mixture; another number gives another mixture."""
    assert mix(1, 1) == mix(1, 1)
    assert mix(1, 1) != mix(1, 2)


def test_each_alternative_is_in_some_mixture() -> None:
    """Sixty mixtures contain every alternative of every choice."""
    mixed = {each.name for number in range(1, 61) for each in mix(1, number)}

    assert {each.name for choice in CHOICES.values() for each in choice.alternatives} - mixed == set()


def test_each_declared_requirement_exists() -> None:
    """Each declared WARN is a should of the catalogue, and each setting is one of the dialects with a valid value."""
    alternatives = [each for choice in CHOICES.values() for each in choice.alternatives]
    for each in alternatives:
        for setting, value in each.dialect.items():
            group, _, name = setting.partition(".")
            assert parse_dialect({group: {name: value}}) == {setting: value}

    assert {catalogue.requirements()[id].level for each in alternatives for id in each.warns} == {"should"}


def test_a_name_that_fits_no_choice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is judged, and the exit code is 1."""
    assert main(["no such choice"]) == 1
    assert capsys.readouterr().err == "readings: no free choice has 'no such choice' in its name.\n"
