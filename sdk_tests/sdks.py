"""The SDKs of sdks.toml: each in an environment of its own, made once, in which it is put to the suite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any

from contract_tests.http.openapi import IgnoredField, ignored_fields
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target

HERE = Path(__file__).resolve().parent
HOME = Path(sys.prefix) / "sdks"  # inside our own environment: gone with it, and in nobody's way
NODE_TESTS = ("promises.mjs", "list.mjs", "refusals.mjs", "facts.mjs")
LEFT_BEHIND = "left behind, for a delete was not accepted: "  # as clients.mjs says it
PATIENCE = 600  # seconds that one command may take


class UnavailableError(Exception):
    """An SDK cannot be had here; the text is one line that says why."""


@dataclass(frozen=True)
class Outcome:
    """What an SDK's test came to: a verdict on a requirement, or on a fact about the SDK itself."""

    name: str
    verdict: str
    why: str
    test: str

    @property
    def promise(self) -> str:
        """In words, which Node's tests have after the names of the requirements."""
        return self.test.rpartition(": ")[2]

    @property
    def left_behind(self) -> list[str]:
        """The ids of what Node's tests made and could not remove."""
        _, said, ids = self.why.partition(LEFT_BEHIND)
        return ids.split(", ") if said else []

    @property
    def is_fact(self) -> bool:
        return "/" not in self.name


@dataclass(frozen=True)
class Sdk:
    """`unlike` are the facts that do not hold for it."""

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
        """What it shows of the target in the requirements of `only`, or in all, and then of itself as well. Raises
        UnavailableError, and RuntimeError where the suite breaks in it."""
        self.install()
        given = {name: getattr(target, name) for name in ("base_url", "bound_id", "expendable_id", "rate_limit")}
        said = json.dumps({**given, "keys": dict(target.keys)})
        ask = _python if self.language == "python" else _node
        variables = os.environ | {
            "ASSISTANTS_TARGET": said,
            "ASSISTANTS_ONLY": json.dumps(only),
            "ASSISTANTS_IGNORED": json.dumps([_described(field) for field in ignored_fields().values()]),
        }
        told = [Outcome(**json.loads(line)) for line in ask(self.home, variables)]
        secrets = Secrets(target)
        return [replace(each, why=secrets.mask(each.why)) for each in told]

    def install(self) -> None:
        """Raises UnavailableError."""
        environment(self.language, self.home, self.packages)


def _described(field: IgnoredField) -> dict[str, Any]:
    """An ignored field as the tests in Node need it."""
    return {"field": field.name, "id": field.id, "reads": field.reads, "value": field.value(0)}


def environment(language: str, home: Path, packages: tuple[str, ...]) -> Path:
    """A folder with these packages of Python or Node, made unless it is there already. Raises UnavailableError."""
    if language == "node" and not (shutil.which("node") and shutil.which("npm")):
        raise UnavailableError(f"{packages[0]} needs node and npm, which are not here")
    mark = home / "installed"  # written last: what was broken off is made anew
    if not mark.exists() or mark.read_text(encoding="utf-8") != "\n".join(packages):
        shutil.rmtree(home, ignore_errors=True)
        (_pip if language == "python" else _npm)(home, packages)
        mark.write_text("\n".join(packages), encoding="utf-8")
    return home


def known() -> list[Sdk]:
    """All of sdks.toml, Python's before Node's, the oldest of each first."""
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
    quietly = ("--quiet", "--quiet", "--disable-pip-version-check")
    _fetch([home / "bin" / "python", "-m", "pip", "install", *quietly, *packages], packages[0])


def _npm(home: Path, packages: tuple[str, ...]) -> None:
    home.mkdir(parents=True)
    quietly = ("--silent", "--no-audit", "--no-fund")
    _fetch(["npm", "install", *quietly, "--prefix", home, *packages], packages[0])


def _fetch(command: list[Any], package: str) -> None:
    try:
        _run(command)
    except (RuntimeError, subprocess.TimeoutExpired) as fault:
        raise UnavailableError(f"{package} cannot be installed: {fault}") from fault


def _python(home: Path, variables: dict[str, str]) -> Iterator[str]:
    with_us = variables | {"PYTHONPATH": str(HERE.parent)}
    yield from _run([home / "bin" / "python", "-m", "sdk_tests"], with_us).splitlines()


def _node(home: Path, variables: dict[str, str]) -> Iterator[str]:
    """The tests are copied beside the SDK, for Node looks for a package above the file that asks for it; each time into
    a folder of their own, for others may be asking it as well."""
    with TemporaryDirectory(prefix="tests-", dir=home) as folder:
        tests = shutil.copytree(HERE / "node", Path(folder), dirs_exist_ok=True)
        for file in NODE_TESTS:
            said = _run(["node", "--test-reporter", tests / "reporter.mjs", tests / file], variables, fine=(0, 1))
            yield from said.splitlines()


def _run(command: list[Any], variables: dict[str, str] | None = None, fine: tuple[int, ...] = (0,)) -> str:
    """What a command prints. Raises RuntimeError where it ends with another code."""
    with subprocess.Popen(command, env=variables, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            said, complained = process.communicate(timeout=PATIENCE)
        except BaseException:
            process.terminate()
            process.wait()  # it removes what it made
            raise
    if process.returncode in fine:
        return said
    last = (complained.strip() or said.strip() or "without a word").splitlines()[-1]
    raise RuntimeError(f"{command[0]} broke ({process.returncode}): {last}")
