"""`make runners` installs the test runners under which the JavaScript helper is tested, and `make types` writes the
helper's types.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sdk_tests.sdks import HOME, UnavailableError, environment
from self_tests.third_party.generated import tools

ROOT = Path(__file__).parents[2]
HELPER = ROOT / "packages/npm"
TYPES = HELPER / "control.d.ts"
CONTROL_YAML = ROOT / "fake_server/control/control.yaml"
RUNNERS = HOME / "runners-node"
# openapi-typescript makes the types, and tsc checks them.
PACKAGES = (*tools.PACKAGES[tools.NODE], "vitest@4.1.12", "jest@30.5.2", "@playwright/test@1.65.1")
PATIENCE = 120


def main(words: list[str]) -> int:
    """0: done; 3: npm cannot install here. The word "types" writes the types."""
    try:
        environment("node", RUNNERS, PACKAGES)
    except UnavailableError as why:
        print(f"Left out: {why}.", file=sys.stderr)
        return 3
    if words == ["types"]:
        write_types(TYPES)
    return 0


def are_installed() -> bool:
    """With the versions that are pinned here."""
    mark = RUNNERS / "installed"
    return mark.exists() and mark.read_text(encoding="utf-8") == "\n".join(PACKAGES)


def write_types(file: Path) -> None:
    """The types of control.yaml, made by openapi-typescript."""
    run([command("openapi-typescript"), str(CONTROL_YAML), "--output", str(file)], RUNNERS)


def command(name: str) -> str:
    return str(RUNNERS / "node_modules/.bin" / name)


def run(words: list[str], folder: Path, variables: Mapping[str, str] = {}) -> str:
    """The output. The fake of this Python is on the PATH. Raises AssertionError with the output of a failure."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "NO_COLOR": "1", **variables}
    done = subprocess.run(
        words,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
