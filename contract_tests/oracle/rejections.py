"""Judges the calls that nothing forbids and that were not accepted all the same."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, RETRIEVE, WRITE_OPERATIONS
from contract_tests.http.target import Target
from contract_tests.oracle import acceptance, attribution
from contract_tests.oracle.calls import Call, kept_id
from contract_tests.oracle.errors import TOLERATED
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.kept_values import refusable
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant
from contract_tests.oracle.refusals import ACCEPTANCE, Refusals
from contract_tests.oracle.verbs import Verbs
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Candidate, Findings, answer

LENGTH_REQUIRED = 411


class Rejections:
    """`refusals` gets each refusal that has a cause to be found at the end of the run. `tolerated` is the number of
    refusals that are a free choice of the server. `repeated` is the number of answers that show a known loss again.
    """

    def __init__(
        self,
        target: Target,
        model: Model,
        findings: Findings,
        refusals: Refusals,
        verbs: Verbs,
        ignored_fields: IgnoredFields,
    ) -> None:
        self.target = target
        self.model = model
        self.findings = findings
        self.refusals = refusals
        self.verbs = verbs
        self.ignored_fields = ignored_fields
        self.tolerated = 0
        self.repeated = 0

    def judge(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        """Judges one such call."""
        if exchange.response.status == LENGTH_REQUIRED and dict(exchange.request.headers).get("transfer-encoding"):
            pass  # HTTP lets a server demand the length of a body
        elif call.free and exchange.response.status in _tolerated_statuses(call):
            self._tolerated(exchange, call)
        elif call.operation == LIST and exchange.response.refused and self._odd_cursor(call):
            pass  # refusing it is one way not to give the first page again
        elif call.free <= {"odd-body", "odd-query"} and call.free:
            pass  # parsers disagree on this input, so any answer is right
        elif exchange.response.status == 404 and tracked and self._is_known_loss(call, tracked):
            self.repeated += 1  # the call after which the assistant was not found has the violation
        elif (
            exchange.response.status == 404
            and tracked
            and (call.operation == RETRIEVE or call.operation in self.refusals.succeeded)
            and not self._given_up(call, tracked)
        ):
            self._lost(exchange, call, tracked)
        else:
            self.refuse(exchange, call, tracked)
        if call.operation in MODIFIES and not (tracked and tracked.lost):
            self.verbs.note_result(exchange, call, False, tracked)

    def refuse(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        """Takes in the refusal of a good call. Its cause is found at the end of the run."""
        self.findings.refused.setdefault(call.operation, exchange.response.status)
        # Calls at the same time have a contrast of their own: the same calls one after the other.
        names = [] if exchange.request.group else self._equal_names(call)
        others = (*self._lost_cursors(call), *names)
        self.refusals.refuse(exchange, call, tracked, lambda: self.features(exchange, call, tracked)[0], others)

    def _lost_cursors(self, call: Call) -> Iterator[Candidate]:
        """The explanations of a refused cursor by a list that lacks its assistant by now."""
        for tracked in filter(None, map(self.model.find, cursors(call))):
            if writes := self.model.since_listed(tracked):
                yield from attribution.losses(writes, tracked, call.role, "list/complete", was_there=tracked.listed)

    def _equal_names(self, call: Call) -> list[Candidate]:
        """The explanation of a refused create by its name, if a create has sent that name before."""
        creates = (write for write in self.model.log if write.call.operation == call.operation == CREATE)
        name = call.fields.get("name")
        equal = [write.exchange for write in creates if write.call.fields.get("name") == name]
        return [Candidate(catalogue.never_succeeds()[CREATE], (equal[-1],))] if equal else []

    def _is_known_loss(self, call: Call, tracked: TrackedAssistant) -> bool:
        return tracked.lost or bool(tracked.unlisted and self._given_up(call, tracked))

    def _given_up(self, call: Call, tracked: TrackedAssistant) -> bool:
        return call.operation == DELETE and tracked.id == self.target.expendable_id

    def _odd_cursor(self, call: Call) -> bool:
        listed = (each.id for each in self.model.present(ORGANIZATIONS[call.role]) if not each.unlisted)
        return not cursors(call).issubset(listed)

    def _tolerated(self, exchange: Exchange, call: Call) -> None:
        self.tolerated += 1
        for name in refusable(call):
            self.findings.tolerated[kept_id(name)] = f"{name} was refused, which is a free choice"
        if call.operation in WRITE_OPERATIONS:
            self.ignored_fields.remember(exchange, call)
            absurd = "ignored/absurd-values-are-harmless" if call.absurd else ""
            otherwise = "modify/bad-body-changes-nothing" if call.operation in MODIFIES else "create/name-is-text"
            self.model.note_write(exchange, call, absurd or otherwise)
            if absurd:
                self.findings.hold(absurd, call.operation)
            if call.operation == CREATE and call.fields.keys() & set(attribution.IDENTITY):
                self.findings.hold("create/identity-is-the-servers", CREATE)

    def _not_accepted(self, exchange: Exchange, call: Call, requirement: str) -> None:
        self.findings.refused.setdefault(call.operation, exchange.response.status)
        tracked = self.model.find(call.id)
        self.findings.add_violation(
            requirement, ACCEPTANCE, answer(exchange), *(tracked.trail[:1] if tracked else ()), exchange
        )

    def _lost(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
        if not tracked.trail and tracked.document is None:
            tracked.gone = True  # declared by the target, and not there
            return
        if tracked.lost:
            return  # the call that lost it has the violation
        if call.operation in MODIFIES and tracked.read_at == len(self.model.log):
            self._not_accepted(exchange, call, self.features(exchange, call, tracked)[0])
            return
        writes = self.model.since_read(tracked)
        otherwise = attribution.unless_unshared(self.findings, tracked, call.role, "retrieve/equals-created")
        candidates = attribution.losses(writes, tracked, call.role, otherwise)
        if candidates[0].requirement == "retrieve/equals-created":
            self.refusals.miss(exchange, call, tuple(tracked.trail[:1]))
        tracked.lost = True
        self.findings.add_explained(
            candidates, f"{tracked.id} is there", answer(exchange), *tracked.trail[:1], last=exchange
        )

    def features(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> list[str]:
        """The requirements that demand the acceptance of this call."""
        return acceptance.features(call, exchange, tracked, self.target, self.findings.accepted)


def cursors(call: Call) -> set[str]:
    return {call.parameters[name] for name in ("after", "before") if name in call.parameters}


def _tolerated_statuses(call: Call) -> frozenset[int]:
    """How a server may refuse a call that it is free to refuse. It may answer 404 to a model that it does not know."""
    return TOLERATED | {404} if refusable(call) else TOLERATED
