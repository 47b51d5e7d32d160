"""A part of `make check`: Redocly and Spectral find nothing in openapi.yaml and in control.yaml. It installs both from
npm, once. Their rules are in .ci, each exception with its reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sdk_tests.sdks import HOME, UnavailableError, environment

ROOT = Path(__file__).resolve().parents[2]
FOLDER = HOME / "linters"
PACKAGES = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3")
DOCUMENTS = ("openapi.yaml", "fake_server/control/control.yaml")
# The words before the documents. A warning is a failure too.
LINTERS: Mapping[str, tuple[str, ...]] = {
    "redocly": ("lint", "--config", ".ci/redocly.yaml"),
    "spectral": ("lint", "--ruleset", ".ci/spectral.yaml", "--fail-severity", "warn"),
}
QUIETLY = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def main() -> int:
    """0: nothing was found, or npm cannot install the linters here; 1: the output shows what was found."""
    try:
        environment("node", FOLDER, PACKAGES)
    except UnavailableError as why:
        print(f"Redocly and Spectral are left out: {why}.")
        return 0
    found = [output for name in LINTERS if (output := lint(name, *DOCUMENTS))]
    print("\n".join(found) or "Redocly and Spectral found nothing in the documents.")
    return int(bool(found))


def lint(name: str, *documents: str) -> str:
    """The output of a linter that found something; empty if it found nothing."""
    command = [str(FOLDER / "node_modules/.bin" / name), *LINTERS[name], *documents]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | QUIETLY, capture_output=True, text=True, check=False, timeout=120
    )
    return f"{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
