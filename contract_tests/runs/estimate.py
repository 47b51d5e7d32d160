"""The number of requests of a run and the time that they take, known before the first is sent.

A plan counts its requests. A full run is estimated: COUNTS, and a file beside it for each other edition, has the
requests of each stage, counted on our own fake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from contract_tests.generators import tour
from contract_tests.generators.steps import Step
from contract_tests.http import editions, yaml_text
from contract_tests.http.client import MINUTE
from contract_tests.http.editions import per_edition
from contract_tests.http.target import Target
from contract_tests.profiles.names import PRODUCTION, READ_ONLY
from contract_tests.profiles.plan import Plan
from contract_tests.requirements import catalogue
from contract_tests.requirements.permissions import EVERY_PERMISSION
from contract_tests.runs.run_options import RunOptions

COUNTS = Path(__file__).parent / "full_run.yaml"
LONG = 600.0  # seconds; a run that takes longer says so first
SHORTER: Mapping[str | None, str] = {None: PRODUCTION, PRODUCTION: READ_ONLY}  # the shorter profile, by the profile
WINDOWS = 4  # minutes that the probe of the limiter waits, beside the waits of its own requests


@dataclass(frozen=True)
class Estimate:
    """`limit` is requests a minute; 0 for no limit. Then `seconds` is 0: nothing is known of the target's speed."""

    requests: int
    limit: int
    seconds: float

    def __str__(self) -> str:
        pace = f", {describe_seconds(self.seconds)} at {self.limit} a minute" if self.limit else ""
        return f"{self.requests:,} request{'s' * (self.requests != 1)}{pace}"


def of_plan(plan: Plan) -> Estimate:
    return Estimate(plan.requests, plan.limit, plan.seconds)


def of_full_run(target: Target, options: RunOptions) -> Estimate:
    """The estimate for a target that violates no requirement, and that holds few assistants."""
    counts, limit = _counts(target), target.rate_limit or 0
    chosen = sum(counts.get(step.name, 0) for step in _steps(target, options))
    share = chosen / (sum(counts.get(step.name, 0) for step in tour.STEPS) or 1)
    requests = chosen + round(counts["cleaning"] * share) + (counts["opening"] if chosen else 0)
    requests += 0 if limit else _of_the_generators(counts, options, share)
    probes = bool(limit) and any(id.startswith("rate/") for id in _chosen(options))
    requests += _of_the_probe(limit) if probes else 0
    waits = max(0, ceil(requests / limit) - 1) + WINDOWS * probes if limit else 0
    return Estimate(requests, limit, waits * (MINUTE + 1))


def bearing_on(target: Target, options: RunOptions) -> dict[str, int]:
    """The number of requests of a full run that test each chosen requirement. Most requests test several."""
    counts, steps = _counts(target), _steps(target, options)
    found = {id: sum(counts.get(step.name, 0) for step in steps if id in step.requirements) for id in _chosen(options)}
    rate = _of_the_probe(target.rate_limit or 0)
    return {id: rate if id.startswith("rate/") else number for id, number in found.items()}


def untested(target: Target, options: RunOptions) -> dict[str, str]:
    """The reason for each chosen requirement that a full run does not test."""
    scenario, has = tour.scenario(), target.has | EVERY_PERMISSION
    reasons = ((id, scenario.reason(id, target, has)) for id in _chosen(options))
    return {id: reason for id, reason in reasons if reason}


def _steps(target: Target, options: RunOptions) -> tuple[Step, ...]:
    return tour.scenario().select(options.includes, target.has | EVERY_PERMISSION).steps


def _chosen(options: RunOptions) -> list[str]:
    return [id for id in catalogue.requirements() if options.includes(id)]


def describe_seconds(seconds: float) -> str:
    """A time for people: "45 s", "39 min" or "4 h 15 min"."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _of_the_generators(counts: Mapping[str, int], options: RunOptions, share: float) -> int:
    """The requests of schemathesis, the random histories and the SDK tests, which a limited run leaves out."""
    sdks = round(counts["sdk"] * share) * (1 + options.sdk)
    if options.selection.only:
        return sdks
    return sdks + counts["deep" if options.deep else "schemathesis"] + counts["histories"] * options.histories


def _of_the_probe(limit: int) -> int:
    return round(4.5 * limit) + 14  # counted with limits of 10, 20 and 40


def _counts(target: Target) -> Mapping[str, int]:
    return _load()["limited" if target.rate_limit else "thorough"]


@per_edition
def _load() -> Mapping[str, Mapping[str, int]]:
    loaded: Mapping[str, Mapping[str, int]] = yaml_text.load(editions.beside(COUNTS).read_text(encoding="utf-8"))
    return loaded
