"""The kill matrix, MATRIX.md: each wrong server, the requirement that it breaks, the part of the suite that caught it,
and the requirements that the profile production and the whole suite named.

A run of some servers replaces their rows alone, so a new wrong server costs no run of all the others. A run without the
whole suite leaves what the whole suite named.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from contract_tests.http import editions
from contract_tests.requirements import catalogue
from self_tests.wrong import SERVERS

MATRIX = Path(__file__).parent / "MATRIX.md"
SURVIVES, NOT_RUN = "**survives**", "not run"
COLUMNS = (
    "wrong server",
    "breaks",
    "caught by",
    "also named (* is not declared)",
    "named by the profile production",
    "named by the whole suite",
)
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+/[^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Kill:
    """The result of the suite on one wrong server: `by` is the part of the suite that caught it, `others` are further
    violated requirements. `production` are the requirements that the profile production names, and `whole` those that
    the whole suite names; None if it did not run.

    `first` is the number of the request that showed the violation. `stopped` is the reason if the run was cut short.
    MATRIX.md has neither, nor the seconds.
    """

    server: str
    meant: str
    by: str
    others: tuple[str, ...]
    production: tuple[str, ...] = ()
    whole: tuple[str, ...] | None = None
    first: int = 0
    seconds: float = 0
    stopped: str = ""

    @property
    def undeclared(self) -> list[str]:
        """The requirements that the suite named, though the wrong server does not declare that it violates them."""
        return self._undeclared(self.others)

    @property
    def undeclared_in_production(self) -> list[str]:
        return self._undeclared(self.production)

    @property
    def undeclared_by_the_whole(self) -> list[str]:
        return self._undeclared(self.whole or ())

    def _undeclared(self, named: Iterable[str]) -> list[str]:
        declared = next(server.requirements for server in SERVERS if server.name == self.server)
        return [id for id in named if id not in declared]


def merged(text: str, kills: Iterable[Kill]) -> str:
    """The matrix with the rows of these servers replaced, in the order of the servers.

    The row of a server that is gone, or that has another requirement now, is left out.
    """
    rows = {kill.server: kill for kill in _parse(text)}
    for kill in kills:
        old = rows.get(kill.server, kill)
        rows[kill.server] = replace(kill, whole=old.whole) if kill.whole is None else kill
    current = [rows[server.name] for server in SERVERS if server.name in rows]
    meant = {server.name: server.meant for server in SERVERS}
    return _render([kill for kill in current if kill.meant == meant[kill.server]])


def totals(kills: list[Kill]) -> list[str]:
    """The numbers of servers that were caught, and of requirements that were shown to fail, as lines."""
    caught = [kill for kill in kills if kill.by]
    lines = [f"{len(caught)} of {len(kills)} wrong servers caught by the requirement that names the mistake"]
    for edition in editions.names():
        lines += _shown(edition, {kill.meant for kill in caught})
    exact = [kill for kill in caught if not kill.undeclared]
    lines += [f"{len(exact)} of {len(kills)} named by no requirement that they do not declare"]
    return [*lines, *_in_production(kills), *_by_the_whole(kills)]


def _in_production(kills: list[Kill]) -> list[str]:
    """The numbers for the profile production, which tests no limiter here."""
    tried = [kill for kill in kills if not kill.meant.startswith("rate/")]
    caught = [kill for kill in tried if kill.meant in kill.production]
    exact = [kill for kill in tried if not kill.undeclared_in_production]
    return [
        f"profile production: {len(caught)} of {len(tried)} caught by the requirement that names the mistake",
        f"profile production: {len(exact)} of {len(tried)} named by no requirement that they do not declare",
    ]


def _by_the_whole(kills: list[Kill]) -> list[str]:
    """The numbers for the whole suite, of the servers on which it ran."""
    tried = {kill: kill.whole for kill in kills if kill.whole is not None}
    caught = [kill for kill, named in tried.items() if kill.meant in named]
    exact = [kill for kill in tried if not kill.undeclared_by_the_whole]
    if not tried:
        return []
    return [
        f"whole suite: {len(caught)} of {len(tried)} caught by the requirement that names the mistake",
        f"whole suite: {len(exact)} of {len(tried)} named by no requirement that they do not declare",
    ]


def _shown(edition: str, caught: set[str]) -> Iterator[str]:
    """The numbers of requirements of an edition that a wrong server of any edition has shown to fail."""
    with editions.use(edition):
        levels = {id: requirement.level for id, requirement in catalogue.requirements().items()}
    words = "" if edition == editions.PAGE else f" of the edition {edition}"
    for level in ("must", "should"):
        every = {id for id in levels if levels[id] == level}
        yield f"{len(every & caught)} of {len(every)} {level}s{words} were shown to fail"


def _parse(text: str) -> Iterator[Kill]:
    for server, meant, by, *named in ROW.findall(text):
        others, production, whole = (tuple(ids.replace("*", "").split()) for ids in named)
        is_run = named[-1] != NOT_RUN
        yield Kill(server, meant, "" if by == SURVIVES else by, others, production, whole if is_run else None)


def _marked(named: Iterable[str], undeclared: Container[str]) -> str:
    return " ".join(f"{id}*" if id in undeclared else id for id in named)


def _row(kill: Kill) -> str:
    others = _marked(kill.others, kill.undeclared)
    production = _marked(kill.production, kill.undeclared_in_production)
    whole = NOT_RUN if kill.whole is None else _marked(kill.whole, kill.undeclared_by_the_whole)
    return f"| {kill.server} | {kill.meant} | {kill.by or SURVIVES} | {others} | {production} | {whole} |"


def _render(kills: list[Kill]) -> str:
    """The same servers and the same suite give the same text."""
    head = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    text = ["# Wrong servers, and what catches them", "", "Written by `make mutants`.", "", *totals(kills)]
    return "\n".join([*text, "", *head, *map(_row, kills), ""])
