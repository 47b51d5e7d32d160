"""The findings of a run: the violations, and the requirements that held. Nothing here sends or prints."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from contract_tests.http import printable_text
from contract_tests.http.messages import Exchange, Json
from contract_tests.http.operations import created_id, script_names
from contract_tests.requirements import catalogue
from contract_tests.requirements.timing import Timing


class Candidate(NamedTuple):
    """A requirement that may be the violated one, and the earlier calls that may have violated it."""

    requirement: str
    accused: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Violation:
    """A violated requirement: the expected answer, the actual answer, and the exchanges that show the violation.

    The last exchange is the most important one. `times` is how often it must be sent to show the violation.
    `is_oracles` is false if a test of an SDK or a check of schemathesis found the violation. `confirmed` tells if the
    violation came again when its calls were made alone; None if that was not tried. `accused` are the earlier calls
    that may have caused the last answer, and `others` would explain the answer as well. `absent` is the id of an
    assistant that the last answer should have shown.
    """

    requirement: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    times: int = 1
    is_oracles: bool = True
    confirmed: bool | None = None
    accused: tuple[Exchange, ...] = ()
    others: tuple[Violation, ...] = ()
    absent: str = ""

    def in_words_of_its_script(self) -> Violation:
        """The same violation. An id that its script creates is a variable of the script: another run has another id."""
        texts = [self.expected, self.actual]
        for exchange, name in script_names(self.exchanges).items():
            id = re.escape(created_id(exchange))
            texts = [re.sub(rf"(?<![\w-]){id}(?![\w-])", f"${name}", text) for text in texts]
        return replace(self, expected=texts[0], actual=texts[1])


@dataclass
class Findings:
    """A refusal proves nothing on a server that refuses every call. So a requirement passes only if one of its
    operations is also in `accepted`. This is the control of every negative test.

    - `held`: the operations on which a requirement held, by requirement.
    - `accepted`: the operations that accepted a call without any defect.
    - `refused`: the first status other than success that answered such a call, by operation.
    - `dead`: the violated requirement, by operation that never succeeded.
    - `blocked`: the violated requirement that is the cause, by requirement that was not judged.
    - `waived`: the reason, by requirement that is not judged on this server.
    - `late`: the reason, by requirement with a call that was not answered in time.
    - `silent`: the reason, by operation that never answered in time.
    - `tolerated`: the reason, by requirement with a call that the server may refuse. The reason is used if the server
      refused each such call.
    - `unproven`: the reason, by requirement whose calls could not be sent. The reason is used if no other call proves
      the requirement.
    - `known`: the requirements that an earlier part of the run found violated.
    - `causes`: the requirement that is reported in its place, by requirement that gave way.
    """

    violations: list[Violation] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    accepted: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)
    waived: dict[str, str] = field(default_factory=dict)
    tolerated: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    unproven: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    causes: dict[str, str] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    def add_violation(
        self,
        requirement: str,
        expected: str,
        actual: str,
        *exchanges: Exchange,
        times: int = 1,
        is_oracles: bool = True,
    ) -> None:
        if requirement not in catalogue.requirements():
            return  # a rule of another edition
        evidence = tuple(dict.fromkeys(exchanges))
        self.timing.note(requirement)
        self.violations.append(Violation(requirement, expected, actual, evidence, times, is_oracles))

    def add_explained(
        self,
        candidates: Iterable[Candidate],
        expected: str,
        actual: str,
        *before: Exchange,
        last: Exchange,
        absent: str = "",
    ) -> None:
        """Adds the violation of the first candidate; the other candidates would explain the last answer as well."""
        shown = {each: tuple(dict.fromkeys((*before, *each.accused, last))) for each in candidates}
        found = [
            Violation(each.requirement, expected, actual, exchanges, accused=each.accused)
            for each, exchanges in shown.items()
            if each.requirement in catalogue.requirements()
        ]
        if found:  # another edition may know none of the requirements
            first, *others = found
            self.timing.note(first.requirement)
            self.violations.append(replace(first, others=tuple(others), absent=absent))

    def block(self, by: str, *requirements: str) -> None:
        """Notes that a violation of `by` kept calls of these requirements from being judged."""
        for requirement in requirements:
            self.blocked.setdefault(requirement, by)

    def waive(self, reason: str, *requirements: str) -> None:
        """Drops the violations of these requirements, because of a free choice of the server."""
        self.waived |= dict.fromkeys(requirements, reason)
        self.violations = [each for each in self.violations if each.requirement not in requirements]

    def waive_unseen(self) -> None:
        """Waives the requirements whose calls the server was free to refuse, and refused each time."""
        unseen = {id: why for id, why in self.tolerated.items() if not self.held[id] and id not in self.violated}
        self.waived |= unseen

    def hold(self, requirement: str, operation: str) -> None:
        self.timing.note(requirement)
        self.held[requirement].add(operation)

    def judge(
        self, requirement: str, right: bool, operation: str, expected: str, actual: str, *exchanges: Exchange
    ) -> bool:
        """Records that the requirement holds, or records the violation; returns `right`."""
        if right:
            self.hold(requirement, operation)
        else:
            self.add_violation(requirement, expected, actual, *exchanges)
        return right

    def merge(self, other: Findings) -> None:
        """Adds the findings of another part of the run."""
        self.violations += other.violations
        self.accepted |= other.accepted
        self.dead |= other.dead
        self.refused = other.refused | self.refused
        self.blocked = other.blocked | self.blocked
        self.causes |= other.causes
        self.waived |= other.waived
        self.tolerated |= other.tolerated
        self.late |= other.late
        self.silent |= other.silent
        self.unproven |= other.unproven
        self.timing.add(other.timing)
        for requirement, operations in other.held.items():
            self.held[requirement] |= operations

    def proven(self, requirement: str) -> bool:
        """True if the requirement held on an operation that has accepted a normal call."""
        return bool(self.held[requirement] & self.accepted)

    def controls(self, requirement: str) -> set[str]:
        """The operations that had to accept a normal call for the requirement to pass, and did not."""
        return self.held[requirement] - self.accepted

    @property
    def violated(self) -> set[str]:
        """The requirements with a violation."""
        return {violation.requirement for violation in self.violations}

    @property
    def doubted(self) -> dict[str, str]:
        """The requirements that cannot pass, each with a violated one. A requirement gave way to that one, or it would
        explain a violation of that one as well, and no such violation is confirmed."""
        confirmed = {each.requirement for each in self.violations if each.confirmed}
        open_ = [each for each in self.violations if each.requirement not in confirmed]
        return {other.requirement: each.requirement for each in open_ for other in each.others} | self.causes

    def broken(self, requirement: str) -> list[Violation]:
        """The violations of a requirement: first a confirmed one, last those without exchanges."""
        found = [violation for violation in self.violations if violation.requirement == requirement]
        return sorted(found, key=lambda violation: (not violation.confirmed, not violation.exchanges))


def brief(value: Json, length: int = 160) -> str:
    """A value as one readable line: a text as it is, with characters that cannot be printed escaped; any other value as
    JSON.
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = printable_text.escape(text[: length + 1])
    return shown if len(shown) <= length else f"{shown[:length]}… ({len(text)} characters)"


def answer(exchange: Exchange) -> str:
    """An answer as one readable line: status and body, or the fault of the connection."""
    response = exchange.response
    if not response.status:
        return response.fault
    body = response.body[:4000].decode("utf-8", "backslashreplace").strip()
    return f"{response.status} {brief(body)}" if body else f"{response.status} and an empty body"
