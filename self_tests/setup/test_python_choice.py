"""`make` chooses a Python, and prints one line if it finds none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from self_tests.setup.stubs import INACTIVE_SHIM, NO_VENV, OLD, write_python

ROOT = Path(__file__).resolve().parents[2]


def choose(*folders: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `.ci/python` with these folders as PATH."""
    variables = {"PATH": os.pathsep.join(map(str, folders))}
    return subprocess.run(
        [ROOT / ".ci/python", given], env=variables, capture_output=True, text=True, check=False, timeout=60
    )


def test_python3_is_taken_where_it_is_new_enough(tmp_path: Path) -> None:
    """python3 is used if it is new enough, also if the PATH has a newer version: it is the choice of the user."""
    python3 = write_python(tmp_path / "python3")
    write_python(tmp_path / "python3.14")

    assert choose(tmp_path).stdout == f"{python3}\n"


def test_the_newest_is_taken_where_python3_is_old(tmp_path: Path) -> None:
    """The newest Python that runs is used if python3 is too old. The shim of an inactive version does not run."""
    write_python(tmp_path / "python3", OLD)
    write_python(tmp_path / "python3.11")
    write_python(tmp_path / "python3.13")
    write_python(tmp_path / "python3.14", INACTIVE_SHIM)

    assert choose(tmp_path).stdout == f"{tmp_path}/python3.13\n"


def test_a_python_behind_a_shim_is_found(tmp_path: Path) -> None:
    """A Python behind a shim is found in a later folder of the PATH, which has a space in its name."""
    write_python(tmp_path / "shims/python3", OLD)
    write_python(tmp_path / "shims/python3.12", INACTIVE_SHIM)
    behind = write_python(tmp_path / "a b/python3.12")

    assert choose(tmp_path / "shims", tmp_path / "a b").stdout == f"{behind}\n"


def test_the_python_of_the_user_wins(tmp_path: Path) -> None:
    """PYTHON=… overrides the choice, by a path or by a name."""
    write_python(tmp_path / "python3")
    write_python(tmp_path / "python3.12")

    assert choose(tmp_path, given="python3.12").stdout == "python3.12\n"
    assert choose(tmp_path, given=sys.executable).stdout == f"{sys.executable}\n"


@pytest.mark.parametrize(
    ("change", "given", "line"),
    [
        (OLD, "", "No Python 3.11 or newer is on the PATH. Install one, or name one: make PYTHON=/path/to/python3"),
        (OLD, "python3", "python3 is no Python 3.11 or newer that works."),
        ("", "python4", "python4 is no Python 3.11 or newer that works."),
        (
            NO_VENV,
            "python3",
            "python3 has no venv module that works. On Debian and Ubuntu: apt install "
            f"python3.{sys.version_info[1]}-venv",
        ),
    ],
)
def test_no_python_is_one_line(tmp_path: Path, change: str, given: str, line: str) -> None:
    """Without a usable Python, make prints one line with the remedy, and no traceback."""
    write_python(tmp_path / "python3", change)
    chosen = choose(tmp_path, given=given)

    assert (chosen.returncode, chosen.stdout, chosen.stderr) == (1, "", f"{line}\n")
