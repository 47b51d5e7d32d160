"""What a profile will ask, counted before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from contract_tests.generators.tour.ignored import HOLD
from contract_tests.http.client import MINUTE
from contract_tests.http.target import Target
from contract_tests.profiles import learn, limiter_probe, production, read_only
from contract_tests.profiles.names import ASK_SELF, COMPARE, JUDGING, LEARN, PROBE, PRODUCTION, READ_ONLY
from contract_tests.profiles.scenario import TWINS, Scene, Script
from contract_tests.requirements import catalogue

__all__ = ["ASK_SELF", "COMPARE", "JUDGING", "LEARN", "PROBE", "PRODUCTION", "READ_ONLY", "Plan", "make"]
SCRIPTS: Mapping[str, tuple[Script, Script]] = {
    PRODUCTION: (production.SCRIPT, production.EPILOGUE),
    READ_ONLY: (Script(), read_only.SCRIPT),
    LEARN: (Script(), learn.SCRIPT),
    COMPARE: (production.SCRIPT, Script([*production.EPILOGUE, *learn.SCRIPT])),
}
PAGE = 100  # assistants of one page of a walk
CURES = {
    ASK_SELF: "tested only with --ask-self-delete: a server without this guard deletes the key's own assistant",
    PROBE: "tested only with --probe-rate-limit, which uses up the key's budget",
}
WALKED = (
    "list/envelope",
    "list/complete",
    "list/first-and-last-id",
    "errors/json-content-type",
    "errors/never-5xx",
    *HOLD,
)
# Creates that are refused, and are removed where a wrong server makes something of them all the same; the empty pages
# that end a walk where has_more is missing; the calls that tell whether a target, or what it declares, is gone.
SPARE = 7 + 2 + 4


@dataclass(frozen=True)
class Plan:
    """`before` and `after` are the scenes before and after the last walk. `unjudged` says, for each requirement that
    was chosen and will not be judged, what would judge it. `pages` are those of one walk, at the most."""

    profile: str
    before: tuple[Scene, ...]
    after: tuple[Scene, ...]
    unjudged: Mapping[str, str]
    pages: int
    limit: int
    probes: bool
    asks_self: bool

    @property
    def scenes(self) -> tuple[Scene, ...]:
        return self.before + self.after

    @property
    def creates(self) -> int:
        return len(self._cast) + (self.probe_creates if self.probes else 0)

    @property
    def probe_creates(self) -> int:
        """The one that the limiter is tried on, and every fifth call of the burst; to learn it reading is enough."""
        return 0 if self.profile == LEARN else 1 + len(range(3, self.limit + 1, 5))

    @property
    def requests(self) -> int:
        """All of them, on a target that does what it should: what was made is removed, too."""
        made = len(self._cast)
        ended = {name for scene in self.scenes for name in scene.ends}
        own = sum(scene.requests for scene in self.scenes)
        return self.walks + own + made + made - len(ended) + (self.probe_requests if self.probes else 0)

    @property
    def walks(self) -> int:
        return self.pages * (2 if self.before else 1)

    @property
    def probe_requests(self) -> int:
        """The burst and the one past it, six that are refused, one after the wait, what is read, and the removal."""
        if self.profile == LEARN:
            return self.limit + 1 + limiter_probe.ASIDE
        return self.limit + 1 + 6 + 1 + 2 + self.pages + self.probe_creates + 1

    @property
    def reserve(self) -> int:
        """How many more it may come to where the target is wrong."""
        limiter = 6 * self.limit + 20 if self.probes else 0
        return sum(scene.reserve for scene in self.scenes) + (SPARE if self.scenes else 0) + limiter

    @property
    def seconds(self) -> float:
        """The waits that the limit asks for; the calls themselves come on top."""
        waits = max(0, ceil(self.requests / self.limit) - 1) if self.limit else 0
        return (waits + (2 if self.probes else 0)) * (MINUTE + 1)

    def bearing_on(self, requirement: str) -> int:
        """How many requests bear on a requirement; most bear on several."""
        scenes = [scene for scene in self.scenes if requirement in scene.requirements]
        if requirement.startswith("rate/"):
            return self.probe_requests if self.probes else 0
        own = sum(scene.requests for scene in scenes) + len({name for scene in scenes for name in scene.cast})
        return own + (self.walks if requirement in WALKED else 0)

    @property
    def _cast(self) -> set[str]:
        names = {name for scene in self.scenes for name in scene.cast}
        return names | (set(TWINS) if names & set(TWINS) else set())


def make(profile: str, target: Target, chosen: Callable[[str], bool], given: Iterable[str] = ()) -> Plan:
    """The plan for a target. `given` names what the user allows besides: ASK_SELF, PROBE."""
    has = target.has | set(given)
    before, after = ([scene for scene in script if _wanted(scene, chosen, has)] for script in SCRIPTS[profile])
    controls = [scene for scene in SCRIPTS[profile][0] if scene.control and (before or after)]
    before = [scene for scene in SCRIPTS[profile][0] if scene in before or scene in controls]
    probes = bool(profile in (PRODUCTION, LEARN) and PROBE in has and target.rate_limit and chosen("rate/enforced"))
    judged = {id for scene in before + after for id in scene.requirements}.union(WALKED)
    judged |= {id for id in catalogue.requirements() if probes and id.startswith("rate/")}
    rest = [id for id in catalogue.requirements() if chosen(id) and id not in judged]
    unjudged = {id: _cure(profile, id, target, has) for id in rest}
    pages = max(target.assistants // PAGE + 1, 2)
    return Plan(profile, tuple(before), tuple(after), unjudged, pages, target.rate_limit or 0, probes, ASK_SELF in has)


def _wanted(scene: Scene, chosen: Callable[[str], bool], has: set[str]) -> bool:
    return set(scene.needs) <= has and (not scene.requirements or any(map(chosen, scene.requirements)))


def _cure(profile: str, requirement: str, target: Target, has: set[str]) -> str:
    """What would have it judged."""
    if requirement.startswith("rate/") and profile == PRODUCTION:
        return target.lacks("rate_limit") if PROBE in has and not target.rate_limit else CURES[PROBE]
    scenes = [scene for script in SCRIPTS[profile] for scene in script if requirement in scene.requirements]
    if not scenes:
        return f"not testable by reading alone: use --profile {PRODUCTION}"
    lacking = [need for need in scenes[0].needs if need not in has]
    return "; ".join(CURES.get(need) or target.lacks(need) for need in lacking)
