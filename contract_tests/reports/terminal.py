"""What a person reads on the terminal; judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from contract_tests.dialect.differences import Comparison
from contract_tests.http import operations
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target
from contract_tests.profiles.plan import JUDGING, Plan
from contract_tests.reports.reproduce import redacted, reproducer
from contract_tests.requirements import catalogue
from contract_tests.requirements.catalogue import Requirement
from contract_tests.requirements.verdicts import Verdict, counts
from contract_tests.runs.result import Result

STYLES = {"pass": "green", "fail": "bold red", "warn": "yellow", "unjudged": "cyan"}
CODES = {
    0: "every must holds",
    1: "broken",
    2: "unusable",
    3: "nothing broken, but not every must was judged",
    4: "something was left behind",
}


class Terminal:
    """Prints a run; the progress only where somebody watches. `aside` keeps standard output free for what is made."""

    def __init__(self, strict: bool, aside: bool = False) -> None:
        self.strict = strict
        self.console = Console(highlight=False, stderr=aside)
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

    def verdicts(self, result: Result, seconds: float, code: int, known: Mapping[str, str]) -> None:
        """The table of areas, each broken requirement with a way to see it, what is unjudged, and the sum."""
        self._say(f"\n[bold]Assistants contract {catalogue.version()}[/] on {result.target.base_url}\n")
        self.console.print(_areas(result.verdicts))
        for verdict in result.verdicts:
            if verdict.requirement.id in known:
                self._plain(f"\nKNOWN {verdict.requirement.id}: {known[verdict.requirement.id]}")
            elif verdict.violations:
                self._broken(verdict, result.target)
        if any(verdict.violations for verdict in result.verdicts):
            self._plain("\nTo whom it matters, and what keeps it: assistants-contract explain ID")
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
        self._effort(plan, target)

    def script(self, plan: Plan, target: Target) -> None:
        """The same of a plan that judges nothing: scene by scene."""
        self._say(f"\n[bold]{plan.profile}[/], on {target.base_url}\n")
        table = Table("what is asked", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("requests", justify="right")
        for step in plan.steps:
            table.add_row(step.promise, str(step.requests) if step.requests else "·")
        self.console.print(table)
        self._effort(plan, target)

    def _effort(self, plan: Plan, target: Target) -> None:
        made = f"{plan.creates} creates, all removed again" if plan.creates else "nothing is created"
        walks = f"{plan.walks} of them to walk {target.assistants} assistants{' twice' * plan.has_last_walk}"
        self._plain(f"\n{plan.requests} requests at the most, {walks}; {made}.")
        wrong, uncommon = "the target is wrong", "what it chooses is uncommon"
        why = f"Where {wrong if plan.profile in JUDGING else uncommon}, up to {plan.reserve} more, to tell "
        self._plain(why + ("which promise is broken." if plan.profile in JUDGING else "what that is."))
        waits = f"Waits of {plan.seconds:.0f} s, to keep within {plan.limit} requests a minute."
        self._plain(waits if plan.limit else "No rate limit is declared: it takes seconds.")
        self._plain("Nothing was sent.")

    def comparison(self, found: Comparison) -> None:
        """Where two servers differ, and what each did."""
        for letter, name in zip("AB", found.sides, strict=True):
            self._plain(f"{letter}  {name}")
        if found.differences:
            wide = max(len(each.concern) for each in found.differences) + len("choice  ")
            self._say(f"\n[bold]{'concerns':{wide}} {'A':24} {'B':24}[/]")
        for each in found.differences:
            concern, one, other = f"{each.kind} {each.concern}", _cut(each.one, 24), _cut(each.other, 24)
            self._plain(f"{concern:{wide}} {one:24} {other:24}".rstrip())
            self._plain(f"  {_cut(each.call, 90)}" + f" and {each.times - 1} more" * (each.times > 1))
        sum = f"{len(found.differences) or 'No'} difference{'s' * (len(found.differences) != 1)}"
        self._plain(f"\n{sum} in {found.together} calls; {found.alone} more were asked of one alone.")

    def catalogue(self) -> None:
        """Every requirement."""
        table = Table("requirement", "level", "source", "statement", box=None, pad_edge=False, header_style="bold")
        for each in catalogue.requirements().values():
            table.add_row(each.id, each.level, each.source, each.statement)
        self.console.print(table)

    def line(self, text: str) -> None:
        """One line of what is said besides."""
        self._plain(text)

    def left_behind(self, result: Result) -> None:
        if result.left_behind and result.ledger:
            self._plain(f"\nLeft behind, and noted in {result.ledger}: assistants-contract sweep {result.ledger}")
        for id in result.left_behind:
            self._plain(
                f'Left behind: {id}. Remove it: curl -X DELETE -H "Authorization: Bearer '
                f'${result.target.variables["primary"]}" {result.target.base_url}{operations.path(id)}'
            )

    def _broken(self, verdict: Verdict, target: Target) -> None:
        requirement, violation = verdict.requirement, verdict.violations[0]
        style = STYLES[verdict.verdict]
        self._say(
            f"\n[{style}]{verdict.verdict.upper()}[/] [bold]{requirement.id}[/]"
            f" ({requirement.level}, {requirement.source})"
        )
        rows = {"promised": requirement.statement, "expected": violation.expected, "came": violation.actual}
        for label, text in rows.items():
            self._plain(f"  {label:9} {redacted(text, target)}")
        shown = reproducer(violation, target)
        self._plain(f"  {'see it':9} " + shown.replace("\n", "\n" + " " * 12))
        if len(verdict.violations) > 1:
            self._plain(f"  {'and':9} {len(verdict.violations) - 1} more of the kind")

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


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _areas(verdicts: list[Verdict]) -> Table:
    table = Table("area", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in STYLES:
        table.add_column(name, justify="right")
    for area in catalogue.areas():
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
