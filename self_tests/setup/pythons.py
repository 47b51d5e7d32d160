"""`python -m self_tests.setup.pythons`: runs `make contract` on every CPython of this machine, and its tests on two.

The oldest version passes `make test`, and the newest `make test-python`: the tests whose results can depend on the
Python. The Python of .venv is tested there, and each other version gets a new environment in .venvs. This module
imports only the standard library, so any Python can run it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLASSIFIER = "Programming Language :: Python :: 3."
DEFAULT = ".venv"
NEWEST_KNOWN = 14  # the minor version of the newest Python that this module looks for
PROBE = "import json, sys; print(json.dumps([sys.implementation.name, *sys.version_info]))"


@dataclass(frozen=True, order=True)
class Python:
    minor: int
    micro: int
    path: str

    @property
    def environment(self) -> str:
        """The folder of its environment: .venv, if that has this Python, because `make check` has set it up already."""
        return DEFAULT if f"version = {self}" in _configuration() else f".venvs/3.{self.minor}"

    def __str__(self) -> str:
        return f"3.{self.minor}.{self.micro}"


@dataclass(frozen=True)
class Outcome:
    python: Python
    target: str
    seconds: float
    passed: bool

    def __str__(self) -> str:
        verdict = "passed" if self.passed else "FAILED"
        return f"{self.python!s:8} make {self.target:11} {verdict} {self.seconds:5.0f} s"


def _configuration() -> list[str]:
    """The lines with which Python describes .venv; none if there is no .venv."""
    file = ROOT / DEFAULT / "pyvenv.cfg"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def tested_minors() -> list[int]:
    """The minor versions that pyproject.toml says are tested, the oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return sorted(int(line.removeprefix(CLASSIFIER)) for line in project["classifiers"] if line.startswith(CLASSIFIER))


def candidates() -> Iterator[Path]:
    """The versions of pyenv, and each python3.N of the PATH. Some of them may not work."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    yield from Path(pyenv).glob("versions/*/bin/python3")
    for folder in os.get_exec_path():
        yield from (path for path in Path(folder).glob("python3.*") if path.suffix[1:].isdigit())


def probe(path: Path, oldest: int) -> Python | None:
    """The Python of a path; None if it does not run, or is not a released CPython of 3.`oldest` or newer."""
    try:
        ran = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True)
        name, major, minor, micro, level, _ = json.loads(ran.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    suits = (name, major, level) == ("cpython", 3, "final") and minor >= oldest
    return Python(minor, micro, str(path)) if suits else None


def installed(paths: Iterable[Path], oldest: int) -> list[Python]:
    """One Python for each minor version: its newest patch version. The oldest minor version is first."""
    found = sorted({python for path in paths if (python := probe(path, oldest))})
    return list({python.minor: python for python in found}.values())


def run_make(python: Python, target: str, together: bool = False) -> Outcome:
    """Runs make. `together` prints the output at the end, in one piece."""
    print(f"== Python {python}: make {target}", flush=True)
    start = time.monotonic()
    ran = subprocess.run(
        ["make", "--no-print-directory", target, f"VENV={python.environment}", f"PYTHON={python.path}"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")},
        stdout=subprocess.PIPE if together else None,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outcome = Outcome(python, target, time.monotonic() - start, ran.returncode == 0)
    print(ran.stdout or "", outcome, flush=True)
    return outcome


def run_contract(python: Python) -> Outcome:
    """Runs `make contract` in .venv, or in a new environment. Deletes an earlier one."""
    if python.environment != DEFAULT:
        shutil.rmtree(ROOT / python.environment, ignore_errors=True)
    return run_make(python, "contract", together=True)


def run_test(python: Python, target: str) -> Outcome:
    if python.environment != DEFAULT:
        share_sdks(ROOT / python.environment)
    return run_make(python, target)


def run_all(pythons: list[Python]) -> Iterator[Outcome]:
    """Runs `make contract` on each Python, which uses one core. Then, with all cores, runs `make test` on the oldest
    and `make test-python` on the newest.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(run_contract, pythons)
    yield run_test(pythons[0], "test")
    for newest in pythons[1:][-1:]:
        yield run_test(newest, "test-python")


def share_sdks(environment: Path) -> None:
    """Uses the tools of .venv, because `make browser`, `make generators`, `make runners` and `make check` install them
    only there.
    """
    if (ROOT / DEFAULT / "sdks").is_dir() and environment.is_dir():
        (environment / "sdks").symlink_to(ROOT / DEFAULT / "sdks")


def main() -> int:
    """The exit code: 0 if there is a Python and everything passed on each."""
    oldest = tested_minors()[0]
    pythons = installed(candidates(), oldest)
    outcomes = list(run_all(pythons)) if pythons else []
    known = range(oldest, max([NEWEST_KNOWN, *(python.minor for python in pythons)]) + 1)
    missing = [f"3.{minor}" for minor in known if minor not in {python.minor for python in pythons}]
    print("", *outcomes, f"not found: {', '.join(missing) or 'none'}", sep="\n")
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
