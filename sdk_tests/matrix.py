"""`make sdk-matrix`: every SDK of sdks.toml against our fake, as a table of SDK and promise, here and in the README."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from contract_tests.http import own_fake
from sdk_tests.sdks import HERE, Outcome, Sdk, UnavailableError, known

README = HERE / "README.md"
BEGIN, END = "<!-- made by make sdk-matrix -->", "<!-- end -->"
BROKEN, INCOMPLETE = 1, 3
HOLDS, FAILS, UNASKED = "✓", "✗", "·"
Rows = dict[str, dict[str, str]]  # a cell for each name and SDK


def main() -> int:
    """0: all is as the contract and sdks.toml say; 1: not so; 3: an SDK could not be had."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    with own_fake.fake() as target:
        asked = {}
        for sdk in known():
            console.print(f"{sdk.name} …", style="dim")
            try:
                asked[sdk] = sdk.judge(target)
            except UnavailableError as fault:
                console.print(f"Left out: {fault}.", style="yellow", markup=False)
    promises, facts = rows(asked, facts=False), rows(asked, facts=True)
    for title, found in (("promise", promises), ("fact about the SDK", facts)):
        console.print(drawn(title, asked, found))
    surprises = [line for sdk, told in asked.items() for line in surprising(sdk, told, promises)]
    for line in surprises:
        console.print(line, style="red", markup=False)
    if surprises:
        return BROKEN
    if len(asked) < len(known()):
        return INCOMPLETE
    write(f"{written('promise', asked, promises)}\n\n{written('fact about the SDK', asked, facts)}")
    return 0


def rows(asked: dict[Sdk, list[Outcome]], *, facts: bool) -> Rows:
    """A row for each promise or fact that any SDK was asked, facts in the order in which they were asked."""
    names = dict.fromkeys(each.name for told in asked.values() for each in told if each.is_fact == facts)
    table: Rows = {}
    for name in names if facts else sorted(names):
        table[name] = {sdk.name: cell(each for each in told if each.name == name) for sdk, told in asked.items()}
    return table


def cell(told: Iterable[Outcome]) -> str:
    """Some SDKs cannot make every call: what some of their clients prove, and none refutes, holds."""
    verdicts = {each.verdict for each in told} - {"skipped"}
    if not verdicts:
        return UNASKED
    return HOLDS if verdicts == {"passed"} else FAILS


def surprising(sdk: Sdk, told: list[Outcome], promises: Iterable[str]) -> Iterator[str]:
    """What is not as the contract or sdks.toml says, each with what to do about it."""
    for name in dict.fromkeys(each.name for each in told):
        faults = [each for each in told if each.name == name and each.verdict in ("failed", "error")]
        if faults and name not in sdk.unlike:
            yield f"{sdk.name}: {name}: {faults[0].why} ({faults[0].test})"
        if not faults and name in sdk.unlike:
            yield f"{sdk.name}: {name}: holds; take it out of unlike in sdks.toml"
    for name in promises:
        if cell(each for each in told if each.name == name) == UNASKED:
            yield f"{sdk.name}: {name}: was not asked"
    for name in sorted(sdk.unlike - {each.name for each in told if each.is_fact}):
        yield f"{sdk.name}: {name}: no such fact was shown; take it out of unlike in sdks.toml"


def drawn(title: str, asked: Iterable[Sdk], found: Rows) -> Table:
    """For the terminal."""
    table = Table(title, *(f"{sdk.language}\n{sdk.version}" for sdk in asked), box=None)
    for name, cells in found.items():
        table.add_row(name, *cells.values(), style="" if set(cells.values()) <= {HOLDS} else "bold")
    return table


def written(title: str, asked: Iterable[Sdk], found: Rows) -> str:
    """For the README."""
    lines = [[title, *(sdk.name for sdk in asked)], ["---", *(":-:" for _ in asked)]]
    lines += [[name, *cells.values()] for name, cells in found.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(tables: str) -> None:
    text = README.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
