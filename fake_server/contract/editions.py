"""The files of the contract: openapi.yaml is the edition of the page, and editions/NAME.yaml an overlay on it."""

from functools import cache
from pathlib import Path
from typing import Any

from fake_server.contract.overlay import apply_overlay
from fake_server.contract.yaml_file import load_yaml

PAGE = "page"


class EditionError(Exception):
    """No edition has this name."""


def edition_names() -> list[str]:
    """The edition of the page is the first. Raises FileNotFoundError."""
    return [PAGE, *sorted(path.stem for path in _contract_file().with_name("editions").glob("*.yaml"))]


def load_document(edition: str = PAGE) -> dict[str, Any]:
    """The contract of an edition as an OpenAPI document. Raises EditionError and FileNotFoundError."""
    return _load_document(edition)


@cache
def _load_document(edition: str) -> dict[str, Any]:
    file = _contract_file()
    if edition == PAGE:
        return load_yaml(file)
    if edition not in edition_names():
        raise EditionError(f"No edition has the name '{edition:.100}'. The editions are {', '.join(edition_names())}.")
    return apply_overlay(load_document(), load_yaml(file.with_name("editions") / f"{edition}.yaml"))


def _contract_file() -> Path:
    """openapi.yaml is in this package (in a wheel) or beside it (in a checkout). Raises FileNotFoundError."""
    here = Path(__file__).parents[1]
    places = [folder / "openapi.yaml" for folder in (here, here.parent)]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError("openapi.yaml is neither in the package fake_server nor beside it.")
    return found
