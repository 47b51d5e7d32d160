"""The installed wheel of assistants-contract has the same content as this checkout: the spec, the page, the schema, and
both suites.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from self_tests.command_run import KEYS
from self_tests.packages import wheels
from self_tests.packages.wheels import PROJECTS, unpack_wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel."""
    return unpack_wheel(PROJECTS["assistants-contract"], tmp_path_factory.mktemp("contract"))


def python(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with the installed wheel before the dependencies, and without this checkout."""
    paths = [installed, wheels.site_packages()]
    return wheels.python(*words, paths=paths, folder=installed.parent, environment=KEYS)


def test_the_installed_wheel_starts_the_fake_and_judges_it(installed: Path) -> None:
    """The installed fake starts, and both installed suites judge it."""
    words = ("-m", "contract_tests", "run", "--only", "retrieve/", "--html", "page.html")
    ran = python(installed, *words)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "MUST    2 passed, 0 failed, 0 not tested" in ran.stdout


def test_the_installed_wheel_tests_in_pytest(installed: Path, base_url: str) -> None:
    """The entry point gives pytest the options, and the SDK's tests run inside the user's run."""
    (installed.parent / "target.toml").write_text(f'base_url = "{base_url}"\n', encoding="utf-8")
    words = ("--pyargs", "contract_tests", "--target=../target.toml", "-k", "retrieve/", "-p", "no:cacheprovider")
    ran = python(installed, "-m", "pytest", *words)

    assert "2 passed, 83 deselected" in ran.stdout
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_installed_wheel_explains_a_requirement(installed: Path) -> None:
    """The installed `explain` prints the tests of a requirement: the tour, both SDKs, and the names of the wrong
    servers.
    """
    ran = python(installed, "-m", "contract_tests", "explain", "modify/partial")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(kind in ran.stdout for kind in ("tour", "production", "Python SDK", "Node SDK", "wrong servers"))


def test_the_dialects_are_installed(installed: Path) -> None:
    """The dialects are installed, with the schema of their settings."""
    ran = python(
        installed, "-c", "from fake_server.dialect.settings import load_dialect; print(len(load_dialect('ragen')) > 9)"
    )

    assert (ran.stdout, ran.stderr) == ("True\n", "")


def test_both_packages_say_that_they_are_typed(installed: Path) -> None:
    """A type checker of a user finds the annotations of both packages (PEP 561)."""
    assert [(installed / package / "py.typed").is_file() for package in ("fake_server", "contract_tests")] == [
        True,
        True,
    ]


def test_the_fake_does_not_import_the_harness(installed: Path) -> None:
    """The fake imports neither the suites nor their dependencies, so its start stays fast."""
    code = (
        "import fake_server.start, sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    ran = python(installed, "-c", code)

    imported = set(json.loads(ran.stdout))
    assert imported & {"contract_tests", "sdk_tests", "schemathesis", "hypothesis", "openai", "pytest", "rich"} == set()


def test_the_page_and_the_docs_are_installed(installed: Path) -> None:
    """The control page and the docs are installed, with the files of Swagger UI."""
    code = (
        "from fake_server.control.page_files import load_page_file as load;"
        "print(b'<main' in load('')[0], len(load('swagger-ui.css')[0]) > 9999)"
    )
    ran = python(installed, "-c", code)

    assert ran.stdout.split() == ["True", "True"]
