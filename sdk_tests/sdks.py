"""The SDKs of sdks.toml. Each has an environment, created once, in which it runs the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any

from contract_tests.http import editions, openapi, route
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target
from sdk_tests.contract import contract

HERE = Path(__file__).resolve().parent
HOME = Path(sys.prefix) / "sdks"  # inside our own environment, so that it is deleted with that
NODE_TESTS = ("promises.mjs", "kept.mjs", "list.mjs", "refusals.mjs", "facts.mjs")
# The fields of a target that the tests need, in Python and in Node.
DECLARED = (
    *("base_url", "query", "headers", "secrets", "ca_file", "timeout"),
    *("keys", "bound_id", "expendable_id", "rate_limit", "create"),
)
PATIENCE = 600  # the longest time in seconds for one command


class UnavailableError(Exception):
    """An SDK is unavailable here; the text gives the reason in one line."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of an SDK's test: a verdict on a requirement, or on a fact about the SDK itself.

    `exchanges` has the calls and answers of a test of Node, as `clients.mjs` records them.
    """

    name: str
    verdict: str
    why: str
    test: str
    exchanges: Sequence[Mapping[str, Any]] = ()

    @property
    def promise(self) -> str:
        """The promise in words. In the titles of Node's tests it follows the names of the requirements."""
        return self.test.rpartition(": ")[2]

    @property
    def is_fact(self) -> bool:
        return "/" not in self.name


@dataclass(frozen=True)
class Sdk:
    """`unlike` are the facts that do not hold for this SDK."""

    language: str
    version: str
    packages: tuple[str, ...]
    unlike: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.language} {self.version}"

    @property
    def home(self) -> Path:
        return HOME / f"{self.language}-{self.version}"

    def judge(self, target: Target, only: list[str] | None = None) -> list[Outcome]:
        """The outcomes for the requirements of `only`. Without `only`: for all requirements, and for the facts about
        the SDK.

        Raises UnavailableError, or RuntimeError if the tests break.
        """
        self.install()
        ask = _python if self.language == "python" else _node
        declared = {name: _plain(getattr(target, name)) for name in DECLARED}
        create = openapi.create_fields(target.create)
        variables = _environment_of(target) | {
            "ASSISTANTS_TARGET": json.dumps(declared | {"create": create}),
            "ASSISTANTS_ONLY": json.dumps(only),
            "ASSISTANTS_EDITION": editions.chosen(),
        }
        outcomes = [Outcome(**json.loads(line)) for line in ask(self.home, variables)]
        secrets = Secrets(target)
        return [replace(each, why=secrets.mask(each.why)) for each in outcomes]

    def install(self) -> None:
        """Raises UnavailableError."""
        environment(self.language, self.home, self.packages)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _environment_of(target: Target) -> dict[str, str]:
    """Our environment, with a proxy only if this target has one: Node may send a call for this machine to a proxy."""
    proxied = route.proxy_url(target.base_url) is not None
    kept = {name: value for name, value in os.environ.items() if proxied or not name.lower().endswith("_proxy")}
    authority = {"NODE_EXTRA_CA_CERTS": target.ca_file} if target.ca_file else {}
    return kept | ({"NODE_USE_ENV_PROXY": "1"} if proxied else {}) | authority


def environment(language: str, home: Path, packages: tuple[str, ...]) -> Path:
    """A folder with these packages of Python or Node; creates it if necessary. Raises UnavailableError."""
    if language == "node" and not (shutil.which("node") and shutil.which("npm")):
        raise UnavailableError(f"{packages[0]} needs node and npm, which are not here")
    mark = home / "installed"  # written last, so that an incomplete folder is created again
    if not mark.exists() or mark.read_text(encoding="utf-8") != "\n".join(packages):
        shutil.rmtree(home, ignore_errors=True)
        (_pip if language == "python" else _npm)(home, packages)
        mark.write_text("\n".join(packages), encoding="utf-8")
    return home


def known() -> list[Sdk]:
    """All SDKs of sdks.toml, Python's before Node's, each from the oldest to the newest."""
    table = tomllib.loads((HERE / "sdks.toml").read_text(encoding="utf-8"))
    return [
        _sdk(language, separator, row, table["tools"][language])
        for language, separator in (("python", "=="), ("node", "@"))
        for row in table[language]
    ]


def newest(language: str) -> Sdk:
    return [sdk for sdk in known() if sdk.language == language][-1]


def _sdk(language: str, separator: str, row: dict[str, Any], tools: list[str]) -> Sdk:
    packages = (f"openai{separator}{row['openai']}", *row.get("with", ()), *tools)
    return Sdk(language, row["openai"], packages, frozenset(row["unlike"]))


def _pip(home: Path, packages: tuple[str, ...]) -> None:
    venv.create(home, with_pip=True)
    # Python compiles a module at its first import. pip would compile every module, in as much time as all else takes.
    quietly = ("--quiet", "--quiet", "--disable-pip-version-check", "--no-compile")
    _fetch([home / "bin" / "python", "-m", "pip", "install", *quietly, *packages], packages[0])


def _npm(home: Path, packages: tuple[str, ...]) -> None:
    home.mkdir(parents=True)
    quietly = ("--silent", "--no-audit", "--no-fund")
    # npm's own pauses make it take minutes to say that there is no network.
    soon = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000")
    _fetch(["npm", "install", *quietly, *soon, "--prefix", home, *packages], packages[0])


def _fetch(command: list[Any], package: str) -> None:
    try:
        _run(command)
    except (RuntimeError, subprocess.TimeoutExpired) as fault:
        raise UnavailableError(f"{package} cannot be installed: {fault}") from fault


def _python(home: Path, variables: dict[str, str]) -> Iterator[str]:
    with_us = variables | {"PYTHONPATH": str(HERE.parent)}
    yield from _run([home / "bin" / "python", "-m", "sdk_tests"], with_us).splitlines()


def _node(home: Path, variables: dict[str, str]) -> Iterator[str]:
    """Copies the tests beside the SDK, because Node looks for a package above the file that imports it.

    Each run has a folder of its own, because several runs may use the SDK at once.
    """
    with TemporaryDirectory(prefix="tests-", dir=home) as folder:
        tests = shutil.copytree(HERE / "node", Path(folder), dirs_exist_ok=True)
        (tests / "contract.json").write_text(json.dumps(contract()), encoding="utf-8")
        for file in NODE_TESTS:
            output = _run(["node", "--test-reporter", tests / "reporter.mjs", tests / file], variables, fine=(0, 1))
            yield from output.splitlines()


def _run(command: list[Any], variables: dict[str, str] | None = None, fine: tuple[int, ...] = (0,)) -> str:
    """The output of a command. Raises RuntimeError if it ends with another exit code."""
    with subprocess.Popen(command, env=variables, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        except BaseException:
            process.terminate()
            process.wait()  # the command deletes what it created
            raise
    if process.returncode in fine:
        return output
    last = (errors.strip() or output.strip() or "without a word").splitlines()[-1]
    raise RuntimeError(f"{command[0]} broke ({process.returncode}): {last}")
