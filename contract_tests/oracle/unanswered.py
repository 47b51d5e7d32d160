"""Takes in the calls that crashed, and the calls that were not answered in time."""

from __future__ import annotations

from collections import defaultdict

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import DELETE, MODIFIES
from contract_tests.http.target import Target
from contract_tests.oracle.calls import Call
from contract_tests.oracle.errors import Errors
from contract_tests.oracle.expectations import Demand
from contract_tests.oracle.model import Model, TrackedAssistant
from contract_tests.oracle.refusals import FEW
from contract_tests.oracle.rejections import Rejections
from contract_tests.oracle.states import all_demands
from contract_tests.requirements.findings import Findings, answer


class Unanswered:
    """`late` is the number of calls that were not answered in time."""

    def __init__(
        self, target: Target, model: Model, findings: Findings, errors: Errors, rejections: Rejections
    ) -> None:
        self.target = target
        self.model = model
        self.findings = findings
        self.errors = errors
        self.rejections = rejections
        self.late = 0
        self._by_operation: dict[str, list[Exchange]] = defaultdict(list)

    def find_last(self, operation: str) -> Exchange | None:
        """The last call without an answer in time of an operation that seems never to answer; None for any other."""
        found = self._by_operation[operation] if operation not in self.rejections.refusals.succeeded else []
        return found[-1] if len(found) >= FEW else None

    def note_crash(self, exchange: Exchange, call: Call) -> None:
        """A 5xx or no answer is a violation of errors/never-5xx alone. The requirements of the call were not tested."""
        tracked = self.model.find(call.id)
        self.findings.add_violation("errors/never-5xx", "an answer below 500", answer(exchange), exchange)
        if not call.operation:
            self.findings.block("errors/never-5xx", self.errors.requirement_of_no_operation(call))
            return
        wanted = all_demands(call, tracked, self.model, self.target)
        self.findings.block("errors/never-5xx", *self._tested(exchange, call, wanted, tracked))
        if not wanted and not call.free:
            self.rejections.refuse(exchange, call, tracked)
        # A later read still shows an effect of a call that must be refused. The effect of a good call is unknown.
        if tracked and not wanted and call.operation in (*MODIFIES, DELETE):
            tracked.document = None
            tracked.lost = tracked.lost or call.operation == DELETE
        self.model.note_write(exchange, call, wanted[0].effect if wanted else "errors/never-5xx")

    def _tested(
        self, exchange: Exchange, call: Call, wanted: list[Demand], tracked: TrackedAssistant | None
    ) -> list[str]:
        """The requirements that the answer would have shown to hold, or to be violated."""
        tested = [each.requirement for each in wanted]
        if not wanted and not call.free:
            tested = self.rejections.features(exchange, call, tracked)
        return [*tested, "ignored/absurd-values-are-harmless"] if call.absurd else tested

    def note_late(self, exchange: Exchange, call: Call) -> None:
        """A call that was not answered in time is no violation: its requirements were not tested. An effect that had to
        be refused can still be seen. The effect of a good call is unknown, because the server may still carry it out.
        """
        self.late += 1
        reason, tracked = exchange.response.fault, self.model.find(call.id)
        if not call.operation:
            self.findings.late[self.errors.requirement_of_no_operation(call)] = reason
            return
        wanted = all_demands(call, tracked, self.model, self.target)
        self.findings.late |= dict.fromkeys(self._tested(exchange, call, wanted, tracked), reason)
        if call.operation not in self.rejections.refusals.succeeded:
            self._by_operation[call.operation].append(exchange)
            self.findings.silent[call.operation] = reason
        if tracked and not wanted and call.operation in (*MODIFIES, DELETE):
            tracked.unsettled = True
        self.model.note_write(exchange, call, wanted[0].effect if wanted else "")
