"""A scenario: steps in their order, the selection of steps for a run, and the reason for an untested requirement."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from contract_tests.generators.steps import Step
from contract_tests.http.target import Target
from contract_tests.requirements.permissions import PROBE, REASONS

LIMITER_NEEDS = PROBE, "rate_limit"


@dataclass(frozen=True)
class Scenario:
    """`before` and `after` are the steps before and after the last walk. `limiter` is true if a probe of the
    limiter follows."""

    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    limiter: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.before + self.after

    def select(self, chosen: Callable[[str], bool], has: Collection[str]) -> Scenario:
        """The steps that test a chosen requirement and lack nothing; with them, the controls."""

        def wanted(step: Step) -> bool:
            return (
                step.is_in_edition
                and not _lacking(step, has)
                and (not step.requirements or any(map(chosen, step.requirements)))
            )

        def selected(steps: tuple[Step, ...]) -> tuple[Step, ...]:
            return tuple(step for step in steps if wanted(step) or (step.control and any(map(wanted, self.steps))))

        return Scenario(selected(self.before), selected(self.after), self.limiter)

    def reason(self, requirement: str, target: Target, has: Collection[str]) -> str:
        """The reason why no step can test the requirement. Empty if a step can test it, or if no step is about it."""
        lacking = [_lacking(step, has) for step in self.steps if requirement in step.requirements]
        if self.limiter and requirement.startswith("rate/"):
            lacking = [[need for need in LIMITER_NEEDS if need not in has][:1]]
        if not lacking or not all(lacking):
            return ""
        return "; ".join(REASONS.get(need) or target.lacks(need) for need in lacking[0])


def _lacking(step: Step, has: Collection[str]) -> list[str]:
    return [need for need in step.needs if need not in has]
