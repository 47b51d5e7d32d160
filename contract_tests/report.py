"""What a person reads on the terminal, and the JSON that a program reads; judges nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from contract_tests import catalogue, curl
from contract_tests.catalogue import Requirement
from contract_tests.findings import Breach
from contract_tests.profiles.plan import Plan
from contract_tests.run import Result
from contract_tests.target import Target
from contract_tests.verdicts import Verdict, counts
from contract_tests.wire import Exchange

STYLES = {"pass": "green", "fail": "bold red", "warn": "yellow", "unjudged": "cyan"}
SHOWN_BYTES = 4000  # of a body, in the JSON report
SHOWN_BREACHES = 3  # of one requirement, in the JSON report
CODES = {
    0: "every must holds",
    1: "broken",
    2: "unusable",
    3: "nothing broken, but not every must was judged",
    4: "something was left behind",
}


class Terminal:
    """Prints a run; the progress only where somebody watches."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.console = Console(highlight=False)
        self.bar = Progress(
            TextColumn("{task.description:40}"),
            BarColumn(),
            TextColumn("{task.fields[requests]} requests"),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("starting", requests=0)
        self.requests = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        if not self.bar.console.is_terminal:
            yield
            return
        with self.bar:
            yield

    def progress(self, stage: str, done: int, total: int) -> None:
        self.bar.update(self.task, description=stage, completed=done, total=total)

    def watch(self, _: Exchange) -> None:
        self.requests += 1
        self.bar.update(self.task, requests=self.requests)

    def verdicts(self, result: Result, seconds: float, code: int) -> None:
        """The table of areas, each broken requirement with a way to see it, what is unjudged, and the sum."""
        self._say(f"\n[bold]Assistants contract {catalogue.version()}[/] on {result.target.base_url}\n")
        self.console.print(_areas(result.verdicts))
        for verdict in result.verdicts:
            if verdict.breaches:
                self._broken(verdict, result.target)
        self._unjudged(result.verdicts)
        for note in result.notes:
            self._plain(f"\nNote: {note}")
        self.left_behind(result)
        self._sum(result, seconds, code)

    def plan(self, plan: Plan, target: Target, chosen: Callable[[str], bool]) -> None:
        """What would be asked, requirement by requirement, and the sum; nothing was sent."""
        self._say(f"\n[bold]Assistants contract {catalogue.version()}[/], {plan.profile}, on {target.base_url}\n")
        self.console.print(_bearing(plan, [each for id, each in catalogue.requirements().items() if chosen(id)]))
        reasons: dict[str, list[str]] = defaultdict(list)
        for id, cure in plan.unjudged.items():
            reasons[cure].append(id)
        self._reasons(reasons)
        made = f"{plan.creates} creates, all removed again" if plan.creates else "nothing is created"
        walks = f"{plan.walks} of them to walk {target.assistants} assistants{' twice' * bool(plan.before)}"
        self._plain(f"\n{plan.requests} requests at the most, {walks}; {made}.")
        self._plain(f"Where the target is wrong, up to {plan.reserve} more, to tell which promise is broken.")
        waits = f"Waits of {plan.seconds:.0f} s, to keep within {plan.limit} requests a minute."
        self._plain(waits if plan.limit else "No rate limit is declared: it takes seconds.")
        self._plain("Nothing was sent.")

    def swept(self, line: str) -> None:
        self._plain(line)

    def left_behind(self, result: Result) -> None:
        if result.left_behind and result.ledger:
            self._plain(f"\nLeft behind, and noted in {result.ledger}: assistants-contract sweep {result.ledger}")
        for id in result.left_behind:
            self._plain(
                f'Left behind: {id}. Remove it: curl -X DELETE -H "Authorization: Bearer '
                f'${result.target.variables["primary"]}" {result.target.base_url}/assistants/{id}'
            )

    def _broken(self, verdict: Verdict, target: Target) -> None:
        requirement, breach = verdict.requirement, verdict.breaches[0]
        style = STYLES[verdict.verdict]
        self._say(
            f"\n[{style}]{verdict.verdict.upper()}[/] [bold]{requirement.id}[/]"
            f" ({requirement.level}, {requirement.source})"
        )
        rows = {"promised": requirement.statement, "expected": breach.expected, "came": breach.came}
        for label, text in rows.items():
            self._plain(f"  {label:9} {redacted(text, target)}")
        shown = reproducer(breach, target)
        self._plain(f"  {'see it':9} " + shown.replace("\n", "\n" + " " * 12))
        if len(verdict.breaches) > 1:
            self._plain(f"  {'and':9} {len(verdict.breaches) - 1} more of the kind")

    def _unjudged(self, verdicts: list[Verdict]) -> None:
        reasons: dict[str, list[str]] = defaultdict(list)
        for verdict in verdicts:
            if verdict.verdict == "unjudged":
                reasons[verdict.reason].append(verdict.requirement.id)
        self._reasons(reasons)

    def _reasons(self, reasons: Mapping[str, list[str]]) -> None:
        for reason, ids in reasons.items():
            self._say(f"\n[{STYLES['unjudged']}]UNJUDGED[/] {', '.join(ids)}")
            self._plain(f"  {'because':9} {reason}")

    def _sum(self, result: Result, seconds: float, code: int) -> None:
        musts = [verdict for verdict in result.verdicts if verdict.requirement.level == "must"]
        shoulds = [verdict for verdict in result.verdicts if verdict.requirement.level == "should"]
        self._say("")
        for name, some in (("must", musts), ("should", shoulds)):
            judged = [verdict for verdict in some if verdict.verdict != "unjudged"]
            hold = [verdict for verdict in judged if verdict.verdict == "pass"]
            self._plain(f"{name + ':':8}{len(hold)} hold of {len(judged)} judged, {len(judged)} judged of {len(some)}")
        planned = f" of {result.planned} planned" if result.planned else ""
        self._plain(f"{result.requests} requests{planned} in {seconds:.1f} s. Exit {code}: {CODES[code]}.")

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)

    def _plain(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False)


def _areas(verdicts: list[Verdict]) -> Table:
    table = Table("area", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in STYLES:
        table.add_column(name, justify="right")
    for area in catalogue.AREAS:
        found = counts(verdict for verdict in verdicts if verdict.requirement.area == area)
        if any(found.values()):
            table.add_row(area, *(f"[{STYLES[name]}]{number}[/]" if number else "·" for name, number in found.items()))
    return table


def _bearing(plan: Plan, requirements: list[Requirement]) -> Table:
    table = Table("requirement", "level", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("requests that bear on it", justify="right")
    for each in requirements:
        table.add_row(each.id, each.level, "·" if each.id in plan.unjudged else str(plan.bearing_on(each.id)))
    return table


def reproducer(breach: Breach, target: Target) -> str:
    """Shell commands that show a breach; a test of the SDK suite shows itself."""
    if not breach.exchanges:
        return "pytest --pyargs sdk_tests, with the same keys and ASSISTANTS_BASE_URL in the environment"
    commands = curl.script(breach.exchanges, target)
    if breach.times > 1:
        commands = f"for i in $(seq {breach.times}); do {commands}; done"
    return redacted(commands, target)


def redacted(text: str, target: Target) -> str:
    """A text without the keys, which a careless server may have put into its answer."""
    for role, key in target.keys.items():
        text = text.replace(key, "$" + target.variables[role])
    return text


def merged(results: list[Result]) -> Result:
    """Several runs as one; the first is the one that a person is shown."""
    first, *others = results
    for other in others:
        first.verdicts += other.verdicts
        first.left_behind += other.left_behind
        first.notes += other.notes
        first.requests += other.requests
    order = list(catalogue.requirements())
    first.verdicts.sort(key=lambda verdict: order.index(verdict.requirement.id))
    return first


def written(result: Result, seed: int, code: int) -> str:
    """The run as JSON. `requirements` has, for each, id, level, verdict, reason and evidence."""
    target = result.target
    report = {
        "contract": catalogue.version(),
        "target": {
            "base_url": target.base_url,
            "rate_limit": target.rate_limit,
            "bound_id": target.bound_id,
            "expendable_id": target.expendable_id,
            "keys": sorted(target.keys),
        },
        "seed": seed,
        "exit": code,
        "requests": result.requests,
        "counts": counts(result.verdicts),
        "requirements": [_requirement(verdict, target) for verdict in result.verdicts],
        "choices": result.choices,
        "notes": result.notes,
        "left_behind": result.left_behind,
    }
    return redacted(json.dumps(report, indent=2, ensure_ascii=False), target) + "\n"


def _requirement(verdict: Verdict, target: Target) -> dict[str, Any]:
    requirement = verdict.requirement
    return {
        "id": requirement.id,
        "level": requirement.level,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "statement": requirement.statement,
        "source": requirement.source,
        "page": requirement.page,
        "evidence": [_evidence(breach, target) for breach in verdict.breaches[:SHOWN_BREACHES]],
    }


def _evidence(breach: Breach, target: Target) -> dict[str, Any]:
    return {
        "expected": breach.expected,
        "came": breach.came,
        "curl": reproducer(breach, target),
        "exchanges": [_exchange(exchange) for exchange in breach.exchanges],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "request": {"method": request.method, "path": request.path, "as": request.role, "body": _text(request.body)},
        "response": {
            "status": response.status,
            "headers": dict(response.headers),
            "body": _text(response.body),
            "fault": response.fault,
        },
    }


def _text(body: bytes | None) -> str | None:
    return None if body is None else body[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
