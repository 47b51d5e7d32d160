"""What the judging of the traffic has found: violations, and what was seen to hold. Nothing here sends or prints."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field

from contract_tests.http.messages import Exchange, Json


@dataclass(frozen=True)
class Violation:
    """A broken requirement: what the contract expects, what came, and the exchanges that show it, the last foremost.

    `times` is how often the last is to be sent for it to show.
    """

    requirement: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    times: int = 1


@dataclass
class Findings:
    """`held` has, for each requirement, the operations on which it was seen to hold.

    A refusal proves nothing on a server that refuses everything. So a requirement holds only where an operation on
    which it was seen has also been `accepted` in a call without any defect: the control of every negative. `refused`
    has the first status other than success that such a call was answered with, by operation.
    """

    violations: list[Violation] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    accepted: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)

    def add_violation(self, requirement: str, expected: str, actual: str, *exchanges: Exchange, times: int = 1) -> None:
        shown = tuple(dict.fromkeys(exchanges))
        self.violations.append(Violation(requirement, expected, actual, shown, times))

    def block(self, by: str, *requirements: str) -> None:
        """Notes that a violation of `by` kept calls of these requirements from being judged."""
        for requirement in requirements:
            self.blocked.setdefault(requirement, by)

    def hold(self, requirement: str, operation: str) -> None:
        self.held[requirement].add(operation)

    def judge(
        self, requirement: str, right: bool, operation: str, expected: str, actual: str, *exchanges: Exchange
    ) -> bool:
        """Notes that it holds, or the violation; gives `right` back."""
        if right:
            self.hold(requirement, operation)
        else:
            self.add_violation(requirement, expected, actual, *exchanges)
        return right

    def take(self, other: Findings) -> None:
        """Adds what another part of the run has found."""
        self.violations += other.violations
        self.accepted |= other.accepted
        self.refused = other.refused | self.refused
        self.blocked = other.blocked | self.blocked
        for requirement, operations in other.held.items():
            self.held[requirement] |= operations

    def proven(self, requirement: str) -> bool:
        """Whether it was seen to hold, with its control."""
        return bool(self.held[requirement] & self.accepted)

    def controls(self, requirement: str) -> set[str]:
        """The operations that would have had to be accepted for what was seen to count."""
        return self.held[requirement] - self.accepted

    def broken(self, requirement: str) -> list[Violation]:
        """The violations of a requirement, those that exchanges show foremost."""
        found = [violation for violation in self.violations if violation.requirement == requirement]
        return sorted(found, key=lambda violation: not violation.exchanges)


def brief(value: Json, length: int = 160) -> str:
    """A value as one readable line: a text as it is, but for what does not print, and all else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= length else f"{text[:length]}… ({len(text)} characters)"


def answer(exchange: Exchange) -> str:
    """An answer as one readable line: status and body, or what broke."""
    response = exchange.response
    if not response.status:
        return response.fault
    body = response.body[:4000].decode("utf-8", "backslashreplace").strip()
    return f"{response.status} {brief(body)}" if body else f"{response.status} and an empty body"
