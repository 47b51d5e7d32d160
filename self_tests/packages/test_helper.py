"""The JavaScript helper: its own tests, its package, its types, and the test runners that use it."""

from __future__ import annotations

import json
import shutil
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from self_tests.packages.runners import HELPER, ROOT, RUNNERS, TYPES, are_installed, command, run, write_types

# Node runs the helper. Python only starts the fake, as the other tests do.
pytestmark = pytest.mark.any_python
if not (shutil.which("node") and shutil.which("npm")):
    pytest.skip("there is no Node here", allow_module_level=True)

PROGRAMS = Path(__file__).with_name("helper")
PACKAGE = json.loads((HELPER / "package.json").read_text(encoding="utf-8"))
needs_runners = pytest.mark.skipif(not are_installed(), reason="the test runners of npm are not here: make runners")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that `npm pack` makes."""
    folder = tmp_path_factory.mktemp("packed")
    name = run(["npm", "pack", "--silent", "--pack-destination", str(folder)], HELPER).strip()
    return folder / name


@pytest.fixture
def project(archive: Path) -> Iterator[Path]:
    """A project below the test runners, so that Node finds them, in which the package is installed."""
    with TemporaryDirectory(dir=RUNNERS) as folder:
        modules = Path(folder) / "node_modules"
        modules.mkdir()
        with tarfile.open(archive) as packed:
            packed.extractall(modules, filter="data")
        (modules / "package").rename(modules / "assistants-fake")
        yield Path(folder)


def put(project: Path, *names: str) -> None:
    for name in names:
        shutil.copy(PROGRAMS / name, project)


def test_its_own_tests_pass() -> None:
    """The tests in packages/npm/test pass with Node's own runner."""
    out = run(["node", "--test", "--test-reporter", "tap"], HELPER)

    assert "# fail 0" in out
    assert "# skipped 0" in out


def test_the_package_installs_and_starts_the_fake(archive: Path, tmp_path: Path) -> None:
    """`npm install` of the packed file needs no network. The package can be imported and required, and npx runs it."""
    install = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", str(archive)]
    code = 'import("assistants-fake").then((it) => console.log(it.startFake === require("assistants-fake").startFake))'
    run(install, tmp_path)

    assert run(["node", "--eval", code], tmp_path) == "true\n"
    assert run(["npx", "--no-install", "assistants-fake", "--version"], tmp_path).startswith("assistants-fake, version")
    assert [each.name for each in (tmp_path / "node_modules").iterdir() if each.name[0] != "."] == ["assistants-fake"]


def test_the_package_needs_no_other_package(archive: Path) -> None:
    """The package has no dependency, the version of the fake, and no test."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tarfile.open(archive) as packed:
        names = {name.removeprefix("package/") for name in packed.getnames()}

    assert (PACKAGE["version"], PACKAGE["license"]) == (project["version"], project["license"])
    assert not {name for name in PACKAGE if name.lower().endswith("dependencies")}
    assert {"index.js", "index.d.ts", "control.d.ts", "bin.js", "README.md"} <= names
    assert not [name for name in names if "test" in name]


@needs_runners
def test_the_types_are_those_of_the_control_api(tmp_path: Path) -> None:
    """control.d.ts is what openapi-typescript makes of control.yaml: make types."""
    write_types(tmp_path / "control.d.ts")

    assert (tmp_path / "control.d.ts").read_text() == TYPES.read_text()


@needs_runners
def test_wrong_calls_do_not_compile(project: Path) -> None:
    """tsc accepts the right calls of a program, and finds each wrong one."""
    put(project, "typed.mts")
    # The helper's types need neither those of Node nor those of a browser, which tsc would check for many seconds.
    options = (
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--lib",
        "es2022",
        "--module",
        "nodenext",
        "--typeRoots",
        "none",
    )

    run([command("tsc"), *options, "typed.mts"], project)


@needs_runners
def test_vitest_uses_it(project: Path) -> None:
    """A test file of Vitest passes."""
    put(project, "sample.test.mjs")

    assert "1 passed" in run([command("vitest"), "run", "--globals", "--root", str(project)], project)


@needs_runners
def test_jest_uses_it(project: Path) -> None:
    """Test files of Jest pass, with ES modules and without."""
    put(project, "sample.test.mjs", "required.test.cjs")
    words = [command("jest"), "--rootDir", str(project), "--testMatch", "**/*.test.*js"]

    assert "2 passed" in run(words, project, {"NODE_OPTIONS": "--experimental-vm-modules --no-warnings"})


@needs_runners
@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium here: make browser")
def test_playwright_uses_it(project: Path) -> None:
    """A spec of Playwright's own runner passes, with a page that calls the fake."""
    put(project, "page.spec.mjs", "playwright.config.mjs")
    chromium = {"CHROMIUM": shutil.which("chromium") or ""}

    assert "1 passed" in run([command("playwright"), "test"], project, chromium)
