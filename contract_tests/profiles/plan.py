"""The plan of a profile: its steps for one target, and the number of its requests, counted before the first is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from contract_tests.generators.create_ladder import LADDER
from contract_tests.generators.scenario import LIMITER_NEEDS, Scenario
from contract_tests.generators.steps import Step
from contract_tests.generators.tour.ignored import HOLD
from contract_tests.http.client import MINUTE
from contract_tests.http.openapi import page_limit
from contract_tests.http.target import Target
from contract_tests.profiles import learn, production, read_only
from contract_tests.profiles.fixtures import TWINS
from contract_tests.profiles.names import ASK_SELF, COMPARE, JUDGING, LEARN, PROBE, PRODUCTION, READ_ONLY
from contract_tests.requirements import catalogue

__all__ = ["ASK_SELF", "COMPARE", "JUDGING", "LEARN", "PROBE", "PRODUCTION", "READ_ONLY", "Plan", "make"]
SCENARIOS: Mapping[str, Scenario] = {
    PRODUCTION: production.SCENARIO,
    READ_ONLY: read_only.SCENARIO,
    LEARN: learn.SCENARIO,
    COMPARE: Scenario(production.SCENARIO.before, production.SCENARIO.after + learn.SCENARIO.after),
}
WALKED = (
    "list/envelope",
    "list/complete",
    "list/first-and-last-id",
    "errors/json-content-type",
    "errors/never-5xx",
    *HOLD,
)
# Deletes of assistants that refused creates have created; the empty pages that end a walk if has_more is missing; the
# calls that find out if the target, or a declared assistant, is gone; the reads that decide if a key is the right one.
SPARE = 7 + 2 + 4 + 5


@dataclass(frozen=True)
class Plan:
    """`unjudged` has the reason for each chosen requirement that will not be tested. The walk at the opening is counted
    as `opening_pages` requests, and each later walk has at most `pages`. The opening also sends `checks`, requests that
    check the keys.
    """

    profile: str
    scenario: Scenario
    unjudged: Mapping[str, str]
    opening_pages: int
    pages: int
    limit: int
    probes: bool
    asks_self: bool
    checks: int

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.scenario.steps

    @property
    def creates(self) -> int:
        return len(self._fixtures) + (self.probe_creates if self.probes else 0)

    @property
    def probe_creates(self) -> int:
        """The creates of the limiter's probe: one assistant, and each fifth call of the burst. `learn` has none."""
        return 0 if self.profile == LEARN else 1 + len(range(3, self.limit + 1, 5))

    @property
    def requests(self) -> int:
        """The number of all requests, with the clean-up, to a target that violates no requirement."""
        ended = {name for step in self.steps for name in step.ends}
        own = sum(step.count or 0 for step in self.steps)
        creates_and_deletes = 2 * len(self._fixtures) - len(ended)
        probe = self.probe_requests if self.probes else 0
        return self.walks + self.checks + own + creates_and_deletes + probe

    @property
    def walks(self) -> int:
        """The number of requests of all walks. Only the last walk lists the assistants of the run, too."""
        return self.opening_pages + (self.pages if self.has_last_walk else 0)

    @property
    def has_last_walk(self) -> bool:
        return bool(self.scenario.before)

    @property
    def probe_requests(self) -> int:
        """The burst, the call past the limit, six refused calls, a call after the wait, the reads, and the deletes."""
        if self.profile == LEARN:
            from contract_tests.profiles.limiter_probe import ASIDE  # here: no other plan needs the dialect package

            return self.limit + 1 + ASIDE
        return self.limit + 1 + 6 + 1 + 2 + self.pages + self.probe_creates + 1

    @property
    def reserve(self) -> int:
        """The number of additional requests to a target that violates requirements, at most."""
        limiter = 6 * self.limit + 20 if self.probes else 0
        refused = (len(LADDER) - 1) * len(
            self._fixtures
        )  # a refused create of a fixture is sent again, with more fields
        return sum(step.reserve for step in self.steps) + (SPARE if self.steps else 0) + refused + limiter

    @property
    def seconds(self) -> float:
        """The waits that the limit causes, without the time of the calls themselves."""
        waits = max(0, ceil(self.requests / self.limit) - 1) if self.limit else 0
        return (waits + (2 if self.probes else 0)) * (MINUTE + 1)

    def bearing_on(self, requirement: str) -> int:
        """The number of requests that test the requirement. Most requests test several requirements."""
        steps = [step for step in self.steps if requirement in step.requirements]
        if requirement.startswith("rate/"):
            return self.probe_requests if self.probes else 0
        own = sum(step.count or 0 for step in steps) + len({name for step in steps for name in step.fixtures})
        return own + (self.walks if requirement in WALKED else 0)

    @property
    def _fixtures(self) -> set[str]:
        names = {name for step in self.steps for name in step.fixtures}
        return names | (set(TWINS) if names & set(TWINS) else set())


def make(profile: str, target: Target, chosen: Callable[[str], bool], given: Iterable[str] = ()) -> Plan:
    """The plan for a target. `given` are the user's permissions: ASK_SELF, PROBE."""
    has, whole = target.has | set(given), SCENARIOS[profile]
    scenario = whole.select(chosen, has)
    probes = whole.limiter and has.issuperset(LIMITER_NEEDS) and chosen("rate/enforced")
    judged = {id for step in scenario.steps for id in step.requirements}.union(WALKED)
    judged |= {id for id in catalogue.requirements() if probes and id.startswith("rate/")}
    rest = [id for id in catalogue.requirements() if chosen(id) and id not in judged]
    reading = f"not testable by reading alone: use --profile {PRODUCTION}"
    unjudged = {id: whole.reason(id, target, has) or reading for id in rest}
    page = page_limit().maximum
    opening, pages = max(ceil(target.assistants / page), 1), max(target.assistants // page + 1, 2)
    checks = 1 + ("foreign" in target.keys) if profile in JUDGING else 0
    limit = target.rate_limit or 0
    return Plan(profile, scenario, unjudged, opening, pages, limit, probes, ASK_SELF in has, checks)
