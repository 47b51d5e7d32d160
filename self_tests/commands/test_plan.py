"""`plan` with the words of a run: that run, before it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.cli import forecast
from contract_tests.cli.prepared_run import prepare
from contract_tests.http import own_fake
from contract_tests.http.target import ROLES
from contract_tests.requirements.selection import Selection
from contract_tests.runs.estimate import Estimate, describe_seconds, of_full_run
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from self_tests.command_run import Ran

BEYOND = "https://assistants.example/v1"


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch, command: Callable[..., Ran]) -> Callable[..., Ran]:
    """The command in an environment that has no key."""
    for variable in ROLES.values():
        monkeypatch.delenv(variable)
    return command


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("http://127.0.0.1:9/v1",),
        ("http://127.0.0.1:9/v1", "--only", "modify", "--deep", "--strict", "--seed", "7"),
        (BEYOND, "--profile", "production", "--probe-rate-limit"),
        (BEYOND, "--profile", "read-only"),
        (BEYOND, "--allow-fuzzing"),
    ],
)
def test_a_plan_needs_no_key_and_no_server(without_keys: Callable[..., Ran], words: tuple[str, ...]) -> None:
    """Each run has a plan, also the run of our own fake."""
    ran = without_keys("plan", *words)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Nothing was sent.\n")


@pytest.mark.parametrize(
    "words",
    [
        (BEYOND,),
        ("http://assistants.example/v1", "--profile", "production"),
        (BEYOND, "--profile", "production", "--deep"),
        (BEYOND, "--allow-fuzzing", "--sdk"),
        ("--profile", "production"),
        ("--baseline", "nothing.yaml"),
        ("--since", "nothing.ndjson"),
        ("--html", "no/such/folder.html"),
        ("--histories", "-1"),
        ("--target", "nothing.toml"),
    ],
)
def test_a_plan_refuses_what_a_run_refuses(command: Callable[..., Ran], words: tuple[str, ...]) -> None:
    """The same line and exit 2."""
    plan, run = command("plan", *words), command("run", *words)

    assert (plan.code, plan.out, plan.err.count("\n")) == (2, "", 1)
    assert plan == run


def test_a_plan_of_a_full_run_names_the_time_and_the_shorter_profile(
    command: Callable[..., Ran], tmp_path: Path
) -> None:
    """At twenty requests a minute a full run takes long, and the production profile does not."""
    target = tmp_path / "target.toml"
    target.write_text('base_url = "http://127.0.0.1:9/v1"\nrate_limit = 20\n')
    ran = command("plan", "--target", str(target))

    assert "requests, " in ran.out
    assert " min at 20 a minute. The production profile takes" in ran.out


def test_a_long_run_says_so_first(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """The line comes before the first request, which fails here."""
    target = tmp_path / "target.toml"
    target.write_text('base_url = "http://127.0.0.1:9/v1"\nrate_limit = 20\n')
    long, short = command("run", "--target", str(target)), command("run", "http://127.0.0.1:9/v1")

    assert long.err.startswith("This run takes about ")
    assert "--profile production" in long.err.splitlines()[0]
    assert short.err.count("\n") == 1


def test_a_production_run_that_is_long_names_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shorter profile of production is read-only, which has no shorter one."""
    monkeypatch.setenv("ASSISTANTS_API_KEY", "sk-somebody")
    target = tmp_path / "target.toml"
    target.write_text('base_url = "http://127.0.0.1:9/v1"\nrate_limit = 2\n')
    words = dict.fromkeys(("only_failed", "base_url", "edition", "contract", "known", "since", "events", "ledger"))
    words |= dict.fromkeys(("html", "junit", "markdown", "badge"))
    given = {"file": target, "only": (), "skip": (), "seed": 1, "histories": 0, "timeout": None, "wait": 0}
    flags = ("allow_http", "ask_self_delete", "probe_rate_limit", "allow_fuzzing", "deep", "sdk", "strict", "debug")

    def text(profile: str) -> str:
        prepared = prepare({**words, **given, **dict.fromkeys(flags, False), "profile": profile})
        return " ".join(forecast.warnings(prepared, forecast.estimate(prepared)))

    assert "--profile read-only" in text("production")
    assert "--profile" not in text("read-only")


def test_the_estimate_of_a_limited_run_is_near() -> None:
    """Within a tenth of the requests that are sent to our own fake."""
    options = RunOptions(selection=Selection(("modify", "list")))
    with own_fake.fake(20) as target:
        sent = Run(target, options, options.includes).judge().requests
        expected = of_full_run(target, options).requests

    assert abs(expected - sent) < sent / 10


def test_a_time_is_told_in_two_units() -> None:
    """Seconds, minutes, or hours and minutes; and the thousands of a number are parted."""
    assert [describe_seconds(each) for each in (0, 59, 61, 15_300)] == ["0 s", "59 s", "1 min", "4 h 15 min"]
    assert str(Estimate(5_100, 20, 15_300)) == "5,100 requests, 4 h 15 min at 20 a minute"
