"""The editions of the contract: openapi.yaml is the page's own, and each file of editions/ is an overlay on it.

A process judges by one edition at a time, because the contract is the same for all that a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from contract_tests.http import overlay, yaml_text

PAGE = "page"
Function = TypeVar("Function", bound=Callable[..., Any])
_chosen = PAGE


def location() -> Path:
    """openapi.yaml: beside this package in a checkout, in the fake's package in a wheel."""
    above = Path(__file__).resolve().parents[2]
    return next(path for path in (above / "openapi.yaml", above / "fake_server/openapi.yaml") if path.exists())


def names() -> tuple[str, ...]:
    """Every edition, the page's first."""
    return (PAGE, *sorted(path.stem for path in location().with_name("editions").glob("*.yaml")))


def chosen() -> str:
    return _chosen


def choose(name: str) -> None:
    """From now on the contract is this edition."""
    global _chosen
    _chosen = name


@contextmanager
def use(name: str) -> Iterator[None]:
    """The contract is this edition within the block."""
    before = chosen()
    choose(name)
    try:
        yield
    finally:
        choose(before)


def per_edition(function: Function) -> Function:
    """The function, whose results are kept for each edition."""

    @cache
    def kept(_: str, *args: Any) -> Any:
        return function(*args)

    @wraps(function)
    def of_the_chosen(*args: Any) -> Any:
        return kept(_chosen, *args)

    return of_the_chosen  # type: ignore[return-value]  # a function with the parameters of the given one


@per_edition
def document() -> dict[str, Any]:
    """The contract as an OpenAPI document."""
    page: dict[str, Any] = yaml_text.load(location().read_text(encoding="utf-8"))
    if chosen() == PAGE:
        return page
    path = location().with_name("editions") / f"{chosen()}.yaml"
    return overlay.apply(page, yaml_text.load(path.read_text(encoding="utf-8")))
