"""The command `explain`: the statement of a requirement, its rationale, its example, its rules and its tests.

Imports no SDK, no pytest and no schemathesis, so that the answer comes at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract_tests.generators import rate_limit, sdk_promises, tour
from contract_tests.http.target import Target
from contract_tests.profiles.plan import PRODUCTION, READ_ONLY, SCENARIOS, WALKED
from contract_tests.reports.reproduce import script
from contract_tests.requirements import catalogue
from contract_tests.requirements.catalogue import Requirement
from contract_tests.requirements.explanations import ARROW, Explanation, explanations, times
from contract_tests.requirements.rules import PACKAGE, rules_of
from contract_tests.requirements.selection import suggest

SOURCES = {
    "page": "the documentation page",
    "openai": "OpenAI's reference and SDKs",
    "http": "rules for any HTTP API",
    "reference": "OpenAI's reference",
    "sdk": "OpenAI's SDKs",
    "recording": "recorded answers of OpenAI's service",
}
# Where the fake listens by default.
TARGET = Target(catalogue.document()["servers"][0]["url"], {})
SHOWN = 3  # of many tests of one kind
WIDEST = 110  # columns; longer lines are hard to read
WALKS = "the walks: The list of all assistants, page by page."
UNSEEN = ("rate/", "browser/")  # areas that schemathesis and the histories do not test
CHECKED_ALWAYS = "Every call of schemathesis and of the random histories."


class Test(Protocol):
    """A step of the tour or of a profile."""

    @property
    def name(self) -> str: ...
    @property
    def promise(self) -> str: ...
    @property
    def act(self) -> Any: ...  # a function with any parameters


class UnknownRequirementError(Exception):
    """The text is the one line that the user sees."""


def find_requirements(name: str) -> list[Requirement]:
    """The requirement with this id, or all requirements of an area. Raises UnknownRequirementError."""
    known = catalogue.requirements()
    found = [each for id, each in known.items() if name.removesuffix("/") in (id, each.area)]
    if not found:
        raise UnknownRequirementError(f"{name}: not a requirement, nor an area. {suggest(name)}")
    return found


def print_explanation(console: Console, requirement: Requirement) -> None:
    """Prints the explanation, then a script for a shell that makes the calls of the example."""
    explained, width = explanations()[requirement.id], min(console.width, WIDEST)
    source = SOURCES[requirement.source] + (f", “{requirement.page}”" if requirement.page else "")
    console.print(Text.assemble("\n", (requirement.id, "bold"), f"  {requirement.level}, by {source}\n"))
    console.print(Text(f"{requirement.statement}\n", "bold"), width=width)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _rows(explained):
        table.add_row(label, text)
    if requirement.needs:
        table.add_row("Needs", Text(", ".join(" or ".join(need) for need in requirement.needs)))
    for kind, tests in proofs(requirement.id):
        if tests:
            table.add_row(kind, Text(_some(tests)))
    console.print(table, width=width)
    console.print("\ntry it", style="dim")
    console.print(example_script(explained), soft_wrap=True, markup=False)


def _rows(explained: Explanation) -> Iterator[tuple[str, Text]]:
    yield "Rationale", Text(explained.why + "\n")
    for line in explained.given:
        call, _, actual = line.partition(ARROW)
        yield "Given", Text(f"{call}\n{actual}")
    yield "Call", Text(explained.asks)
    yield "Conforming", Text(explained.keeps, "green")
    yield "Violating", Text(f"{explained.breaks}\n", "red")


def proofs(id: str) -> Iterator[tuple[str, list[str]]]:
    """The rules and the tests of a requirement by kind. They come from the code itself."""
    yield "Judged in", [str(rule) for rule in rules_of(id)]
    yield "tour", [_described(step) for step in tour.STEPS if id in step.requirements]
    for profile in (PRODUCTION, READ_ONLY):
        steps = [step for step in SCENARIOS[profile].steps if id in step.requirements]
        yield profile, [_described(step) for step in steps] + [WALKS] * (id in WALKED)
    yield "probe", [rate_limit.__doc__ or ""] if id.startswith("rate/") else []
    yield "Python SDK", list(sdk_promises.promises_of_python(id))
    yield "Node SDK", list(sdk_promises.promises_of_node(id))
    yield "Also checked by", [] if id.startswith(UNSEEN) else [CHECKED_ALWAYS]
    yield "wrong servers", _wrong_servers(id)


def _described(step: Test) -> str:
    """The name, the promise and the place in the code of a step."""
    code = step.act.__code__
    path = Path(code.co_filename).relative_to(PACKAGE.parent)
    return f"{step.name}: {step.promise} ({path}:{code.co_firstlineno})"


def _some(texts: list[str]) -> str:
    """The first SHOWN texts, each as one line, and the number of the others."""
    lines = [" ".join(text.split()) for text in dict.fromkeys(texts)]
    return "\n".join(lines[:SHOWN] + [f"and {len(lines) - SHOWN} more"] * (len(lines) > SHOWN))


def _wrong_servers(id: str) -> list[str]:
    """The wrong servers that violate the requirement. A checkout has the matrix in self_tests, a wheel in the suite."""
    suite = Path(__file__).resolve().parents[1]
    path = next(path for path in (suite / "MATRIX.md", suite.parent / "self_tests/wrong/MATRIX.md") if path.exists())
    return re.findall(rf"^\| ([^|]+) \| {id} \|", path.read_text(encoding="utf-8"), re.MULTILINE)


def example_script(explained: Explanation) -> str:
    """The calls of the example as a script for a shell."""
    exchanges = explained.exchanges(explained.keeps)
    often = max(times(line.partition(ARROW)[0]) for line in (*explained.given, explained.asks))
    if often > 1:
        return f"{script(exchanges[:1], TARGET, often)}\n{script(exchanges[1:], TARGET)}"
    return script(exchanges, TARGET)
