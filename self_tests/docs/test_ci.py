"""The CI of other repositories, run as it would run there: the GitHub Action, and the plain shell of docs/ci.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant
from self_tests.command_run import KEYS
from self_tests.docs.markdown import ROOT, blocks
from self_tests.setup.stubs import NO_VENV, write_python

# self_tests/packages/test_wheels.py installs the package and runs its commands on each Python.
pytestmark = pytest.mark.any_python

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEP = ACTION["runs"]["steps"][0]
# pip builds and installs only this checkout. It finds all other packages in this environment, so no registry is needed.
OFFLINE = {
    # The packages of this environment fit only the Python of these tests.
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "PIP_NO_CACHE_DIR": "1",  # pip would warn of a HOME that cannot be written
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip inverts this switch: 0 means without isolation
    "PYTHONPATH": sysconfig.get_paths()["purelib"],
}

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job. The first use of the action installs it there."""
    return tmp_path_factory.mktemp("job")


@pytest.fixture
def action(job: Path, tmp_path: Path) -> Callable[..., Done]:
    """Runs the action's step with these inputs as GitHub does: inputs in the environment, and the default of each other
    input.
    """

    def run(**inputs: str) -> Done:
        given = {name: inputs.get(name.replace("-", "_"), row["default"]) for name, row in ACTION["inputs"].items()}
        named = {
            variable: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for variable, value in STEP["env"].items()
        }
        github = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "RUNNER_TEMP": str(job),
        }
        return bash(STEP["run"], tmp_path, {**github, **named})

    return run


def bash(commands: str, folder: Path, environment: Mapping[str, str]) -> Done:
    """Runs bash as GitHub does, in an empty folder, with the keys in the environment."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands]
    return subprocess.run(
        words, cwd=folder, env={**OFFLINE, **KEYS, **environment}, capture_output=True, text=True, check=False
    )


async def created(call: Call) -> Answer:
    return Answer((await create_assistant(call)).body, 201)


def test_the_action_is_green_on_a_server_that_holds(action: Callable[..., Done], base_url: str, tmp_path: Path) -> None:
    """The action passes on a right server: its reports are in their folder, its outputs give the paths, and the job has
    a summary.
    """
    done = action(base_url=base_url, options="--only retrieve/\n--strict", contract="1.1", edition="page")

    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "assistants-contract").iterdir()} == {
        "events.ndjson",
        "report.html",
        "junit.xml",
    }
    assert (tmp_path / "output").read_text() == "exit=0\nreports=assistants-contract\n"
    assert "PASSED: " in (tmp_path / "summary").read_text()


def test_the_action_is_red_where_something_broke(
    action: Callable[..., Done], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """The action fails on a violation: it has the exit code of the run, an annotation beside the change, and all
    reports.
    """
    fake.handlers["createAssistant"] = created
    done = action(base_url=base_url, options="--only create/status-200 --strict", reports="of the run")

    assert done.returncode == 1
    assert "::error title=create/status-200::" in done.stdout
    assert (tmp_path / "output").read_text() == "exit=1\nreports=of the run\n"
    assert (tmp_path / "of the run/report.html").exists()


def test_the_actions_files_are_inputs(action: Callable[..., Done], base_url: str, tmp_path: Path) -> None:
    """The action accepts a target, a baseline and a profile. Their file names may have any characters."""
    (tmp_path / "the target.toml").write_text(f'base_url = "{base_url}"\nrate_limit = 0\n')
    (tmp_path / "known.yaml").write_text("- {id: retrieve/unknown-is-404, why: w, reason: r}\n")
    done = action(
        target="the target.toml",
        baseline="known.yaml",
        profile="production",
        options="--only retrieve/ --ledger ledger",
    )

    assert done.returncode == 1
    assert "::error file=known.yaml,line=1,title=retrieve/unknown-is-404::passes now" in done.stdout


def test_the_action_wants_a_target(action: Callable[..., Done], tmp_path: Path) -> None:
    """The action fails without a target or with a misspelt input: the command would then test our own fake, which
    passes.
    """
    done = action(options="--only retrieve/")

    assert (done.returncode, (tmp_path / "assistants-contract").exists()) == (2, False)
    assert done.stdout.startswith("::error::")


def test_the_action_says_in_one_line_that_a_python_cannot_make_an_environment(tmp_path: Path) -> None:
    """The action reports in one line that its Python cannot create an environment. The exit code is not the one of a
    violation.
    """
    write_python(tmp_path / "bin/python3", NO_VENV)
    given = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path)}
    names = dict.fromkeys(STEP["env"], "") | {"INPUT_BASE_URL": "http://127.0.0.1:1/v1"}
    done = bash(STEP["run"], tmp_path, {"GITHUB_ACTION_PATH": str(ROOT), **names, **given})

    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith(f"::error::{tmp_path}/bin/python3 has no venv module that works.")
    assert done.stdout.count("\n") == 1


def test_every_input_reaches_the_step_and_every_output_comes_from_it() -> None:
    """The script of the action uses every input of action.yml, and writes every output."""
    script = (ROOT / ".ci/action").read_text()

    assert set(re.findall(r"inputs\.([\w-]+)", str(STEP["env"]))) == set(ACTION["inputs"])
    assert all(name in script for name in STEP["env"])
    assert all(f'"{name}=' in script for name in ACTION["outputs"])


def test_the_plain_shell_of_the_document_works(base_url: str, tmp_path: Path) -> None:
    """The shell commands of the document work in a checkout, with a target file and a baseline."""
    [block] = [block for block in blocks(ROOT / "docs/ci.md") if block.check == "plain-ci"]
    (tmp_path / "assistants-contract").symlink_to(ROOT)
    (tmp_path / "target.toml").write_text(f'base_url = "{base_url}"\nrate_limit = 0\n')
    (tmp_path / "known.yaml").write_text("[]\n")
    done = bash(block.text.replace("--baseline", "--only retrieve/ --baseline"), tmp_path, {})

    assert (done.returncode, done.stderr) == (0, "")
    assert {"run.ndjson", "junit.xml", "report.html"} <= {path.name for path in tmp_path.iterdir()}
