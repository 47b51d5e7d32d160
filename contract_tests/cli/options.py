"""What the user asks for, and the refusals to start: whom the suite may be pointed at, and how."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import click

from contract_tests.http import target
from contract_tests.http.target import ROLES, Target, TargetError, is_loopback
from contract_tests.profiles import plan
from contract_tests.profiles.plan import ASK_SELF, COMPARE, JUDGING, LEARN, PROBE, PRODUCTION, READ_ONLY, Plan
from contract_tests.reports.events import Record, RecordError, read
from contract_tests.requirements import catalogue
from contract_tests.runs.run_options import RunOptions

Command = Callable[..., int]
OTHERS = {role: name.replace("ASSISTANTS_", "ASSISTANTS_B_") for role, name in ROLES.items()}  # keys of the second
ALLOW_HTTP = click.option("--allow-http", is_flag=True, help="Send keys unencrypted beyond this machine.")


def about_the_target(command: Command) -> Command:
    """The arguments and options that say whom to ask, and what may be asked."""
    for decorate in reversed(
        (
            click.argument("base_url", required=False),
            click.option("--target", "file", type=click.Path(path_type=Path), help="A TOML file: what to judge."),
            click.option("--profile", type=click.Choice(JUDGING), help="Few requests, beside real data."),
            click.option("--only", multiple=True, metavar="ID", help="A requirement, an area (modify/), or must."),
            click.option("--ask-self-delete", is_flag=True, help="Ask to delete the bound assistant, to be refused."),
            INSIST,
            click.option("--probe-rate-limit", is_flag=True, help="Judge rate/* too, by using the limit up."),
            ALLOW_HTTP,
        )
    ):
        command = decorate(command)
    return command


def whom_to_learn(command: Command) -> Command:
    """The same, of whoever is not judged."""
    for decorate in reversed(
        (
            click.argument("base_url", required=False),
            click.option("--target", "file", type=click.Path(path_type=Path), help="A TOML file: whom to ask."),
            click.option("--probe-rate-limit", is_flag=True, help="Learn the limiter too, by using the limit up."),
            ALLOW_HTTP,
        )
    ):
        command = decorate(command)
    return command


@dataclass(frozen=True)
class Invocation:
    """What the line asks for: `plan` is None where no profile is chosen, `target` where it is our own fake."""

    target: Target | None
    plan: Plan | None
    only: tuple[str, ...]


def asked(
    base_url: str | None,
    file: Path | None,
    profile: str | None,
    allow_http: bool,
    only: tuple[str, ...] = (),
    ask_self_delete: bool = False,
    probe_rate_limit: bool = False,
    allow_fuzzing: bool = False,
) -> Invocation:
    """Raises UsageError, and ClickException where a target cannot be used as it was given."""
    _check_no_key([key for name, key in os.environ.items() if name.endswith("API_KEY")])
    _check_only(only)
    given = _target(base_url, file)
    _check_no_key(given.keys.values() if given else ())
    if given is None:
        if profile:
            why = "a profile is for a service that holds real data" if profile in JUDGING else f"whom to {profile}"
            raise click.UsageError(f"Give BASE_URL or --target: {why}.")
        return Invocation(None, None, only)
    _check_reach(given, profile, allow_http, allow_fuzzing)
    allowed = [name for name, yes in ((ASK_SELF, ask_self_delete), (PROBE, probe_rate_limit)) if yes]
    if allowed and profile not in (PRODUCTION, LEARN):
        raise click.UsageError(f"--{allowed[0].replace('_', '-')} goes with --profile {PRODUCTION}.")
    if profile == LEARN and probe_rate_limit and not given.rate_limit:
        raise click.UsageError("--probe-rate-limit: name the rate_limit in the file given to --target.")
    return Invocation(
        given, plan.make(profile, given, RunOptions(only=only).includes, allowed) if profile else None, only
    )


Contestant = Target | Record


def contestants(a: str, b: str, allow_http: bool) -> tuple[Contestant, Contestant]:
    """Two that are to be compared: each by its URL, its target file, or the events of a run."""
    _check_no_key([key for name, key in os.environ.items() if name.endswith("API_KEY")])
    return _contestant(a, ROLES, allow_http), _contestant(b, OTHERS, allow_http)


def _contestant(word: str, variables: Mapping[str, str], allow_http: bool) -> Contestant:
    try:
        if word.startswith(("http://", "https://")):
            given = target.from_environment(word, variables)
        elif word.endswith(".toml"):
            given = target.from_file(Path(word))
        else:
            return read(Path(word))
    except (TargetError, RecordError) as fault:
        raise click.ClickException(str(fault)) from fault
    _check_no_key(given.keys.values())
    _check_reach(given, COMPARE, allow_http, False)
    # What is given up once is not there the next night.
    return replace(given, expendable_id=None)


def _check_no_key(keys: Iterable[str]) -> None:
    line = " ".join(sys.argv[1:])
    if re.search(r"\bsk-\S", line) or any(key in line for key in keys if len(key) > 5):
        raise click.UsageError("Keys go into the environment: everybody on this machine can read a command line.")


def _check_reach(target: Target, profile: str | None, allow_http: bool, allow_fuzzing: bool) -> None:
    if is_loopback(target.base_url):
        return
    if not profile and not allow_fuzzing:
        raise click.UsageError(
            f"{target.base_url} is not on this machine: choose --profile {PRODUCTION} or {READ_ONLY}, or, where "
            "thousands of requests do no harm to anything real, --allow-fuzzing."
        )
    if target.base_url.startswith("http:") and not allow_http:
        raise click.UsageError(f"{target.base_url} would be sent the keys unencrypted: use https, or say --allow-http.")


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
            raise click.UsageError(f"--only {name}: no such requirement, nor an area such as modify/.")


def _insist(_: click.Context, __: click.Parameter, wanted: str | None) -> None:
    if wanted not in (None, catalogue.version()):
        raise click.UsageError(
            f"--contract {wanted}: this is contract {catalogue.version()}, of assistants-contract "
            f"{version('assistants-contract')}. What has changed between the two stands in its CHANGELOG.md."
        )


INSIST = click.option(
    "--contract", metavar="VERSION", callback=_insist, expose_value=False, help="Only if the catalogue is of it."
)
