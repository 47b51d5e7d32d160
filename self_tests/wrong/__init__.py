"""The wrong servers: a folder for each edition, and a file for the area of the requirement that names the mistake."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from contract_tests.http import editions
from self_tests.wrong.wrong_server import SERVERS

__all__ = ["SERVERS", "first_of_each"]

# Every module of these folders has wrong servers, and registers them when it is imported.
for _edition in editions.names():
    with editions.use(_edition):
        for _module in sorted(each.stem for each in (Path(__file__).parent / _edition).glob("*.py")):
            import_module(f"{__name__}.{_edition}.{_module}")


def first_of_each(number: int) -> list[int]:
    """The places in SERVERS of the first wrong servers of each requirement of each edition."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, server in enumerate(SERVERS):
        places.setdefault((server.edition, server.meant), []).append(place)
    return sorted(place for some in places.values() for place in some[:number])
