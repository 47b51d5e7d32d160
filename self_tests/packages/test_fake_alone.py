"""The distribution assistants-fake: the fake alone, in less than 60 MB, and nothing that it never imports."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from self_tests.packages.wheels import (
    PROJECTS,
    dependencies,
    link_distributions,
    own_distribution,
    python,
    size,
    top_level,
    unpack_wheel,
)

MOST_BYTES = 60_000_000
# aiohttp requires it on each Python, and imports it on some.
IMPORTED_ELSEWHERE = {"typing-extensions"}
# Uses the fake as a user does, and prints what was imported: the answers' sizes are proof that they came.
PROGRAM = """
import json, sys
from urllib.request import Request, urlopen
from fake_server.compose import compose
from fake_server.control.mount import attach
from fake_server.dialect.settings import load_dialect
from fake_server.domain.clock import Clock
from fake_server.http.server import serve
import fake_server.cli

clock = Clock()
fake = compose(rate_limit=20, now=clock.now, dialect=load_dialect("ragen"))
attach(fake, clock)
assert compose(rate_limit=20, edition="openai").edition.kept
with serve(fake) as url:
    control = url.removesuffix("/v1") + "/_fake/"
    urlopen(Request(url + "/assistants", headers={"Authorization": "Bearer sk-fake-primary"})).read()
    version = json.load(urlopen(control + "health"))["version"]
    sizes = [len(urlopen(control + name).read()) for name in ("", "docs", "swagger-ui-bundle.js", "openapi.json")]
print(json.dumps({"version": version, "sizes": sizes, "modules": sorted({n.split(".")[0] for n in sys.modules})}))
"""
FIXTURE_TEST = """
def test_the_fixture(fake_assistants):
    fake_assistants.control.rotate(fake_assistants.keys["primary"])
    assert fake_assistants.control.requests() == []
"""


class Light(NamedTuple):
    """The unpacked wheel, the distributions that an installer adds, and the folder that holds only those."""

    unpacked: Path
    added: Mapping[str, Distribution]
    site: Path

    def run(self, *words: str, more: tuple[Path, ...] = ()) -> str:
        done = python(*words, paths=[self.unpacked, self.site, *more], folder=self.unpacked.parent)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Light:
    folder = tmp_path_factory.mktemp("fake")
    unpacked = unpack_wheel(PROJECTS["assistants-fake"], folder)
    added = dependencies(own_distribution(unpacked))
    return Light(unpacked, added, link_distributions(folder / "site", added.values()))


@pytest.fixture(scope="module")
def used(light: Light) -> Any:
    return json.loads(light.run("-c", PROGRAM))


def test_the_fake_runs_with_its_own_dependencies(light: Light, used: Any) -> None:
    """The fake, its page and its API reference work without any other package, and it knows its version."""
    assert used["version"] == own_distribution(light.unpacked).version
    assert all(size > 300 for size in used["sizes"])


def test_all_that_is_installed_is_imported(light: Light, used: Any) -> None:
    """The fake imports each package that its installation adds."""
    modules = set(used["modules"])
    idle = {name for name, each in light.added.items() if not top_level(each) & modules}

    assert idle <= IMPORTED_ELSEWHERE


def test_it_is_small(light: Light) -> None:
    """The fake and all that its installation adds take at most 60 MB."""
    assert sum(map(size, [own_distribution(light.unpacked), *light.added.values()])) < MOST_BYTES


def test_the_command_is_installed(light: Light) -> None:
    """The command has the name of the distribution, so pipx and uvx run it by one name."""
    [command] = own_distribution(light.unpacked).entry_points.select(group="console_scripts")

    assert command.name == own_distribution(light.unpacked).name == "assistants-fake"
    assert light.run("-m", "fake_server", "--version").startswith("assistants-fake, version ")


def test_the_pytest_fixture_needs_pytest_alone(light: Light, tmp_path: Path) -> None:
    """The fixture works where only pytest and the light distribution are installed."""
    pytest_itself = distribution("pytest")
    others = [each for name, each in dependencies(pytest_itself).items() if name not in light.added]
    site = link_distributions(tmp_path / "site", [pytest_itself, *others])
    test = tmp_path / "test_theirs.py"
    test.write_text(FIXTURE_TEST, encoding="utf-8")

    out = light.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(test), more=(site,))

    assert "1 passed" in out


def test_the_distributions_agree() -> None:
    """Each dependency and entry point of the light distribution is one of the whole distribution too."""
    light, whole = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for folder in (PROJECTS["assistants-fake"], PROJECTS["assistants-contract"])
    )

    assert set(light["dependencies"]) <= set(whole["dependencies"])
    assert light["scripts"].items() <= whole["scripts"].items()
    assert light["entry-points"]["pytest11"].items() <= whole["entry-points"]["pytest11"].items()
    assert [light[name] for name in ("requires-python", "license")] == [
        whole[name] for name in ("requires-python", "license")
    ]
