"""The Python versions of this project's tests: one list, and the command that runs the tests on them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from self_tests.setup import pythons
from self_tests.setup.pythons import Outcome, Python
from self_tests.setup.stubs import INACTIVE_SHIM, write_python

ROOT = Path(__file__).resolve().parents[2]


def version(*numbers: int, level: str = "final") -> str:
    return f"sys.version_info = ({', '.join(map(str, numbers))}, {level!r}, 0)"


def test_the_readme_and_pyproject_name_the_same_versions() -> None:
    """The README and the classifiers of pyproject.toml have the same versions."""
    oldest, *_, newest = pythons.tested_minors()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["requires-python"] == f">=3.{oldest}"
    assert f"tested on CPython 3.{oldest} to 3.{newest}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert pythons.tested_minors() == list(range(oldest, newest + 1))


def test_each_minor_version_is_found_once(tmp_path: Path) -> None:
    """Each minor version is found once, as its newest patch version; old, unreleased and broken ones are not."""
    changes = {
        "a": version(3, 12, 1),
        "b": version(3, 12, 4),
        "c": version(3, 11, 7),
        "d": version(3, 10, 13),
        "e": version(3, 14, 0, level="candidate"),
        "f": INACTIVE_SHIM,
        "g": f"{version(3, 13, 0)}; sys.implementation.name = 'pypy'",
    }
    paths = [write_python(tmp_path / name, change) for name, change in changes.items()]
    found = pythons.installed([*paths, tmp_path / "missing"], oldest=11)

    assert [str(python) for python in found] == ["3.11.7", "3.12.4"]


def test_pyenvs_pythons_and_those_of_the_path_are_candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions of pyenv and the Pythons of the PATH are candidates, also versions that are not active."""
    wanted = [write_python(tmp_path / "pyenv/versions/3.12.1/bin/python3"), write_python(tmp_path / "bin/python3.13")]
    write_python(tmp_path / "bin/python3.13-config")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{tmp_path / 'missing'}")

    assert list(pythons.candidates()) == wanted


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str]]:
    """The (version, target) pairs of the calls of make, which fails only on 3.12."""
    calls: list[tuple[str, str]] = []

    def run_make(python: Python, target: str, together: bool = False) -> Outcome:
        assert together == (target == "contract")
        calls.append((str(python), target))
        return Outcome(python, target, 1, python.minor != 12)

    monkeypatch.setattr(pythons, "run_make", run_make)
    monkeypatch.setattr(pythons, "ROOT", tmp_path)
    monkeypatch.setattr(pythons, "tested_minors", lambda: [11, 12, 13])
    return calls


def answer(monkeypatch: pytest.MonkeyPatch, *minors: int) -> int:
    """The exit code if these minor versions are installed."""
    monkeypatch.setattr(pythons, "installed", lambda _paths, _oldest: [Python(minor, 1, "") for minor in minors])
    return pythons.main()


def test_every_version_runs_contract_and_two_run_test(
    targets: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every version runs `make contract`. The oldest runs all tests, and the newest those that can depend on it. A
    failure on one does not stop the others, and is the exit code.
    """
    code = answer(monkeypatch, 11, 12, 13)

    contract = [(f"3.{minor}.1", "contract") for minor in (11, 12, 13)]
    assert code == 1
    assert (sorted(targets[:3]), targets[3:]) == (contract, [("3.11.1", "test"), ("3.13.1", "test-python")])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "3.11.1   make contract    passed     1 s",
        "3.12.1   make contract    FAILED     1 s",
        "3.13.1   make contract    passed     1 s",
        "3.11.1   make test        passed     1 s",
        "3.13.1   make test-python passed     1 s",
        "not found: 3.14",
    ]


def test_one_version_is_enough(
    targets: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A single version runs both targets, and the output lists the missing versions."""
    code = answer(monkeypatch, 13)

    assert (code, targets) == (0, [("3.13.1", "contract"), ("3.13.1", "test")])
    assert capsys.readouterr().out.endswith("not found: 3.11, 3.12, 3.14\n")


def test_the_python_of_the_checkouts_environment_needs_no_second_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The version that .venv has is tested in .venv, and another patch version of it in a folder of its own."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n", encoding="utf-8")
    monkeypatch.setattr(pythons, "ROOT", tmp_path)

    assert [Python(12, micro, "").environment for micro in (1, 10)] == [".venv", ".venvs/3.12"]


@pytest.mark.usefixtures("targets")
def test_no_version_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is a failure if no version is installed."""
    assert answer(monkeypatch) == 1
