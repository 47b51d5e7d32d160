"""The baseline: a file of known violations. Every entry must still be true.

The file is a list in YAML. Each entry has an `id`, a `why` and a `reason` (a part of the verdict's reason). An entry
may have an `owner`, a `link` and a date on which it `expires`. A listed violation does not fail the run. An entry that
is no longer true does. The first line is a comment with the version of the contract, and its edition; a file without it
is of FIRST, and of the page's edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contract_tests.http import editions, input_file, yaml_text
from contract_tests.http.input_file import InputFileError
from contract_tests.reports.events import Edit, Record
from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict

FIELDS = {"id": str, "why": str, "reason": str, "owner": str, "link": str, "expires": date}
NEEDED = ("id", "why", "reason")
FIRST = "1.0"
CONTRACT = re.compile(r"# contract (\d{1,9}(?:\.\d{1,9})*)(?:, edition (\S+))?\s*$", re.MULTILINE)
# The parts of a reason that differ from run to run.
VOLATILE = re.compile(r"asst[-_]\S+|(?:contract|sdk)-\d\S*(?: \d+)?|\d{4,}|….*$")


class BaselineError(Exception):
    """The file cannot be used; the text is the one line that the user sees."""


@dataclass(frozen=True)
class KnownViolation:
    """An entry of the file, in its lines `first` to `last`."""

    id: str
    why: str
    reason: str
    first: int
    last: int
    expires: date | None = None


@dataclass(frozen=True)
class Baseline:
    path: Path
    lines: list[KnownViolation]
    contract: str = FIRST
    edition: str = editions.PAGE

    def changes(self) -> str:
        """A line that says how the contract differs from the file's contract; empty if the file is of this contract."""
        if _order(self.contract) >= _order(catalogue.version()):
            return ""
        all_ = catalogue.requirements().values()
        new = [each.id for each in all_ if each.since and _order(each.since) > _order(self.contract)]
        other = [each.id for each in all_ if each.changed and _order(each.changed) > _order(self.contract)]
        parts = [f"{word}: {', '.join(ids)}" for word, ids in (("new", new), ("changed", other)) if ids]
        return f"{self.path} is of contract {self.contract}, and this is contract {catalogue.version()}; " + "; ".join(
            [*parts, f"if its lines are right, write  # contract {catalogue.title()}  as its first line."]
        )

    def known(self, verdicts: list[Verdict]) -> dict[str, str]:
        """The `why` of each violation that is listed with the reason for which it fails."""
        listed = {line.id: line for line in self.lines}
        return {
            each.requirement.id: listed[each.requirement.id].why
            for each in verdicts
            if each.violations and each.requirement.id in listed and listed[each.requirement.id].reason in each.reason
        }

    def edits(self, verdicts: list[Verdict], today: date) -> Iterator[Edit]:
        """The changes that bring the file up to date."""
        found = {each.requirement.id: each for each in verdicts}
        seen: set[str] = set()
        for line in self.lines:
            if edit := self._edit(line, found.get(line.id), line.id in seen, today):
                yield Edit(str(self.path), line.first, line.id, edit)
            seen.add(line.id)

    def _edit(self, line: KnownViolation, verdict: Verdict | None, twice: bool, today: date) -> str:
        away = f"remove lines {line.first} to {line.last}"
        if line.id not in catalogue.requirements():
            return f"is not a requirement: {away}."
        if twice:
            return f"is listed twice: {away}."
        if verdict and verdict.verdict == "pass":
            return f"passes now: {away}."
        if line.expires and line.expires < today:
            return f"expired on {line.expires}: fix the violation, or set another date."
        if verdict and verdict.violations and line.reason not in verdict.reason:
            return (
                f"fails for another reason: fix that, or write  reason: {yaml_text.dump_line(stable(verdict.reason))}"
            )
        return ""


def load(path: Path) -> Baseline:
    """Raises BaselineError."""
    try:
        text = input_file.read_text(path)
        yaml_text.check(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except InputFileError as fault:
        raise BaselineError(str(fault)) from fault
    except yaml.YAMLError as fault:
        line, problem = yaml_text.describe(fault)
        raise BaselineError(f"{path}:{line}: not YAML ({problem}).") from fault
    stated = CONTRACT.match(text)
    contract, edition = (stated.group(1), stated.group(2) or editions.PAGE) if stated else (FIRST, editions.PAGE)
    if root is None:
        return Baseline(path, [], contract, edition)
    if not isinstance(root, yaml.SequenceNode):
        raise BaselineError(f"{path}: a baseline is a list. The command assistants-contract baseline prints one.")
    return Baseline(path, [_line(path, node) for node in root.value], contract, edition)


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _line(path: Path, node: yaml.Node) -> KnownViolation:
    first, last = node.start_mark.line + 1, node.end_mark.line
    where = f"{path}:{first}"
    try:
        value: Any = yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError) as fault:
        _, problem = yaml_text.describe(fault)
        raise BaselineError(f"{where}: not an entry of a baseline ({problem}).") from fault
    if not isinstance(value, dict):
        raise BaselineError(f"{where}: an entry has {', '.join(NEEDED)}.")
    for name, given in value.items():
        if name not in FIELDS:
            raise BaselineError(f"{where}: '{name}' is not one of {', '.join(FIELDS)}.")
        if type(given) is not FIELDS[name]:  # a time is an instance of date too, and cannot be compared with one
            raise BaselineError(f"{where}: '{name}' must be a {'date' if FIELDS[name] is date else 'text'}.")
    if missing := [name for name in NEEDED if not str(value.get(name, "")).strip()]:
        raise BaselineError(f"{where}: '{missing[0]}' is missing.")
    return KnownViolation(value["id"], value["why"], value["reason"], first, max(first, last), value.get("expires"))


def render(record: Record) -> str:
    """A baseline of all violations of a run. A person has to fill in why each is known."""
    rows = [
        f"- id: {verdict['id']}\n  why: to be filled in\n  reason: {yaml_text.dump_line(stable(verdict['reason']))}\n"
        for verdict in record.broken()
    ]
    return f"# contract {editions.titled(catalogue.version(), record.edition)}\n" + ("".join(rows) or "[]\n")


def stable(reason: str) -> str:
    """The longest part of a reason that is the same in the next run."""
    pieces: list[str] = [piece.strip() for piece in VOLATILE.split(reason)]
    return max(pieces, key=len)


def since(before: Record, verdicts: Sequence[Verdict]) -> Mapping[str, list[str]]:
    """The requirements that are violated now and were not (new), that passed now and were violated (fixed), and that
    are still violated (still)."""
    was = {each["id"] for each in before.broken()}
    broken = {each.requirement.id for each in verdicts if each.violations}
    passed = {each.requirement.id for each in verdicts if each.verdict == "pass"}
    order = list(catalogue.requirements())
    found = {"new": broken - was, "fixed": was & passed, "still": broken & was}
    return {name: sorted(ids, key=order.index) for name, ids in found.items()}
