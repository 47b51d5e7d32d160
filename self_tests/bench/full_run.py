"""`python -m self_tests.bench.full_run [EDITION...]`: counts the requests of a full run of our own fake, by stage, and
writes them to contract_tests/runs/full_run.yaml, or to a file of the edition beside it. `plan` estimates a full run by
them. Takes some minutes for each edition."""

from __future__ import annotations

import sys
from collections import Counter

import yaml

from contract_tests.generators import tour
from contract_tests.http import editions
from contract_tests.http.messages import Exchange
from contract_tests.http.own_fake import fake
from contract_tests.requirements.selection import Selection
from contract_tests.runs.estimate import COUNTS
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import HISTORIES, RunOptions

LIMIT = 20
HEAD = """\
# The requests of a full run of a server that violates nothing, by the stage that sends them. Written by
# `python -m self_tests.bench.full_run`. `limited` is a run under a rate limit. `histories` is the mean of one history.
"""
STAGES = {
    "opening": "opening",
    "cleaning": "cleaning up",
    "histories": "random histories",
    "schemathesis": "schemathesis: ",
    "sdk": "the Python SDK",
}


def count(limit: int, options: RunOptions) -> dict[str, int]:
    """The number of requests of each stage, the steps of the tour included."""
    counts, stages = Counter[str](), [STAGES["opening"]]

    def progress(name: str, _: int, __: int) -> None:
        stages.append(name)

    def watch(_: Exchange) -> None:
        counts[stages[-1]] += 1

    with fake(limit) as target:
        Run(target, options, options.includes, progress, watch).judge()
    sums = {name: sum(n for stage, n in counts.items() if stage.startswith(text)) for name, text in STAGES.items()}
    return sums | {step.name: counts[step.name] for step in tour.STEPS if counts[step.name]}


def main() -> None:
    for edition in sys.argv[1:] or editions.names():
        with editions.use(edition):
            write()


def write() -> None:
    """Writes the counts of the present edition."""
    limited = count(LIMIT, RunOptions(selection=Selection(skip=("rate",))))
    thorough = count(0, RunOptions())
    thorough["histories"] //= HISTORIES
    thorough["deep"] = count(0, RunOptions(histories=0, deep=True))["schemathesis"]
    found = {"limited": limited, "thorough": thorough}
    editions.beside(COUNTS).write_text(HEAD + yaml.safe_dump(found, sort_keys=False, width=1000), encoding="utf-8")


if __name__ == "__main__":
    main()
