"""The editions of the contract: openapi.yaml is the page's own, and each file of editions/ is an overlay on it.

A process judges by one edition at a time, because the contract is the same for all that a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from contract_tests.http import overlay, yaml_text

PAGE = "page"
Function = TypeVar("Function", bound=Callable[..., Any])
_chosen = PAGE


class UnknownEditionError(Exception):
    """No edition has this name. The text is the one line that the user sees."""


def location() -> Path:
    """openapi.yaml: beside this package in a checkout, in the fake's package in a wheel."""
    above = Path(__file__).resolve().parents[2]
    return next(path for path in (above / "openapi.yaml", above / "fake_server/openapi.yaml") if path.exists())


def names() -> tuple[str, ...]:
    """Every edition, the page's first."""
    return (PAGE, *sorted(path.stem for path in location().with_name("editions").glob("*.yaml")))


def check(name: str) -> None:
    """Raises UnknownEditionError with the name that is most like this one, or with all names."""
    if name not in names():
        near = get_close_matches(name, names(), n=1, cutoff=0.6)
        advice = f"Did you mean {near[0]}?" if near else f"The editions are {' and '.join(names())}."
        raise UnknownEditionError(f"{name}: not an edition. {advice}")


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


def titled(text: str, name: str) -> str:
    """A text about the contract, such as its version, and then the edition unless it is the page's."""
    return text if name == PAGE else f"{text}, edition {name}"


def option() -> str:
    """The option that chooses the present edition in another command, behind a space. Empty for the page's edition."""
    return "" if chosen() == PAGE else f" --edition {chosen()}"


def paths() -> list[Path]:
    """The files of the present edition: openapi.yaml, and the overlay on it if there is one."""
    overlay_file = location().with_name("editions") / f"{chosen()}.yaml"
    return [location()] if chosen() == PAGE else [location(), overlay_file]


def beside(pages: Path) -> Path:
    """The file of the present edition, such as explanations.openai.yaml beside the page's explanations.yaml."""
    return pages if chosen() == PAGE else pages.with_suffix(f".{chosen()}{pages.suffix}")


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
    changed: dict[str, Any]
    changed, *overlays = [yaml_text.load(path.read_text(encoding="utf-8")) for path in paths()]
    for each in overlays:
        changed = overlay.apply(changed, each)
    return changed
