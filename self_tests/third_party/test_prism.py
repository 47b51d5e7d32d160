"""The suite fails Prism, a stateless mock that passes the SDKs' own tests. `make mocks` installs Prism by npm."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_server, socket

import pytest

from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions

PRISM = Path(__file__).resolve().parents[2] / ".venv/mocks/node_modules/.bin/prism"
pytestmark = pytest.mark.skipif(not PRISM.exists(), reason="Prism is not installed here: make mocks")


@pytest.fixture
def prism() -> Iterator[str]:
    """The base URL of a Prism that mocks openapi.yaml."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(PRISM), "mock", "--port", str(port), str(catalogue.location())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("Prism does not start")


def test_prism_fails(prism: str) -> None:
    """Prism fails: it answers only examples, so no create, modify or delete has an effect."""
    keys = {"primary": "sk-a", "sibling": "sk-b", "foreign": "sk-c"}
    target = Target(prism, keys, "asst-p1", "asst-p2", rate_limit=0)

    verdicts = (
        Run(target, RunOptions(generators=frozenset({"tour"})), lambda id: not id.startswith("rate/")).judge().verdicts
    )

    broken = {each.requirement.id for each in verdicts if each.verdict == "fail"}
    assert broken >= {"create/ids-are-unique", "delete/gone", "delete/self-refused", "list/complete"}
