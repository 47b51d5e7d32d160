"""The requirements that a run tests: chosen by name, left out by name, or taken from an earlier run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.reports import events
from contract_tests.requirements import catalogue
from contract_tests.requirements.selection import Selection, suggest
from fake_server.fake import Fake
from self_tests.command_run import Ran
from self_tests.commands.test_run import created, misspelt


def chosen(*only: str, skip: tuple[str, ...] = ()) -> set[str]:
    return set(filter(Selection(only, skip).includes, catalogue.requirements()))


def test_an_area_needs_no_slash() -> None:
    """modify and modify/ are the area."""
    assert chosen("modify") == chosen("modify/") == {id for id in catalogue.requirements() if id.startswith("modify/")}


def test_skip_leaves_out_an_id_an_area_or_a_level() -> None:
    """A skipped requirement is never chosen."""
    assert chosen("modify", skip=("modify/partial",)) == chosen("modify") - {"modify/partial"}
    assert not chosen("rate", skip=("rate",))
    assert chosen(skip=("should",)) == chosen("must")


@pytest.mark.parametrize("option", ["--only", "--skip"])
@pytest.mark.parametrize(
    ("name", "meant"), [("modify/partal", "modify/partial"), ("mod", "modify"), ("mst", "must"), ("lists", "list")]
)
@pytest.mark.parametrize("name_of_command", ["run", "plan"])
def test_an_unknown_name_is_told_a_known_one(
    command: Callable[..., Ran], name_of_command: str, option: str, name: str, meant: str
) -> None:
    """One line and exit 2, for `run` and for `plan`."""
    ran = command(name_of_command, option, name)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"Did you mean {meant}" in ran.err


def test_a_name_like_no_other_is_told_the_list() -> None:
    """The sentence names the command that prints every id."""
    assert suggest("zzzz") == "assistants-contract list prints all of them."


def test_a_selection_without_a_requirement_is_refused(run: Callable[..., Ran]) -> None:
    """A run that tests nothing has not passed."""
    ran = run("--only", "modify", "--skip", "modify")

    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_server_without_a_limiter_passes(run: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """--skip rate makes exit 0 possible, and the record names what was left out."""
    ran = run(base_url, "--only", "list", "--only", "rate", "--skip", "rate", "--events", str(tmp_path / "run.ndjson"))

    assert ran.code == 0
    assert events.load(tmp_path / "run.ndjson").header["plan"]["skip"] == ["rate"]


def test_only_failed_tests_what_failed_again(
    command: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """Failed requirements are tested again, warnings too, and what they kept from being tested; and no other."""
    first, second = str(tmp_path / "first.ndjson"), str(tmp_path / "second.ndjson")
    fake.handlers |= {"deleteAssistant": misspelt, "createAssistant": created}
    words = (base_url, "--profile", "production", "--events")
    command("run", *words, first)
    ran = command("run", *words, second, "--only-failed", first)

    again = [verdict["id"] for verdict in events.load(Path(second)).verdicts]
    assert (ran.code, again) == (1, ["create/status-200", "delete/answers-deleted", "delete/unknown-is-404"])


def test_only_failed_needs_a_failure(command: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """Events without a failed requirement are refused in one line, and so is a file that is no record."""
    file = str(tmp_path / "run.ndjson")
    command("run", base_url, "--profile", "read-only", "--only", "list", "--events", file)
    ran = command("run", base_url, "--only-failed", file)
    other = command("plan", base_url, "--only-failed", str(tmp_path))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "no requirement failed" in ran.err
    assert (other.code, other.err.count("\n")) == (2, 1)
