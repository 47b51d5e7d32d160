"""The forecast of a run: its requests and its time, and the profile that is shorter."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.cli.prepared_run import PreparedRun
from contract_tests.http.target import ROLES, Target
from contract_tests.profiles import plan
from contract_tests.runs.estimate import LONG, SHORTER, Estimate, of_full_run, of_plan

# Our own fake, as a target that declares everything. It has no limit, because its clock is ours.
OWN_FAKE = Target("", dict.fromkeys(ROLES, ""), "bound", "expendable")


def estimate(prepared: PreparedRun) -> Estimate:
    """Exact for a plan; for a full run, a number that was counted on our own fake."""
    invocation = prepared.invocation
    if invocation.plan:
        return of_plan(invocation.plan)
    return of_full_run(invocation.target or OWN_FAKE, prepared.options)


def shorter(prepared: PreparedRun, expected: Estimate) -> tuple[str, Estimate] | None:
    """The shorter profile and its estimate; None if there is none."""
    target, profile = prepared.invocation.target, SHORTER.get(prepared.invocation.profile)
    if not target or not profile:
        return None
    found = of_plan(plan.make(profile, target, prepared.options.includes))
    return (profile, found) if found.requests < expected.requests else None


def describe(prepared: PreparedRun, expected: Estimate) -> str:
    """The estimate in one sentence, and the shorter profile in a second."""
    about = "" if prepared.invocation.plan else "about "
    text = f"{about}{expected}."
    if other := shorter(prepared, expected):
        profile, found = other
        text += f" The {profile} profile takes {found}: --profile {profile}."
    return text


def warnings(prepared: PreparedRun, expected: Estimate) -> Iterator[str]:
    """A line about a run that takes long, before the run begins."""
    if expected.seconds > LONG:
        yield f"This run takes {describe(prepared, expected)}"
