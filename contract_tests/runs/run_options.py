"""The options of a run: its seed, its generators, and the requirements that it judges."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.requirements import catalogue

HISTORIES = 55  # the default number of random histories in one run
GENERATORS = frozenset({"tour", "schemathesis", "histories", "sdk"})


@dataclass(frozen=True)
class RunOptions:
    """The user's options. `only` holds ids, areas or levels of requirements; empty means all.

    A user's run has all `generators`; the tests of the suite mostly use the tour alone. `sdk`
    adds Node's SDK to Python's.
    """

    seed: int = 1
    histories: int = HISTORIES
    only: tuple[str, ...] = ()
    deep: bool = False
    generators: frozenset[str] = GENERATORS
    sdk: bool = False

    def includes(self, requirement: str) -> bool:
        names = requirement, catalogue.requirements()[requirement].level
        return not self.only or any(
            name in names or (name.endswith("/") and requirement.startswith(name)) for name in self.only
        )
