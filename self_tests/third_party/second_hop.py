"""`make litellm`: runs the whole suite on litellm's proxy before the fake, and shows the changes of the proxy."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contract_tests.http import own_fake
from contract_tests.http.target import Target
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from sdk_tests.sdks import HOME, UnavailableError, environment
from self_tests.bench.servers import free_port, running

LITELLM = "litellm[proxy]==1.108.7"
PATH = "/hop"  # not /v1: litellm has its own assistants there
SETTINGS = (
    "LITELLM_LOCAL_MODEL_COST_MAP=True",  # otherwise litellm downloads one at its start
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=True",  # the fake checks the keys
)


def main() -> int:
    """0: the fake passes, and the changes of the proxy are printed; 1: the fake itself fails; 3: litellm is
    unavailable.
    """
    try:
        home = environment("python", HOME / "litellm", (LITELLM,))
    except UnavailableError as why:
        print(f"Left out: {why}.", file=sys.stderr)
        return 3
    console = Console(width=None if sys.stdout.isatty() else 160)
    with own_fake.fake() as target:
        plain = judged(target)
    console.print(f"The fake itself: {standing(plain)}")
    # The fake is a new one, because a run deletes the expendable assistant.
    with own_fake.fake() as target, proxied(home, target) as hop:
        passed_on = judged(hop)
    console.print(f"Through {LITELLM}: {standing(passed_on)}", markup=False)
    console.print(changes(plain, passed_on))
    return int(any(each.verdict == "fail" for each in plain))


@contextmanager
def proxied(home: Path, target: Target) -> Iterator[Target]:
    """The same target behind the proxy, which passes on every header, also the key."""
    endpoint = {"path": PATH, "target": target.base_url, "forward_headers": True, "include_subpath": True}
    port = free_port()
    with TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(json.dumps({"general_settings": {"pass_through_endpoints": [endpoint]}}), encoding="utf-8")
        options = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        with running(["env", *SETTINGS, str(home / "bin" / "litellm"), *options], port, "/"):
            yield replace(target, base_url=f"http://127.0.0.1:{port}{PATH}")


def judged(target: Target) -> list[Verdict]:
    return Run(target, RunOptions(), lambda id: not id.startswith("rate/")).judge().verdicts


def changes(plain: list[Verdict], passed_on: list[Verdict]) -> Table:
    """The requirements with another verdict on the proxy than on the server behind it."""
    table = Table("requirement", "level", "the fake", "through litellm", "why", box=None)
    for before, after in zip(plain, passed_on, strict=True):
        if before.verdict != after.verdict:
            requirement = before.requirement
            table.add_row(requirement.id, requirement.level, before.verdict, after.verdict, escape(after.reason))
    return table


def standing(verdicts: list[Verdict]) -> str:
    musts = [each.verdict for each in verdicts if each.requirement.level == "must" and each.verdict != "unjudged"]
    return f"of {len(musts)} musts that could be judged {musts.count('pass')} hold."


if __name__ == "__main__":
    sys.exit(main())
