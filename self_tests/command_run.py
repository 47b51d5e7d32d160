"""The result of a run of the command, and the keys that the command gets."""

import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import NamedTuple

import pytest

from contract_tests.cli import commands
from contract_tests.http.target import ROLES
from fake_server.storage import seed

KEYS = {ROLES[key.label]: key.secret for key in seed.KEYS}


class Ran(NamedTuple):
    """The exit code, and the text of both streams."""

    code: int
    out: str
    err: str


def run_once(*words: str, **environment: str) -> Ran:
    """Runs `assistants-contract` in this process for a fixture that several tests share. `environment` is added to the
    fake's keys."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        for variable, key in (KEYS | environment).items():
            patch.setenv(variable, key)
        patch.setattr(sys, "argv", ["assistants-contract", *words])
        with pytest.raises(SystemExit) as stopped:
            commands.main()
    return Ran(int(stopped.value.code or 0), out.getvalue(), err.getvalue())
