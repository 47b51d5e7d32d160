"""The places in which a requirement must stand, and a stub for each place that lacks it, ready to paste."""

from __future__ import annotations

from contract_tests.generators import tour
from contract_tests.http import editions
from contract_tests.requirements import catalogue
from contract_tests.requirements.explanations import PAGES, explanations
from contract_tests.requirements.rules import rules_of
from self_tests.wrong import SERVERS

EXPLANATION = """\
{id}:
  why: The user of this server that the mistake hurts.
  given:
  - POST /assistants {{"name":"Bot"}} → 200 {{"id":"asst-a","name":"Bot"}}
  asks: GET /assistants/asst-a
  keeps: 200 {{"id":"asst-a","name":"Bot"}}
  breaks: 200 {{"id":"asst-a","name":"Tob"}}
"""
RULE = """\
    def _{name}(self, exchange: Exchange, call: Call) -> None:
        right = exchange.response.accepted
        self.findings.judge("{id}", right, call.operation, "expected", answer(exchange), exchange)
"""
STEP = '''\
@step("{id}")
def {name}(session: Session) -> None:
    """{statement}"""
    session.retrieve(session.create_assistant())
'''
WRONG_SERVER = '''\
@wrong("{id}")
def {name}_is_broken(fake: Fake) -> None:
    """The mistake that a developer makes."""
    answering(fake, lambda call, answer: None)
'''


def missing(id: str, statement: str = "") -> dict[str, str]:
    """A stub for each place that does not have this requirement, by the file to paste it into."""
    area, _, name = id.partition("/")
    words = {"id": id, "name": name.replace("-", "_"), "statement": statement or "The statement of the requirement."}
    file = {"list": "lists"}.get(area, area)
    lacking = {
        f"contract_tests/requirements/{editions.beside(PAGES).name}": (id not in explanations(), EXPLANATION),
        f"contract_tests/oracle/ (the file of {area})": (not rules_of(id), RULE),
        f"contract_tests/generators/tour/{file}.py": (not _is_tried(id), STEP),
        f"self_tests/wrong/page/{file}.py": (id not in {server.meant for server in SERVERS}, WRONG_SERVER),
    }
    return {place: stub.format(**words) for place, (is_missing, stub) in lacking.items() if is_missing}


def described(id: str) -> str:
    """The stubs of a requirement as text for a terminal; empty if nothing is missing."""
    known = catalogue.requirements().get(id)
    stubs = missing(id, known.statement if known else "")
    return "\n".join(f"# Paste into {place}:\n{stub}" for place, stub in stubs.items())


def _is_tried(id: str) -> bool:
    return id.startswith("rate/") or any(id in step.requirements for step in tour.STEPS)  # the probe asks the limiter
