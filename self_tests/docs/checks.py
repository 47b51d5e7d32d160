"""The checks that the documents' code blocks name: <!-- check: NAME ARGUMENT... --> stands above each block.

A check runs its block as a reader would, or, where that needs a network, holds it to its syntax and says so.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.requirements import catalogue
from self_tests.docs.console import play, stable
from self_tests.docs.markdown import ROOT, Block, blocks
from self_tests.docs.stage import Done, Stage, environment, stage
from self_tests.setup.stubs import NO_VENV, write_python
from self_tests.wrong import SERVERS

Check = Callable[[Block, Path], None]
CHECKS: dict[str, Check] = {}
# These checks are for blocks that are files. The name of the file is the argument: the other samples of the document
# can use the file.
FILES = ("target", "seed", "dialect", "baseline")
# Ends the block at the first command that fails, except with an expected exit code.
EXPECTING = 'trap \'code=$?; case " {codes} " in *" $code "*) ;; *) exit "$code" ;; esac\' ERR\n'
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def check(function: Check) -> Check:
    """Registers a check by the function's name, with hyphens."""
    CHECKS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def files(document: Path) -> dict[str, Block]:
    """The blocks of a document that are files, by the name of the file."""
    return {block.arguments[0]: block for block in blocks(document) if block.check in FILES and block.arguments}


def _files(block: Block) -> dict[str, Block]:
    return files(ROOT / block.document)


@check
def console(block: Block, _: Path) -> None:
    """Each command prints the lines below it. `make docs` writes these lines."""
    assert stable(play(block, _files(block))) == stable(block.text)


@check
def shell(block: Block, folder: Path) -> None:
    """The block ends with 0; the arguments are other exit codes that its commands may have."""
    with stage(folder) as here:
        for name, file in _files(block).items():
            (folder / name).write_text(here.local(file.text), encoding="utf-8")
        expecting = EXPECTING.replace("{codes}", " ".join(block.arguments))
        done = here.bash(f"{expecting}{here.local(block.text)}\ntrue")

    assert done.returncode == 0, done.stdout


@check
def make(block: Block, folder: Path) -> None:
    """Each make command names a target of the Makefile; it is not run."""
    make = 'make() { command make --dry-run --directory "$ROOT" "$@"; }\n'
    with stage(folder) as here:
        done = here.bash(f"set -e\n{make}{block.text}")

    assert done.returncode == 0, done.stdout


@check
def proof(block: Block, _: Path) -> None:
    """The commands are for a checkout: make has the targets, the tests exist, mutants finds wrong servers. Not run."""
    for command in map(_rehearsed, block.text.splitlines()):
        done = _done_in_the_checkout(command)
        assert done.returncode == 0, done.stdout


@cache
def _done_in_the_checkout(command: str) -> Done:
    """Several documents have the same proof, so it is rehearsed once. No rehearsal needs a server."""
    words = ["bash", "-c", command]
    here = environment(ROOT)
    return subprocess.run(
        words, cwd=ROOT, env=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False
    )


def _rehearsed(line: str) -> str:
    """The command without its effect."""
    line = line.removeprefix(".venv/bin/")
    if line.startswith("python -m self_tests.wrong.mutants"):
        name = shlex.split(line, comments=True)[-1]
        return "true" if any(name in f"{server.meant} {server.name}" for server in SERVERS) else f"echo {name}; false"
    if " pytest " in line and "self_tests/" in line:  # the run of this test has collected these
        paths = [word for word in shlex.split(line.partition(" pytest ")[2], comments=True) if not word.startswith("-")]
        return shlex.join(["ls", *paths])
    return line.replace("make ", "make --dry-run ", 1).replace("pytest", "pytest --collect-only", 1)


@check
def network(block: Block, folder: Path) -> None:
    """The commands need a network, so only their syntax is checked."""
    done = subprocess.run(["bash", "-n", "-c", block.text], cwd=folder, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@check
def starts(block: Block, folder: Path) -> None:
    """Each line starts a fake that answers; it gets a free port, and is stopped."""
    with stage(folder, _files(block)) as here:
        for line in block.text.splitlines():
            command = f"exec {line.partition('#')[0].strip().removeprefix('.venv/bin/')} --port 0 --json"
            _start_and_stop(here, command)


def _start_and_stop(here: Stage, command: str) -> dict[str, Any]:
    """The line in which the fake says that it is ready."""
    with subprocess.Popen(
        ["bash", "-c", command], cwd=here.folder, env=here.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as fake:
        assert fake.stdout
        ready = fake.stdout.readline()
        fake.send_signal(signal.SIGTERM)
        assert fake.wait(60) == 0, command
    started: dict[str, Any] = json.loads(ready)
    return started


@check
def control(block: Block, folder: Path) -> None:
    """The fake's control API accepts each curl."""
    curl = 'curl() { command curl --fail --silent --show-error --output /dev/null --max-time 30 "$@"; }\n'
    with stage(folder, _files(block)) as here:
        done = here.bash(f"set -e\n{curl}{block.text}")

    assert (done.returncode, done.stdout) == (0, "")


@check
def python(block: Block, folder: Path) -> None:
    """The program ends with 0."""
    with stage(folder, _files(block)) as here:
        done = _python(here, "-c", here.here(block.text))

    assert done.returncode == 0, done.stdout


@check
def pytest_sample(block: Block, folder: Path) -> None:
    """The tests pass with only the installed plugin."""
    with stage(folder) as here:
        (folder / "test_sample.py").write_text(block.text, encoding="utf-8")
        done = _python(here, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_sample.py")

    assert done.returncode == 0, done.stdout


def _python(here: Stage, *words: str) -> Done:
    return subprocess.run(
        [sys.executable, *words],
        cwd=here.folder,
        env=here.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


@check
def javascript(block: Block, folder: Path) -> None:
    """The script starts a fake, calls it, and ends."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node here")
    listing = """
      const answer = await fetch(`${url}/assistants`, { headers: { authorization: `Bearer ${keys.primary}` } });
      console.log((await answer.json()).data.length);
    """
    script = re.sub("// new OpenAI.*", lambda _: listing, block.text)
    _put_helper(folder)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    words = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(
        words, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


@check
def playwright_fixture(block: Block, folder: Path) -> None:
    """The block is a module that Node can parse. self_tests/packages/test_helper.py runs such a fixture."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node here")
    (folder / "fixture.mjs").write_text(block.text, encoding="utf-8")
    done = subprocess.run(["node", "--check", folder / "fixture.mjs"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def _put_helper(folder: Path) -> None:
    """The helper as npm installs it."""
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "assistants-fake").symlink_to(ROOT / "packages/npm")


@check
def target(block: Block, folder: Path) -> None:
    """The block is a target file, and a plan can be made for it."""
    with stage(folder, {block.arguments[0]: block}) as here:
        done = here.bash(f"assistants-contract plan --target {block.arguments[0]} --profile production --only must")

    assert done.returncode == 0, done.stdout


@check
def seed(block: Block, folder: Path) -> None:
    """The block is a seed file: a fake starts from it, with the keys that the document announces."""
    with stage(folder, {block.arguments[0]: block}) as here:
        ready = _start_and_stop(here, f"exec assistants-fake --seed-file {block.arguments[0]} --port 0 --json")

    assert list(ready["keys"].values()) == ["sk-acme", "sk-fake-acme-sibling"]


@check
def dialect(block: Block, folder: Path) -> None:
    """The block is a dialect, and a fake starts with it."""
    with stage(folder, {block.arguments[0]: block}) as here:
        _start_and_stop(here, f"exec assistants-fake --dialect {block.arguments[0]} --port 0 --json")


@check
def baseline(block: Block, _: Path) -> None:
    """The block is a baseline with requirements of the catalogue. A shell sample of the document uses it."""
    ids = {line["id"] for line in yaml.safe_load(block.text)}

    assert ids
    assert ids <= set(catalogue.requirements())


@check
def action(block: Block, _: Path) -> None:
    """The block has steps of a GitHub job. Their inputs must be inputs of action.yml. Not run."""
    [step, *others] = yaml.safe_load(block.text)

    assert step["uses"].startswith("OWNER/assistants-contract@")
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert all("uses" in other for other in others)


@check
def gitlab(block: Block, _: Path) -> None:
    """The block is a job of GitLab. Its shape is checked. Not run."""
    [job] = yaml.safe_load(block.text).values()

    assert set(job) == {"image", "script", "artifacts"}
    assert job["artifacts"]["when"] == "always"


@check
def plain_ci(block: Block, _: Path) -> None:
    """The block has commands for a CI server. self_tests/docs/test_ci.py runs them."""
    assert "pip install" in block.text


@check
def no_venv(block: Block, folder: Path) -> None:
    """The block is the line that make prints if Python has no venv module. This machine has another version."""
    python = write_python(folder / "python3", NO_VENV)
    done = subprocess.run([ROOT / ".ci/python", python], capture_output=True, text=True, check=False)
    minor = f"python3.{sys.version_info.minor}-venv"

    assert done.stderr.replace(str(python), "/usr/bin/python3") == block.text.replace("python3.11-venv", minor)


@check
def tree(block: Block, _: Path) -> None:
    """The block lists folders and files, and each of them exists. The first word of a line is the name; two spaces make
    a level.
    """
    folders: list[str] = []
    for line in block.text.splitlines():
        level = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        folders[level:] = [name]
        assert ROOT.joinpath(*folders).exists(), line


@check
def diagram(block: Block, _: Path) -> None:
    """The block has boxes and arrows for people. Nothing is run, and it names no file."""
    assert not re.search(r"\w\.(py|yaml|md)\b", block.text)


@check
def entry(block: Block, _: Path) -> None:
    """The block is an entry to copy into a YAML file of this project, and has the fields of the entries there.

    The arguments are the file, and the keys that lead to the list or the mapping of entries.
    """
    file, *steps = block.arguments
    there = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    for step in steps:
        there = there[step]
    mine = yaml.safe_load(block.text)

    known = {name for each in (there if isinstance(there, list) else there.values()) for name in each}
    assert all(set(each) <= known for each in (mine if isinstance(mine, list) else mine.values())), known


@check
def ignored_field(block: Block, _: Path) -> None:
    """The block is a property of a create's schema in openapi.yaml, with an `x-ignored` like the others there."""
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    there = contract["components"]["schemas"]["CreateAssistant"]["properties"]
    [(name, mine)] = yaml.safe_load(block.text).items()

    known = there[name]["x-ignored"]
    assert {**mine, "x-ignored": known} == there[name]
    assert known in (True, mine["x-ignored"])


@check
def markdown(block: Block, _: Path) -> None:
    """The block has comments that name checks, and each of these checks exists."""
    assert set(re.findall(r"<!-- check: ([\w-]+)", block.text)) <= set(CHECKS)


@check
def wrong_server(block: Block, folder: Path) -> None:
    """The block is a wrong server, and the suite catches it by the requirement that it names."""
    code = (
        "from self_tests.wrong.page.modify import *\n"
        "from self_tests.wrong.wrong_server import *\n"
        "from self_tests.wrong import SERVERS\n"
        "from self_tests.wrong.mutants import GENERATORS, kill\n"
        f"{block.text}\n"
        "print(kill(GENERATORS, len(SERVERS) - 1).by)\n"
    )
    with stage(folder) as here:
        done = _python(here, "-c", code)

    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["tour"]), done.stdout


@check
def step(block: Block, folder: Path) -> None:
    """The block is a step of the tour: it can be imported, and its requirements are in the catalogue."""
    code = f"from contract_tests.generators.tour.modify import *\n{block.text}"
    with stage(folder) as here:
        done = _python(here, "-c", code)

    assert done.returncode == 0, done.stdout
    assert set(re.findall(r'"([a-z]+/[\w-]+)"', block.text)) <= set(catalogue.requirements())
