"""`make sdk-matrix`: tests our fake with every SDK of sdks.toml, prints tables, and writes the results into the README.

`make sdk-matrix EDITION=openai` does the same in another edition of the contract.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console
from rich.table import Table

from contract_tests.http import editions, own_fake
from sdk_tests.sdks import HERE, Outcome, Sdk, UnavailableError, known

README = HERE / "README.md"
BEGIN, END = "<!-- made by make sdk-matrix, edition {} -->", "<!-- end -->"
BROKEN, INCOMPLETE = 1, 3
HOLDS, FAILS, UNASKED = "✓", "✗", "·"
Rows = dict[str, dict[str, str]]  # a cell for each name and SDK


def main() -> int:
    """0: all is as the contract and sdks.toml say; 1: a promise or a fact differs; 3: an SDK is unavailable."""
    parser = argparse.ArgumentParser(prog="python -m sdk_tests.matrix", description="Tests the fake with every SDK.")
    parser.add_argument("--edition", choices=editions.names(), default=editions.PAGE, help="of the contract")
    editions.choose(parser.parse_args().edition)
    return judge()


def judge() -> int:
    console = Console(width=None if sys.stdout.isatty() else 140)
    with own_fake.fake() as target:
        by_sdk = {}
        for sdk in known():
            console.print(f"{sdk.name} …", style="dim")
            try:
                by_sdk[sdk] = sdk.judge(target)
            except UnavailableError as fault:
                console.print(f"Left out: {fault}.", style="yellow", markup=False)
    promises, facts = rows(by_sdk, facts=False), rows(by_sdk, facts=True)
    for title, found in (("promise", promises), ("fact about the SDK", facts)):
        console.print(terminal_table(title, by_sdk, found))
    surprises = [line for sdk, results in by_sdk.items() for line in surprising(sdk, results, promises)]
    for line in surprises:
        console.print(line, style="red", markup=False)
    if surprises:
        return BROKEN
    if len(by_sdk) < len(known()):
        return INCOMPLETE
    parts = [passed_list(by_sdk, promises)]
    if editions.chosen() == editions.PAGE:  # an edition changes no fact about an SDK
        parts.append(markdown_table("fact about the SDK", by_sdk, facts))
    write("\n\n".join(parts), BEGIN.format(editions.chosen()))
    return 0


def rows(by_sdk: dict[Sdk, list[Outcome]], *, facts: bool) -> Rows:
    """A row for each promise or fact that any SDK was tested for. Facts keep the order of their tests."""
    names = dict.fromkeys(each.name for results in by_sdk.values() for each in results if each.is_fact == facts)
    table: Rows = {}
    for name in names if facts else sorted(names):
        table[name] = {sdk.name: cell(each for each in results if each.name == name) for sdk, results in by_sdk.items()}
    return table


def cell(results: Iterable[Outcome]) -> str:
    """A promise holds if some clients of an SDK prove it and none refutes it: some SDKs cannot make every call."""
    verdicts = {each.verdict for each in results} - {"skipped"}
    if not verdicts:
        return UNASKED
    return HOLDS if verdicts == {"passed"} else FAILS


def surprising(sdk: Sdk, results: list[Outcome], promises: Iterable[str]) -> Iterator[str]:
    """Each difference from the contract or from sdks.toml, with its remedy."""
    for name in dict.fromkeys(each.name for each in results):
        faults = [each for each in results if each.name == name and each.verdict in ("failed", "error")]
        if faults and name not in sdk.unlike:
            yield f"{sdk.name}: {name}: {faults[0].why} ({faults[0].test})"
        if not faults and name in sdk.unlike:
            yield f"{sdk.name}: {name}: holds; take it out of unlike in sdks.toml"
    for name in promises:
        if cell(each for each in results if each.name == name) == UNASKED:
            yield f"{sdk.name}: {name}: was not asked"
    for name in sorted(sdk.unlike - {each.name for each in results if each.is_fact}):
        yield f"{sdk.name}: {name}: no such fact was shown; take it out of unlike in sdks.toml"


def terminal_table(title: str, by_sdk: Iterable[Sdk], found: Rows) -> Table:
    """The table for the terminal."""
    table = Table(title, *(f"{sdk.language}\n{sdk.version}" for sdk in by_sdk), box=None)
    for name, cells in found.items():
        table.add_row(name, *cells.values(), style="" if set(cells.values()) <= {HOLDS} else "bold")
    return table


def passed_list(by_sdk: Iterable[Sdk], promises: Iterable[str]) -> str:
    """The promises for the README: all passed with all SDKs, because a run with a surprise writes nothing."""
    languages = groupby(by_sdk, key=lambda sdk: sdk.language)
    sdks = [f"- {language} {', '.join(sdk.version for sdk in alike)}" for language, alike in languages]
    areas = groupby(promises, key=lambda id: id.partition("/")[0])
    passed = [f"- {', '.join(f'`{id}`' for id in ids)}" for _, ids in areas]
    return "\n".join(["These SDKs were tested:", "", *sdks, "", "Each promise passed with each SDK:", "", *passed])


def markdown_table(title: str, by_sdk: Iterable[Sdk], found: Rows) -> str:
    """The table for the README."""
    lines = [[title, *(sdk.name for sdk in by_sdk)], ["---", *(":-:" for _ in by_sdk)]]
    lines += [[name, *cells.values()] for name, cells in found.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(tables: str, begin: str) -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{begin}\n{tables}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
