"""`make generators`: installs the tools that generate clients and models from openapi.yaml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from contract_tests.http.openapi import location
from sdk_tests.sdks import HOME, UnavailableError, environment

HERE = Path(__file__).resolve().parent
PYTHON, NODE = HOME / "generators-python", HOME / "generators-node"
PACKAGES = {
    PYTHON: ("openapi-python-client==0.29.1", "datamodel-code-generator==0.89.0"),
    NODE: ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3", "@types/node@20.19.43"),
}
# --skipLibCheck spares tsc the types of node itself.
TSC = ("--strict", "--noEmitOnError", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--types", "node")
PATIENCE = 120


def main() -> int:
    """0: both environments are there; 3: one is unavailable."""
    code = 0
    for language, home in (("python", PYTHON), ("node", NODE)):
        try:
            environment(language, home, PACKAGES[home])
        except UnavailableError as why:
            print(f"Left out: {why}.", file=sys.stderr)
            code = 3
    return code


def is_installed(home: Path) -> bool:
    return (home / "installed").exists()


def generate_client(folder: Path) -> None:
    """The package assistants_api, made by openapi-python-client. A warning is an error."""
    options = ("--output-path", str(folder / "assistants_api"), "--meta", "none", "--fail-on-warning")
    python("openapi-python-client", "generate", "--path", str(location()), *options)


def generate_models(folder: Path) -> None:
    """The module assistants_models, made by datamodel-code-generator: models of pydantic."""
    options = ("--output-model-type", "pydantic_v2.BaseModel", "--output", str(folder / "assistants_models.py"))
    python("datamodel-codegen", "--input", str(location()), "--input-file-type", "openapi", *options)


def compile_program(folder: Path) -> Path:
    """program.mts as JavaScript, checked by tsc with the types of openapi-typescript.

    The folder must be below NODE, because Node looks for a package above the file that imports it.
    """
    node("openapi-typescript", str(location()), "--output", str(folder / "assistants.ts"))
    program = shutil.copy(HERE / "program.mts", folder)
    node("tsc", *TSC, str(program))
    return folder / "program.mjs"


def python(command: str, *words: str, modules: Path = HERE) -> str:
    """Runs a command of the environment, which finds the environment's other commands, such as ruff.

    A program can import the modules of a folder.
    """
    variables = {"PATH": f"{PYTHON / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(modules)}
    return run(HERE, str(PYTHON / "bin" / command), *words, **variables)


def node(command: str, *words: str) -> str:
    """Runs a command of the environment, in which tsc finds the types of node."""
    return run(NODE, str(NODE / "node_modules/.bin" / command), *words)


def run(folder: Path, *command: str, **variables: str) -> str:
    """The output. Raises AssertionError with all output if the command fails."""
    env = os.environ | variables
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
