"""The report of a run on a terminal. `run` prints it at the end, `report` later, both from the event record alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contract_tests.http import editions
from contract_tests.http.target import has_own_variables
from contract_tests.reports.console import line, table
from contract_tests.reports.escaping import shell_word
from contract_tests.reports.events import Event, Record
from contract_tests.reports.reproduce import removals
from contract_tests.reports.summary import WORDS, describe_edit, doubt, headline, kind, sums, traces
from contract_tests.requirements.catalogue import area_of
from contract_tests.runs.result import Result

STYLES = {"pass": "green", "fail": "bold red", "warn": "yellow", "known": "magenta", "unjudged": "cyan"}
COLUMNS = ("pass", "fail", "warn", "known", "unjudged")
WIDTH = 13  # of the labels: "Requirement: "


def report(record: Record, console: Console, errors: Console) -> None:
    """Prints the record. If the run has no verdict, prints the reason on `errors`. An error of the suite leaves the
    violations that were found before it."""
    if record.footer["fault"]:
        line(errors, f"assistants-contract: {record.footer['fault']}")
    if record.verdicts:
        _verdicts(record, console)
    for note in record.footer["notes"]:
        line(console, f"\nNote: {note}")
    left = dict(zip(record.footer["left_behind"], record.footer["removals"], strict=True))
    not_deleted(console, left, record.footer["ledger"], record.header["target"]["variables"])
    perhaps_not_deleted(console, record.footer["unread"])
    if not record.footer["fault"]:
        _sums(record, console)
    elif record.verdicts:
        line(console, "")
        line(console, _traces(record.footer))
        line(console, headline(record))


def not_deleted(console: Console, left: Mapping[str, str], ledger: str | None, variables: Mapping[str, str]) -> None:
    """Prints each assistant that the run created and did not delete, with the command that deletes it.

    `left` maps an id to its command, which is empty in a record of an older version. A person may paste such a line
    whole, so the id is one word for a shell too.
    """
    if ledger:
        file = " --target FILE" if has_own_variables(variables) else ""
        number = f"{len(left)} of this run. Delete" if left else "perhaps an assistant of this run. Look again"
        line(console, f"\nNot deleted: {number} with: assistants-contract sweep {shell_word(ledger)}{file}")
    for id, command in left.items():
        remedy = f" Delete it with: {command}" if command else ""
        line(console, f"Not deleted: {shell_word(id)}.{remedy}")


def perhaps_not_deleted(console: Console, names: Iterable[str]) -> None:
    """Prints the names to look for: each was created perhaps, but no answer named it and no list has shown it."""
    for name, number in Counter(names).items():
        times = f" ({number} creates)" if number > 1 else ""
        line(
            console, f"Perhaps not deleted: {shell_word(name)}{times}. No answer gave its id, and no list has shown it."
        )


def result_not_deleted(console: Console, result: Result) -> None:
    """As `not_deleted`, for a run without a record."""
    if result.created:
        line(console, f"{traces(result.created, result.deleted, len(result.left_behind), len(result.unread))}.")
    left = dict(zip(result.left_behind, removals(result), strict=True))
    not_deleted(console, left, str(result.ledger) if result.ledger else None, result.target.variables)
    perhaps_not_deleted(console, result.unread)


def reasons(console: Console, untested: dict[str, list[str]]) -> None:
    """Prints the requirements that were not tested, grouped by their reason."""
    for reason, ids in untested.items():
        line(console, "\n", ("NOT TESTED", STYLES["unjudged"]), f" {', '.join(ids)}")
        row(console, "Reason", reason)


def row(console: Console, label: str, text: str) -> None:
    indented = text.replace("\n", "\n" + " " * (WIDTH + 2))
    line(console, f"  {label + ':':{WIDTH}}{indented}")


def _verdicts(record: Record, console: Console) -> None:
    """Prints the table of areas, each violation with its script, and the requirements that were not tested."""
    head = (f"Assistants contract {record.contract}", "bold")
    line(console, "\n", head, f" on {record.header['target']['base_url']}\n")
    table(console, _areas(record.verdicts))
    for verdict in record.broken():
        blocked = record.blocked_by(verdict["id"])
        if verdict["known"] is None:
            _violation(console, verdict, blocked)
        else:
            line(console, "\n", ("KNOWN", STYLES["known"]), f" {verdict['id']}: {verdict['known']}")
            _blocked(console, blocked)
    untested: dict[str, list[str]] = defaultdict(list)
    shown = {verdict["id"] for verdict in record.broken()}
    for verdict in record.verdicts:
        if verdict["verdict"] == "unjudged" and verdict["blocked_by"] not in shown:
            untested[verdict["reason"]].append(verdict["id"])
    reasons(console, untested)


def _violation(console: Console, verdict: Event, blocked: list[str]) -> None:
    word, first = WORDS[verdict["verdict"]].upper(), verdict["evidence"][0]
    rest = f" {verdict['id']} ({verdict['level'].upper()}, {verdict['source']})"
    line(console, "\n", (word, STYLES[verdict["verdict"]]), rest)
    row(console, "Requirement", verdict["statement"])
    row(console, "Expected", first["expected"])
    row(console, "Actual", first["came"])
    row(console, "Reproduce", first["curl"])
    if text := doubt(verdict):
        row(console, "Doubt", text)
    if verdict["breaches"] > 1:
        line(console, f"  {verdict['breaches'] - 1} more like this")
    _blocked(console, blocked)
    line(console, f"  Details: assistants-contract explain{editions.option()} {verdict['id']}")


def _blocked(console: Console, ids: list[str]) -> None:
    if ids:
        row(console, "Not tested", f"{', '.join(ids)}\nEach needs this requirement.")


def _sums(record: Record, console: Console) -> None:
    footer = record.footer
    line(console, "")
    for edit in footer["edits"]:
        line(console, f"Baseline: {describe_edit(edit)}")
    for name, ids in (footer["since"] or {}).items():
        line(console, f"{name.capitalize() + ':':8}{', '.join(ids) or '-'}")
    if footer["edits"] or footer["since"]:
        line(console, "")
    for each in sums(record):
        line(console, f"{each.level:7} {each}")
    line(console, f"{_requests(footer['requests'], record.header['plan']['requests'])} in {footer['seconds']:.1f} s")
    if footer["created"] is not None:
        line(console, _traces(footer))
    line(console, headline(record))


def _requests(sent: int, planned: int | None) -> str:
    """The number of requests. A planned run sends more than planned to find the causes of violations, after a 429, and
    if the list has become longer."""
    if planned and sent > planned:
        return f"{planned} planned requests and {sent - planned} more"
    return f"{sent} of {planned} planned requests" if planned else f"{sent} requests"


def _traces(footer: Event) -> str:
    return traces(footer["created"] or 0, footer["deleted"] or 0, len(footer["left_behind"]), len(footer["unread"]))


def _areas(verdicts: list[Event]) -> Table:
    areas = Table("area", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    columns = [name for name in COLUMNS if name != "known" or any(kind(each) == "known" for each in verdicts)]
    for name in columns:
        areas.add_column(WORDS[name], justify="right")
    for area, some in groupby(verdicts, key=lambda verdict: area_of(verdict["id"])):
        found = [kind(each) for each in some]
        numbers = ((name, found.count(name)) for name in columns)
        areas.add_row(escape(area), *(f"[{STYLES[name]}]{number}[/]" if number else "·" for name, number in numbers))
    return areas
