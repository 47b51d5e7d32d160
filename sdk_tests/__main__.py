"""`python -m sdk_tests`: judges the target in ASSISTANTS_TARGET with every kind of client that the installed SDK has.
It prints a line of JSON for each promise or fact that a test showed. The matrix runs this command in the environment of
each SDK.

ASSISTANTS_ONLY is a list of the requirements to test, or null for all. ASSISTANTS_EDITION is the contract's edition.
"""

from __future__ import annotations

import json
import os
import re

from contract_tests.http import editions
from contract_tests.http.target import Target
from sdk_tests.open_clients import KINDS
from sdk_tests.run import Outcome, judge


def main() -> None:
    target = Target(**json.loads(os.environ["ASSISTANTS_TARGET"]))
    only = json.loads(os.environ["ASSISTANTS_ONLY"])
    editions.choose(os.environ["ASSISTANTS_EDITION"])
    for outcome in judge(target, lambda name: only is None or name in only, kinds=KINDS):
        for name in outcome.requirements or [fact(outcome)]:
            print(json.dumps({"name": name, "verdict": outcome.verdict, "why": outcome.why, "test": outcome.test}))


def fact(outcome: Outcome) -> str:
    """The name, as words, of a test that shows a fact about the SDK and judges no server."""
    return re.sub(r".*::test_|[\[ ].*", "", outcome.test).replace("_", " ")


if __name__ == "__main__":
    main()
