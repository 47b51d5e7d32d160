"""The time that each requirement took: its share of every exchange on which it was judged."""

from __future__ import annotations

from collections import defaultdict

from contract_tests.http.messages import Exchange


class Timing:
    """An exchange is shared evenly by the requirements that were judged on it. So the times of all requirements are, in
    sum, at most the time of the calls."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._lasted = 0.0
        self._judged: set[str] = set()

    def begin(self, exchange: Exchange) -> None:
        """Every requirement that is noted from now on was judged on this exchange."""
        self._share()
        self._lasted = max(0.0, exchange.ended - exchange.began)

    def note(self, requirement: str) -> None:
        self._judged.add(requirement)

    def seconds(self, requirement: str) -> float:
        self._share()
        return self._seconds[requirement]

    def add(self, other: Timing) -> None:
        """Adds the times of another part of the run."""
        other._share()
        for requirement, seconds in other._seconds.items():
            self._seconds[requirement] += seconds

    def _share(self) -> None:
        for requirement in self._judged:
            self._seconds[requirement] += self._lasted / len(self._judged)
        self._judged, self._lasted = set(), 0.0
