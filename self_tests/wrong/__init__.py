"""The wrong servers: a folder for each edition, and a file for the area of the requirement that names the mistake."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from contract_tests.http import editions
from self_tests.wrong.wrong_server import SERVERS

__all__ = ["SERVERS"]

# Every module of these folders has wrong servers, and registers them when it is imported.
for _edition in editions.names():
    with editions.use(_edition):
        for _module in sorted(each.stem for each in (Path(__file__).parent / _edition).glob("*.py")):
            import_module(f"{__name__}.{_edition}.{_module}")
