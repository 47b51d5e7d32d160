"""A plan on the terminal: the requests of a run that has not begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from contract_tests.http.target import Target
from contract_tests.profiles.plan import JUDGING, Plan
from contract_tests.reports.console import line, table
from contract_tests.reports.terminal import reasons
from contract_tests.requirements import catalogue


def by_requirement(plan: Plan, target: Target, chosen: Callable[[str], bool], console: Console) -> None:
    """Prints the requests for each requirement, the requirements that are not tested, and the sum."""
    counts = {id: plan.bearing_on(id) for id in catalogue.requirements() if chosen(id)}
    _requirements(f"profile {plan.profile}, on {target.base_url}", counts, plan.unjudged, console)
    _effort(plan, target, console)


def of_full_run(counts: Mapping[str, int], unjudged: Mapping[str, str], where: str, console: Console) -> None:
    """Prints the requests for each requirement, and the reason for each requirement that is not tested."""
    _requirements(f"a full run, on {where}", counts, unjudged, console)


def _requirements(title: str, counts: Mapping[str, int], unjudged: Mapping[str, str], console: Console) -> None:
    line(console, (f"\nAssistants contract {catalogue.title()}", "bold"), f", {title}\n")
    rows = Table("requirement", "level", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    rows.add_column("requests that test it", justify="right")
    for id, number in counts.items():
        rows.add_row(id, catalogue.requirements()[id].level, "·" if id in unjudged else str(number))
    table(console, rows)
    untested: dict[str, list[str]] = defaultdict(list)
    for id, cure in unjudged.items():
        untested[cure].append(id)
    reasons(console, untested)


def by_step(plan: Plan, target: Target, console: Console) -> None:
    """Prints the requests for each step of a plan that tests no requirement."""
    line(console, (f"\n{plan.profile}", "bold"), f", on {target.base_url}\n")
    rows = Table("step", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    rows.add_column("requests", justify="right")
    for step in plan.steps:
        rows.add_row(step.promise, str(step.count) if step.count else "·")
    table(console, rows)
    _effort(plan, target, console)


def _effort(plan: Plan, target: Target, console: Console) -> None:
    creates = f"{plan.creates} creates, and a delete for each" if plan.creates else "no create"
    lists = f"{plan.walks} of them list {target.assistants} assistants{' twice' * plan.has_last_walk}"
    line(console, f"\nAt most {plan.requests} requests: {lists}; {creates}.")
    judging = plan.profile in JUDGING
    cause = "the target violates a requirement" if judging else "the target makes an uncommon choice"
    find = "which requirement that is" if judging else "which choice that is"
    line(console, f"If {cause}: up to {plan.reserve} more, to find {find}.")
    waits = f"Waits of {plan.seconds:.0f} s in total, to stay within {plan.limit} requests a minute."
    line(console, waits if plan.limit else "No rate limit is declared: the run takes seconds.")
    line(console, "Nothing was sent.")
