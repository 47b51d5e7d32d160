"""The command `plan`: the requests of a run that is not made."""

from __future__ import annotations

from contract_tests.cli import forecast
from contract_tests.cli.prepared_run import PreparedRun
from contract_tests.reports import plan_table
from contract_tests.reports.console import line, stdout
from contract_tests.runs.estimate import bearing_on, untested


def print_plan(prepared: PreparedRun) -> None:
    """Prints the requests for each requirement, the requirements that are not tested, the sum and the time."""
    console, invocation, options = stdout(), prepared.invocation, prepared.options
    if invocation.plan and invocation.target:
        plan_table.by_requirement(invocation.plan, invocation.target, options.includes, console)
        return
    target = invocation.target or forecast.OWN_FAKE
    where = target.base_url or "our own fake server"
    plan_table.of_full_run(bearing_on(target, options), untested(target, options), where, console)
    line(console, f"\nA full run: {forecast.describe(prepared, forecast.estimate(prepared))}")
    if not target.rate_limit:
        line(console, "No rate limit is declared: the speed of the server decides the time.")
    line(console, "Nothing was sent.")
