"""The options of a run: its seed, its generators, and the requirements that it judges."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.requirements.selection import EVERYTHING, Selection

HISTORIES = 25  # the default number of random histories in one run: make mutants shows that more find nothing more
GENERATORS = frozenset({"tour", "schemathesis", "histories", "sdk"})


@dataclass(frozen=True)
class RunOptions:
    """The user's options.

    A user's run has all `generators`; the tests of the suite mostly use the tour alone. `sdk`
    adds Node's SDK to Python's.
    """

    seed: int = 1
    histories: int = HISTORIES
    selection: Selection = EVERYTHING
    deep: bool = False
    generators: frozenset[str] = GENERATORS
    sdk: bool = False

    def includes(self, requirement: str) -> bool:
        return self.selection.includes(requirement)
