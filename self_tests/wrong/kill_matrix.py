"""The kill matrix, MATRIX.md: each wrong server, the requirement that it breaks, and the part of the suite that
caught it.

A run of some servers replaces their rows alone, so a new wrong server costs no run of all the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contract_tests.http import editions
from contract_tests.requirements import catalogue
from self_tests.wrong import SERVERS

MATRIX = Path(__file__).parent / "MATRIX.md"
SURVIVES = "**survives**"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+/[^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Kill:
    """The result of the suite on one wrong server: `by` is the part of the suite that caught it, `others` are further
    violated requirements.

    `first` is the number of the request that showed the violation. `stopped` is the reason if the run was cut short.
    MATRIX.md has neither, nor the seconds.
    """

    server: str
    meant: str
    by: str
    others: tuple[str, ...]
    first: int = 0
    seconds: float = 0
    stopped: str = ""

    @property
    def undeclared(self) -> list[str]:
        """The requirements that the suite named, though the wrong server does not declare that it violates them."""
        declared = next(server.requirements for server in SERVERS if server.name == self.server)
        return [id for id in self.others if id not in declared]


def merged(text: str, kills: Iterable[Kill]) -> str:
    """The matrix with the rows of these servers replaced, in the order of the servers.

    The row of a server that is gone, or that has another requirement now, is left out.
    """
    rows = {kill.server: kill for kill in (*_parse(text), *kills)}
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
    return [*lines, f"{len(exact)} of {len(kills)} named by no requirement that they do not declare"]


def _shown(edition: str, caught: set[str]) -> Iterator[str]:
    """The numbers of requirements of an edition that a wrong server of any edition has shown to fail."""
    with editions.use(edition):
        levels = {id: requirement.level for id, requirement in catalogue.requirements().items()}
    words = "" if edition == editions.PAGE else f" of the edition {edition}"
    for level in ("must", "should"):
        every = {id for id in levels if levels[id] == level}
        yield f"{len(every & caught)} of {len(every)} {level}s{words} were shown to fail"


def _parse(text: str) -> Iterator[Kill]:
    for server, meant, by, others in ROW.findall(text):
        yield Kill(server, meant, "" if by == SURVIVES else by, tuple(others.replace("*", "").split()))


def _others(kill: Kill) -> str:
    return " ".join(f"{id}*" if id in kill.undeclared else id for id in kill.others)


def _render(kills: list[Kill]) -> str:
    """The same servers and the same suite give the same text."""
    rows = [f"| {kill.server} | {kill.meant} | {kill.by or SURVIVES} | {_others(kill)} |" for kill in kills]
    head = ["| wrong server | breaks | caught by | also named (* is not declared) |", "|---|---|---|---|"]
    text = ["# Wrong servers, and what catches them", "", "Written by `make mutants`.", "", *totals(kills)]
    return "\n".join([*text, "", *head, *rows, ""])
