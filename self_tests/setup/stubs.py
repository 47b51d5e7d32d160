"""Other Pythons than this one: scripts in a folder that stands on the PATH."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

OLD = "sys.version_info = (3, 9, 18, 'final', 0)"
NO_VENV = "sys.modules['ensurepip'] = None"  # the import of ensurepip then fails, as without Debian's python3-venv
INACTIVE_SHIM = "sys.exit('pyenv: python3: command not found')"


def write_python(path: Path, change: str = "") -> Path:
    """Writes a script that runs this Python, and executes the statement `change` before the code of its -c."""
    code = f"import sys; {change or 'pass'}\nexec(sys.argv[2])"
    return write_script(path, f'exec {shlex.quote(sys.executable)} -c {shlex.quote(code)} "$@"')


def write_script(path: Path, commands: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
    path.chmod(0o755)
    return path
