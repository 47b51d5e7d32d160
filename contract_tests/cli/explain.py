"""All that is known of a requirement, for whoever broke it: what it promises, to whom that matters, what tests it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract_tests.generators import rate_limit, sdk, tour
from contract_tests.http.target import Target
from contract_tests.profiles.plan import PRODUCTION, READ_ONLY, SCENARIOS, WALKED
from contract_tests.reports.reproduce import script
from contract_tests.requirements import catalogue
from contract_tests.requirements.catalogue import Requirement
from contract_tests.requirements.explanations import ARROW, Explanation, explanations, times

SOURCES = {"page": "the documentation page", "openai": "OpenAI's reference and SDKs", "http": "what any HTTP API owes"}
# Where the fake listens by default.
TARGET = Target(catalogue.document()["servers"][0]["url"], {})
SHOWN = 3  # of many tests of one kind
WIDEST = 110  # columns; longer lines are hard to read
WALKS = "the walks: Everybody who is there, page by page."
UNSEEN = ("rate/", "browser/")  # areas of which schemathesis and the histories show nothing
JUDGED_ALWAYS = "The oracle holds every call of schemathesis and of the random histories to it as well."


class UnknownRequirementError(Exception):
    """The text is the one line that the user sees."""


def named(name: str) -> list[Requirement]:
    """The requirement of this id, or those of an area. Raises UnknownRequirementError."""
    known = catalogue.requirements()
    found = [each for id, each in known.items() if name.removesuffix("/") in (id, each.area)]
    if not found:
        near = get_close_matches(name, [*known, *catalogue.AREAS], n=3, cutoff=0.5)
        there = f"Near it: {', '.join(near)}." if near else "assistants-contract list has them all."
        raise UnknownRequirementError(f"{name}: no such requirement, nor an area. {there}")
    return found


def tell(console: Console, requirement: Requirement) -> None:
    """Prints it, and last, not wrapped, a script that makes its example's calls."""
    explained, width = explanations()[requirement.id], min(console.width, WIDEST)
    source = SOURCES[requirement.source] + (f", “{requirement.page}”" if requirement.page else "")
    console.print(Text.assemble("\n", (requirement.id, "bold"), f"  {requirement.level}, by {source}\n"))
    console.print(Text(f"{requirement.statement}\n", "bold"), width=width)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _rows(explained):
        table.add_row(label, text)
    for kind, tests in proofs(requirement.id):
        if tests:
            table.add_row(kind, Text(_some(tests)))
    console.print(table, width=width)
    console.print("\ntry it", style="dim")
    console.print(example_script(explained), soft_wrap=True, markup=False)


def _rows(explained: Explanation) -> Iterator[tuple[str, Text]]:
    yield "why", Text(explained.why + "\n")
    for line in explained.given:
        call, _, actual = line.partition(ARROW)
        yield "given", Text(f"{call}\n{actual}")
    yield "the call", Text(explained.asks)
    yield "kept by", Text(explained.keeps, "green")
    yield "broken by", Text(f"{explained.breaks}\n", "red")


def proofs(id: str) -> Iterator[tuple[str, list[str]]]:
    """What puts a requirement to the test, by kind: read from the tests themselves."""
    yield "tour", [f"{step.name}: {step.promise}" for step in tour.STEPS if id in step.requirements]
    for profile in (PRODUCTION, READ_ONLY):
        steps = [step for step in SCENARIOS[profile].steps if id in step.requirements]
        yield profile, [f"{step.name}: {step.promise}" for step in steps] + [WALKS] * (id in WALKED)
    yield "probe", [rate_limit.__doc__ or ""] if id.startswith("rate/") else []
    yield "Python SDK", sdk.promises_of_python()[id]
    yield "Node SDK", list(sdk.promises_of_node(id))
    yield "always", [] if id.startswith(UNSEEN) else [JUDGED_ALWAYS]
    yield "wrong servers", _wrong_servers(id)


def _some(texts: list[str]) -> str:
    """The first few, each as one line."""
    lines = [" ".join(text.split()) for text in dict.fromkeys(texts)]
    return "\n".join(lines[:SHOWN] + [f"and {len(lines) - SHOWN} more"] * (len(lines) > SHOWN))


def _wrong_servers(id: str) -> list[str]:
    """From the kill matrix: in a checkout it stands with the wrong servers, in a wheel with the suite."""
    suite = Path(__file__).resolve().parents[1]
    path = next(path for path in (suite / "MATRIX.md", suite.parent / "self_tests/wrong/MATRIX.md") if path.exists())
    return re.findall(rf"^\| ([^|]+) \| {id} \|", path.read_text(encoding="utf-8"), re.MULTILINE)


def example_script(explained: Explanation) -> str:
    """The example's calls for a shell."""
    exchanges = explained.exchanges(explained.keeps)
    often = max(times(line.partition(ARROW)[0]) for line in (*explained.given, explained.asks))
    if often > 1:
        return f"{script(exchanges[:1], TARGET, often)}\n{script(exchanges[1:], TARGET)}"
    return script(exchanges, TARGET)
