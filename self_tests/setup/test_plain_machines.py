"""Machines with less than a developer's: PyYAML without libyaml, and a terminal that has only ASCII."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_build_of_pyyaml_without_libyaml_is_enough() -> None:
    """The suite and the fake load the contract and the dialects by the loader that each build has."""
    code = (
        "import yaml; del yaml.CSafeLoader\n"
        "from contract_tests.requirements import catalogue; from contract_tests.dialect import schema\n"
        "from fake_server.contract import openapi\n"
        "print(bool(catalogue.requirements() and schema.settings() and openapi.load_document()))"
    )
    done = python("-c", code)

    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_terminal_of_ascii_alone_gets_an_escape() -> None:
    """A character that the terminal does not have is printed as an escape."""
    done = python("-m", "contract_tests", "explain", "modify/partial", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u201cList, retrieve, modify\\u201d" in done.stdout
