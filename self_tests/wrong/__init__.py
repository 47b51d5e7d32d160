"""The wrong servers, by the area of the requirement that names the mistake."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from contract_tests.requirements import catalogue
from self_tests.wrong.wrong_server import SERVERS

__all__ = ["SERVERS"]

# Every module that begins with an area of the catalogue has wrong servers, and registers them when it is imported.
for _module in sorted(each.stem for each in Path(__file__).parent.glob("*.py")):
    if _module.startswith(catalogue.areas()):
        import_module(f"{__name__}.{_module}")
