"""The command line as values, and the checks before a run: which servers may be tested, and with which options.

The target comes first: its file may say the edition of the contract, which decides the requirements and the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract_tests.cli import edition
from contract_tests.cli.command_line_keys import check_no_key
from contract_tests.http import target
from contract_tests.http.secrets import SHORTEST, unmaskable
from contract_tests.http.target import OTHERS, ROLES, Target, TargetError, is_loopback
from contract_tests.profiles.names import ASK_SELF, COMPARE, JUDGING, LEARN, PROBE, PRODUCTION, READ_ONLY
from contract_tests.reports import events
from contract_tests.reports.events import Record, RecordError
from contract_tests.requirements import catalogue
from contract_tests.requirements.selection import EVERYTHING, Selection, UnknownNameError, check_name

if TYPE_CHECKING:
    from contract_tests.profiles.plan import Plan


@dataclass(frozen=True)
class Invocation:
    """`profile` and `plan` are None if no profile is chosen. `target` is None for our own fake."""

    target: Target | None
    profile: str | None
    plan: Plan | None
    selection: Selection


def parse_target(
    base_url: str | None, file: Path | None, said: str | None = None, needs_key: bool = True
) -> Target | None:
    """The target, None for our own fake. Chooses the edition: `said` is the one of the command line.

    Raises UsageError, or ClickException if the target cannot be used. A command that sends nothing needs no key.
    """
    check_no_key()
    given = _target(base_url, file, needs_key)
    check_no_key(given.keys.values() if given else ())
    edition.choose([(edition.OPTION, said), (str(file), given.edition if given else None)])
    return given


def parse_invocation(
    given: Target | None,
    profile: str | None,
    allow_http: bool,
    selection: Selection = EVERYTHING,
    ask_self_delete: bool = False,
    probe_rate_limit: bool = False,
    allow_fuzzing: bool = False,
    timeout: int | None = None,
    wait: int = 0,
) -> Invocation:
    """Raises UsageError for options that do not go together, or that do not go with the target."""
    if given is None:
        if timeout or wait:
            raise click.UsageError("Give BASE_URL or --target: --timeout and --wait are for a server.")
        if profile:
            why = (
                "a profile is for a service that holds real data" if profile in JUDGING else f"{profile} needs a server"
            )
            raise click.UsageError(f"Give BASE_URL or --target: {why}.")
        return Invocation(None, None, None, selection)
    given = replace(given, timeout=timeout or given.timeout, wait=wait)
    _check_reach(given, profile, allow_http, allow_fuzzing)
    allowed = [name for name, yes in ((ASK_SELF, ask_self_delete), (PROBE, probe_rate_limit)) if yes]
    if allowed and profile not in (PRODUCTION, LEARN):
        raise click.UsageError(f"--{allowed[0].replace('_', '-')} goes with --profile {PRODUCTION}.")
    if profile == LEARN and probe_rate_limit and not given.rate_limit:
        raise click.UsageError("--probe-rate-limit: declare rate_limit in the file given to --target.")
    planned = _plan(profile, given, selection, allowed) if profile else None
    return Invocation(given, profile, planned, selection)


def _plan(profile: str, given: Target, selection: Selection, allowed: list[str]) -> Plan:
    from contract_tests.profiles import plan  # here: a wrong command line is refused without this slow import

    return plan.make(profile, given, selection.includes, allowed)


def check_contract(wanted: str | None) -> None:
    """Raises UsageError if the user wants another version of the contract."""
    if wanted not in (None, catalogue.version()):
        from importlib.metadata import version

        raise click.UsageError(
            f"--contract {wanted}: this is contract {catalogue.title()}, of assistants-contract "
            f"{version('assistants-contract')}. CHANGELOG.md lists the changes between the two."
        )


def check_generators(invocation: Invocation, *, deep: bool, sdk: bool) -> None:
    """Raises UsageError for a generator that the target does not allow."""
    if invocation.plan and (deep or sdk):
        raise click.UsageError("--deep and --sdk make more calls than a profile plans.")
    if sdk and invocation.target and not is_loopback(invocation.target.base_url):
        raise click.UsageError("--sdk is for this machine only: Node's SDK makes calls that the guard does not see.")


Contestant = Target | Record


def contestants(
    a: str, b: str, allow_http: bool, timeout: int | None, wait: int, said: str | None = None
) -> tuple[Contestant, Contestant]:
    """The two servers to compare, each by its URL, its target file, or the events of a run. Chooses the edition."""
    check_no_key()
    both = _contestant(a, ROLES, allow_http), _contestant(b, OTHERS, allow_http)
    edition.choose([(edition.OPTION, said), (a, both[0].edition), (b, both[1].edition)])
    one, other = (
        replace(each, timeout=timeout or each.timeout, wait=wait) if isinstance(each, Target) else each for each in both
    )
    return one, other


def _contestant(word: str, variables: Mapping[str, str], allow_http: bool) -> Contestant:
    try:
        if word.startswith(("http://", "https://")):
            given = target.from_environment(word, variables)
        elif word.endswith(".toml"):
            given = target.from_file(Path(word))
        else:
            return events.load(Path(word))
    except (TargetError, RecordError) as fault:
        raise click.ClickException(str(fault)) from fault
    check_no_key(given.keys.values())
    _check_reach(given, COMPARE, allow_http, False)
    # A test of the expendable assistant may delete it, and the next comparison would differ.
    return replace(given, expendable_id=None)


def _check_reach(target: Target, profile: str | None, allow_http: bool, allow_fuzzing: bool) -> None:
    _check_maskable(target)
    if is_loopback(target.base_url):
        return
    if not profile and not allow_fuzzing:
        raise click.UsageError(
            f"{target.base_url} is not on this machine: choose --profile {PRODUCTION} or {READ_ONLY}. Choose "
            "--allow-fuzzing only if thousands of requests do no harm there."
        )
    check_scheme(target, allow_http)


def check_scheme(target: Target, allow_http: bool) -> None:
    """Raises UsageError if keys would cross a network unencrypted."""
    if target.base_url.lower().startswith("http:") and not is_loopback(target.base_url) and not allow_http:
        raise click.UsageError(f"The keys would go to {target.base_url} unencrypted: use https, or --allow-http.")


def _check_maskable(target: Target) -> None:
    """Raises UsageError for a key that no report can hide. On this machine such a key is a warning."""
    if variables := ", ".join(unmaskable(target)):
        fact = f"{variables}: a key of less than {SHORTEST} characters, or a word of the contract, cannot be masked"
        if not is_loopback(target.base_url):
            raise click.UsageError(f"{fact} in the reports: use a longer key.")
        click.echo(f"Warning: {fact}. The reports may show the key.", err=True)


def _target(base_url: str | None, file: Path | None, needs_key: bool) -> Target | None:
    if base_url and file:
        raise click.UsageError("Give BASE_URL or --target, not both.")
    try:
        if file:
            return target.from_file(file, needs_key)
        return target.from_environment(base_url, needs_key=needs_key) if base_url else None
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault


def parse_selection(only: tuple[str, ...], skip: tuple[str, ...], only_failed: Path | None) -> Selection:
    """Raises UsageError for a name of no requirement of the edition, and for a selection without a requirement. Raises
    ClickException for events that cannot be used, or in which no requirement failed."""
    for option, names in (("--only", only), ("--skip", skip)):
        for name in names:
            _check_name(option, name)
    selection = Selection(only, skip, _failed(only_failed) if only_failed else ())
    if selection.is_empty:
        raise click.UsageError("--only, --skip and --only-failed together choose no requirement.")
    return selection


def _check_name(option: str, name: str) -> None:
    try:
        check_name(name)
    except UnknownNameError as fault:
        raise click.UsageError(f"{option} {fault}") from fault


def _failed(path: Path) -> tuple[str, ...]:
    """The violated requirements of an earlier run, and the requirements that they kept from being tested."""
    try:
        record = events.load(path)
    except RecordError as fault:
        raise click.ClickException(f"--only-failed {fault}") from fault
    edition.check_same(f"--only-failed {path}", record.edition)
    failed = [verdict["id"] for verdict in record.broken()]
    if not failed:
        raise click.ClickException(f"--only-failed {path}: no requirement failed in that run.")
    return tuple(each for id in failed for each in (id, *record.blocked_by(id)) if each in catalogue.requirements())
