"""The options of a run: its seed, its generators, and the requirements that it judges."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.requirements.selection import Selection

HISTORIES = 55  # the default number of random histories in one run
GENERATORS = frozenset({"tour", "schemathesis", "histories", "sdk"})


@dataclass(frozen=True)
class RunOptions:
    """The user's options. `only` and `skip` hold ids, areas or levels of requirements; an empty `only` means all.
    `failed` holds the ids that failed in an earlier run.

    A user's run has all `generators`; the tests of the suite mostly use the tour alone. `sdk`
    adds Node's SDK to Python's.
    """

    seed: int = 1
    histories: int = HISTORIES
    only: tuple[str, ...] = ()
    deep: bool = False
    generators: frozenset[str] = GENERATORS
    sdk: bool = False
    skip: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def selection(self) -> Selection:
        return Selection(self.only, self.skip, self.failed)

    def includes(self, requirement: str) -> bool:
        return self.selection.includes(requirement)
