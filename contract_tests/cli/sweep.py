"""The command `sweep`. A ledger is a file like any other: it may come from somebody else. So the user says where a key
goes, and which environment variables hold keys; the ledger alone does not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from contract_tests.cli.invocation import check_scheme
from contract_tests.http import ledger, target
from contract_tests.http.ledger import Account
from contract_tests.http.target import Target, has_own_variables, is_loopback
from contract_tests.reports.escaping import one_line
from contract_tests.runs.sweep import Sweep


def sweep(path: Path, file: Path | None, allow_http: bool, yes: bool) -> list[str]:
    """Deletes what the run of the ledger has left; returns the ids that are still there. Raises TargetError, and
    ClickException for a ledger that the user has to vouch for."""
    confirm = partial(_confirm, yes)
    account = ledger.load(path)
    given = _declared(path, account, file) if file else _usual(path, account)
    check_scheme(given, allow_http)
    variable = given.variables["primary"]
    if not file and not is_loopback(given.base_url) and not confirm(f"Send the key in {variable} to {given.base_url}?"):
        raise click.ClickException("Nothing was sent.")
    return Sweep(path, account, given, confirm, lambda text: click.echo(one_line(text))).run()


def _confirm(yes: bool, text: str) -> bool:
    """A standard input that has ended says no. Raises click.Abort at Ctrl-C."""
    try:
        return yes or click.confirm(one_line(text), err=True)
    except click.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        click.echo(err=True)
        return False


def _declared(path: Path, account: Account, file: Path) -> Target:
    given = target.from_file(file)
    if given.base_url != account.base_url:
        raise click.ClickException(
            f"{path} is of a run on {account.base_url}, and {file} declares {given.base_url}: "
            "give the target file of that run."
        )
    return given


def _usual(path: Path, account: Account) -> Target:
    """Only a target file may name variables of its own: a ledger could name any secret of the environment."""
    given = target.from_ledger(account.base_url, account.keys, path)
    if has_own_variables(given.variables):
        raise click.ClickException(
            f"{path} takes keys from {', '.join(account.keys.values())}: give the target file of that run with "
            "--target, because only that file may name such variables."
        )
    return given
