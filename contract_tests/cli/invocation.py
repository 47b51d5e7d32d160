"""The command line as values, and the checks before a run: which servers may be tested, and with which options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract_tests.cli.command_line_keys import check_no_key
from contract_tests.http import target
from contract_tests.http.secrets import SHORTEST, unmaskable
from contract_tests.http.target import ROLES, Target, TargetError, is_loopback
from contract_tests.profiles.names import ASK_SELF, COMPARE, JUDGING, LEARN, PROBE, PRODUCTION, READ_ONLY
from contract_tests.reports import events
from contract_tests.reports.events import Record, RecordError
from contract_tests.requirements import catalogue
from contract_tests.runs.run_options import RunOptions

if TYPE_CHECKING:
    from contract_tests.profiles.plan import Plan

OTHERS = {role: name.replace("ASSISTANTS_", "ASSISTANTS_B_") for role, name in ROLES.items()}  # keys of B


@dataclass(frozen=True)
class Invocation:
    """`profile` and `plan` are None if no profile is chosen. `target` is None for our own fake."""

    target: Target | None
    profile: str | None
    plan: Plan | None
    only: tuple[str, ...]


def parse_invocation(
    base_url: str | None,
    file: Path | None,
    profile: str | None,
    allow_http: bool,
    only: tuple[str, ...] = (),
    ask_self_delete: bool = False,
    probe_rate_limit: bool = False,
    allow_fuzzing: bool = False,
    timeout: int | None = None,
    wait: int = 0,
) -> Invocation:
    """Raises UsageError, or ClickException if the target cannot be used."""
    check_no_key()
    _check_only(only)
    given = _target(base_url, file)
    check_no_key(given.keys.values() if given else ())
    if given is None:
        if timeout or wait:
            raise click.UsageError("Give BASE_URL or --target: --timeout and --wait are for a server.")
        if profile:
            why = (
                "a profile is for a service that holds real data" if profile in JUDGING else f"{profile} needs a server"
            )
            raise click.UsageError(f"Give BASE_URL or --target: {why}.")
        return Invocation(None, None, None, only)
    given = replace(given, timeout=timeout or given.timeout, wait=wait)
    _check_reach(given, profile, allow_http, allow_fuzzing)
    allowed = [name for name, yes in ((ASK_SELF, ask_self_delete), (PROBE, probe_rate_limit)) if yes]
    if allowed and profile not in (PRODUCTION, LEARN):
        raise click.UsageError(f"--{allowed[0].replace('_', '-')} goes with --profile {PRODUCTION}.")
    if profile == LEARN and probe_rate_limit and not given.rate_limit:
        raise click.UsageError("--probe-rate-limit: declare rate_limit in the file given to --target.")
    return Invocation(given, profile, _plan(profile, given, only, allowed) if profile else None, only)


def _plan(profile: str, given: Target, only: tuple[str, ...], allowed: list[str]) -> Plan:
    from contract_tests.profiles import plan  # here: a wrong command line is refused without this slow import

    return plan.make(profile, given, RunOptions(only=only).includes, allowed)


def check_generators(invocation: Invocation, *, deep: bool, sdk: bool) -> None:
    """Raises UsageError for a generator that the target does not allow."""
    if invocation.plan and (deep or sdk):
        raise click.UsageError("--deep and --sdk make more calls than a profile plans.")
    if sdk and invocation.target and not is_loopback(invocation.target.base_url):
        raise click.UsageError("--sdk is for this machine only: Node's SDK makes calls that the guard does not see.")


Contestant = Target | Record


def contestants(a: str, b: str, allow_http: bool, timeout: int | None, wait: int) -> tuple[Contestant, Contestant]:
    """The two servers to compare, each by its URL, its target file, or the events of a run."""
    check_no_key()
    both = _contestant(a, ROLES, allow_http), _contestant(b, OTHERS, allow_http)
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
    if target.base_url.startswith("http:") and not allow_http:
        raise click.UsageError(f"The keys would go to {target.base_url} unencrypted: use https, or --allow-http.")


def _check_maskable(target: Target) -> None:
    """Raises UsageError for a key that no report can hide. On this machine such a key is a warning."""
    if variables := ", ".join(unmaskable(target)):
        fact = f"{variables}: a key of less than {SHORTEST} characters, or a word of the contract, cannot be masked"
        if not is_loopback(target.base_url):
            raise click.UsageError(f"{fact} in the reports: use a longer key.")
        click.echo(f"Warning: {fact}. The reports may show the key.", err=True)


def _target(base_url: str | None, file: Path | None) -> Target | None:
    if base_url and file:
        raise click.UsageError("Give BASE_URL or --target, not both.")
    try:
        if file:
            return target.from_file(file)
        return target.from_environment(base_url) if base_url else None
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault


def _check_only(only: tuple[str, ...]) -> None:
    for name in only:
        if not any(RunOptions(only=(name,)).includes(id) for id in catalogue.requirements()):
            raise click.UsageError(f"--only {name}: not a requirement, an area such as modify/, or a level.")
