"""The cases of a test that has more than `make test` has time for. `make every-case` runs the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], step: int) -> list[Any]:
    """All cases, for `pytest.mark.parametrize`. Only the first of each `step` cases is run by `make test`."""
    every = list(cases)
    return chosen(every, every[::step].__contains__)


def chosen(cases: Iterable[Any], is_run: Callable[[Any], bool]) -> list[Any]:
    """All cases, for `pytest.mark.parametrize`. Only those for which `is_run` is true are run by `make test`."""
    return [case if is_run(case) else pytest.param(case, marks=pytest.mark.every_case) for case in cases]
