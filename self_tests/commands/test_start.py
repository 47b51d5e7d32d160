"""A help text and a mistake on the line are answered without the modules that take seconds to import."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = {"schemathesis", "hypothesis", "openai", "pytest", "requests", "urllib3", "jinja2", "aiohttp"}
SCRIPT = """
import sys
from contract_tests.cli.commands import main
try:
    main()
except SystemExit:
    pass
print("\\nLOADED", *sys.modules)
"""


def loaded(*words: str) -> set[str]:
    """The packages that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        env=os.environ | {"ASSISTANTS_API_KEY": "sk-nobody"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("run", "--help"),
        ("list",),
        ("explain", "modify/partial"),
        ("plan", "https://assistants.example/v1", "--profile", "production"),
        ("plan",),
        ("run", "--unknown"),
        ("run", "--only", "unknown/id"),
        ("run", "https://assistants.example/v1"),
        ("run", "not a url"),
        ("report", "/nothing/there.ndjson"),
    ],
)
def test_a_command_that_sends_nothing_imports_no_heavy_module(words: tuple[str, ...]) -> None:
    """The start is felt: each of these modules costs more than all of the command."""
    assert loaded(*words) & HEAVY == set()
