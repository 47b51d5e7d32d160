"""The environment that `make` sets up: it prints its stages, restarts after a failure, and is created only once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from self_tests.setup.stubs import write_script

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
# This is the Python of an environment. It records each call of pip, and fails at the given point.
PIP = """
[ "$1" = -c ] || echo "$@" >>"$0.log"
case "$*" in *"${BREAK_AT:-nothing}"*) echo ERROR: broken off >&2; exit 1 ;; esac
"""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """The path of an environment that does not exist yet. Its folder has a space in its name."""
    return tmp_path / "a b" / "env"


def set_up(environment: Path, break_at: str = "nothing") -> subprocess.CompletedProcess[str]:
    """Runs `.ci/setup` with a Python whose environment is one script, so that no network is needed."""
    pip = write_script(environment.parent / "pip", PIP)
    making = f'--version) echo Python 3.12.1 ;; -m) mkdir -p "$4/bin"; cp "{pip}" "$4/bin/python" ;;'
    python = write_script(environment.parent / "python3", f'case "$1" in {making} esac')
    variables = {"PATH": "/usr/bin:/bin", "BREAK_AT": break_at}
    return subprocess.run(
        [ROOT / ".ci/setup", environment, python],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_set_up_shows_its_stages(environment: Path) -> None:
    """A set-up prints its stages, also into a pipe."""
    done = set_up(environment)

    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == [
        f"Setting up {environment} with Python 3.12.1, once:",
        "  an empty environment",
    ]
    assert len(done.stdout.splitlines()) >= 6


def test_every_pinned_package_is_installed_once(environment: Path) -> None:
    """Every pinned package is installed once, in any number of pip calls."""
    set_up(environment)

    calls = (environment / "bin/python.log").read_text(encoding="utf-8").split()
    assert [word for word in calls if "==" in word] == LOCK


@pytest.mark.parametrize("stage", [LOCK[0], LOCK[-1], "--editable"])
def test_a_set_up_that_was_broken_off_begins_anew(environment: Path, stage: str) -> None:
    """A set-up that failed starts again with the next make. One line says so, below pip's message."""
    broken = set_up(environment, break_at=stage)
    again = set_up(environment)

    assert broken.returncode == 1
    assert broken.stdout.splitlines()[-2:] == [
        "ERROR: broken off",
        f"The set-up of {environment} failed: pip's message is above. The next make begins anew.",
    ]
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "  this checkout")


def test_a_second_set_up_needs_no_network(environment: Path) -> None:
    """A second set-up does nothing if requirements.lock and pyproject.toml have the same content, also with other file
    times.
    """
    set_up(environment)
    again = set_up(environment, break_at="pip")

    assert (again.returncode, again.stdout) == (0, "")


def test_another_lock_is_installed(environment: Path) -> None:
    """The environment is created again if requirements.lock has changed."""
    set_up(environment)
    (environment / ".ready").write_text("click==8.0\n", encoding="utf-8")

    assert set_up(environment).stdout.startswith("Setting up")
