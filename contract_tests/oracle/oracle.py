"""The one judge: watches every request and answer, whoever made them, and finds what they show of each requirement.

It sends nothing. It must see the exchanges of a run in their order, those of one organization's strangers included.
"""

from __future__ import annotations

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, RETRIEVE, WRITE_OPERATIONS
from contract_tests.http.target import Target
from contract_tests.oracle import attribution, errors
from contract_tests.oracle.assistants import Assistants
from contract_tests.oracle.attribution import features
from contract_tests.oracle.errors import ANY_REFUSAL, TOLERATED, Errors
from contract_tests.oracle.expectations import Call, Demand, demands, read
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.lists import Lists
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant, Write
from contract_tests.oracle.writes import Writes
from contract_tests.requirements.findings import Findings, answer

UNKNOWN = {
    RETRIEVE: "retrieve/unknown-is-404",
    DELETE: "delete/unknown-is-404",
    **dict.fromkeys(MODIFIES, "modify/unknown-is-404"),
}
ORDINARY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class Oracle:
    """`observe` each exchange, then `conclude`; `findings` tells what came of it."""

    def __init__(self, target: Target, tag: str) -> None:
        self.target = target
        self.model = Model(tag)
        self.findings = Findings()
        self.assistant_judge = Assistants(self.model, self.findings)
        self.ignored_fields = IgnoredFields(self.model, self.findings)
        self.writes = Writes(target, self.model, self.findings, self.assistant_judge, self.ignored_fields)
        self.lists = Lists(self.model, self.findings, self.assistant_judge, self.ignored_fields)
        self.refusals = Errors(self.model, self.findings)
        self._mixed: list[tuple[Exchange, Call, list[str]]] = []
        for id, role in ((target.bound_id, "primary"), (target.expendable_id, "sibling")):
            if id:
                self.model.assistants[id] = TrackedAssistant(id, "home", role)

    def observe(self, exchange: Exchange) -> None:
        """Judges one exchange and takes its effects into the model."""
        call, status = read(exchange.request), exchange.response.status
        if exchange.request.method == "OPTIONS" and dict(exchange.request.headers).get("origin"):
            errors.judge_preflight(self.findings, exchange)
        elif status == 0 or status >= 500:
            self._crash(exchange, call)
        elif call.unclear:
            self.findings.hold("errors/never-5xx", LIST)
        elif not call.operation:
            self.refusals.nowhere(exchange, call)
            self.findings.hold("errors/never-5xx", LIST)
        else:
            self.findings.hold("errors/never-5xx", call.operation)
            self._operation(exchange, call)

    def refused_by_limiter(self, exchange: Exchange) -> None:
        """Takes in that a change was refused with 429, so that it is noticed if it had an effect."""
        call = read(exchange.request)
        if call.operation in WRITE_OPERATIONS:
            self.model.log.append(Write(exchange, call, False, "rate/refused-changes-nothing", call.id))

    def conclude(self) -> None:
        """Decides what only the whole run can: which of several features a call was refused for, and the two verbs."""
        for exchange, call, wanted in self._mixed:
            guilty = [name for name in wanted if not self.findings.held[name]] or wanted
            for requirement in guilty:
                self._not_accepted(exchange, call, requirement)
        self._mixed = []
        self.writes.conclude()
        self.lists.conclude()

    def _operation(self, exchange: Exchange, call: Call) -> None:
        self._content_type(exchange, call)
        if exchange.response.refused:
            self.refusals.envelope(exchange, call)
        tracked = self.model.find(call.id)
        if wanted := self._demands(call, tracked):
            self._demanded(exchange, call, wanted, tracked)
        elif call.id and tracked is None:
            return  # somebody else's, or an id that an implementation may read as another
        elif exchange.response.accepted:
            self._accepted(exchange, call, tracked)
        else:
            self._rejected(exchange, call, tracked)

    def _content_type(self, exchange: Exchange, call: Call) -> None:
        kind = exchange.response.headers.get("content-type", "(none)")
        self.findings.judge(
            "errors/json-content-type",
            kind.partition(";")[0].strip().lower() == "application/json",
            call.operation,
            "content-type: application/json",
            f"content-type: {kind}",
            exchange,
        )

    def _demands(self, call: Call, tracked: TrackedAssistant | None) -> list[Demand]:
        found = demands(call)
        if call.id and not any(demand.requirement.startswith("auth/") for demand in found):
            found += self._state_demands(call, tracked)
        return found

    # page, Authentication: "Assistants are scoped to the organization the key belongs to — not the key's default
    # project."
    def _state_demands(self, call: Call, tracked: TrackedAssistant | None) -> list[Demand]:
        if tracked is None:
            if self.model.has_seen(call.id) or self.model.has_seen(f"asst-{call.id}"):
                return []
            return [Demand(UNKNOWN[call.operation], _unknown_statuses(call.id), UNKNOWN[call.operation])]
        if tracked.organization != ORGANIZATIONS[call.role]:
            return [Demand("org/closed-to-others", ANY_REFUSAL, "org/closed-to-others")]
        if tracked.gone:
            return [Demand("delete/gone", frozenset({404}), "delete/gone")] if tracked.trail else []
        bound = (self.target.bound_id, "primary"), (self.target.expendable_id, "sibling")
        if call.operation == DELETE and (tracked.id, call.role) in bound:
            return [Demand("delete/self-refused", frozenset({400}), "delete/self-survives")]
        return []

    def _demanded(self, exchange: Exchange, call: Call, wanted: list[Demand], tracked: TrackedAssistant | None) -> None:
        right = self.refusals.demanded(exchange, call, wanted)
        if exchange.response.accepted:
            self._adopt(exchange, call, tracked)
        elif call.operation in WRITE_OPERATIONS:
            self.model.log.append(Write(exchange, call, False, wanted[0].effect, call.id))
        if right and tracked and tracked.gone and call.operation in UNKNOWN:
            self.findings.hold("delete/gone", call.operation)

    def _adopt(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        """Takes in what a call did that should have done nothing, without expecting anything of it."""
        document = exchange.response.json
        id = document.get("id") if isinstance(document, dict) else None
        if call.operation == CREATE and isinstance(id, str) and id not in self.model.assistants:
            organization = ORGANIZATIONS.get(call.role, "home")
            self.model.assistants[id] = TrackedAssistant(id, organization, call.role, trail=[exchange])
        elif call.operation == DELETE and tracked:
            tracked.gone, tracked.document = True, None
        elif call.operation in MODIFIES and tracked:
            tracked.document = None
        if call.operation in WRITE_OPERATIONS:
            self.model.log.append(Write(exchange, call, False, "", call.id or str(id)))

    def _crash(self, exchange: Exchange, call: Call) -> None:
        """A 5xx or no answer: a violation by itself, and of what was demanded. Its effects are anybody's guess."""
        tracked = self.model.find(call.id)
        self.findings.add_violation("errors/never-5xx", "an answer below 500", answer(exchange), exchange)
        if call.absurd:
            absurd = "ignored/absurd-values-are-harmless"
            self.findings.add_violation(absurd, "ignored, or refused with 400", answer(exchange), exchange)
        if not call.operation:
            self.refusals.nowhere(exchange, call)
            return
        wanted = self._demands(call, tracked)
        for demand in wanted:
            self.findings.add_violation(demand.requirement, "a refusal", answer(exchange), exchange)
        if not wanted and not call.free and exchange.response.status:
            for requirement in self._features(exchange, call, tracked)[:1]:
                self._not_accepted(exchange, call, requirement)
        if tracked and call.operation in (*MODIFIES, DELETE):
            tracked.document = None
            tracked.lost = tracked.lost or call.operation == DELETE
        if call.operation in WRITE_OPERATIONS:
            self.model.log.append(Write(exchange, call, False, "errors/never-5xx", call.id))

    def _rejected(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        """Judges a call that nothing forbids and that was not accepted all the same."""
        if call.free and exchange.response.status in TOLERATED:
            self._tolerated(exchange, call)
        elif call.operation == LIST and exchange.response.refused and self._odd_cursor(call):
            pass  # refusing it is one way not to give the first page again
        elif call.free <= {"odd-body", "odd-query"} and call.free:
            pass  # what a service does with what parsers disagree on is its own affair
        elif exchange.response.status == 404 and tracked and not self._given_up(call, tracked):
            self._lost(exchange, call, tracked)
        else:
            features = self._features(exchange, call, tracked)
            if len(features) == 1:
                self._not_accepted(exchange, call, features[0])
            else:
                self._mixed.append((exchange, call, features))
        if call.operation in MODIFIES:
            self.writes.by_verb(exchange, call, False, tracked)

    def _given_up(self, call: Call, tracked: TrackedAssistant) -> bool:
        return call.operation == DELETE and tracked.id == self.target.expendable_id

    def _odd_cursor(self, call: Call) -> bool:
        cursors = {call.parameters[name] for name in ("after", "before") if name in call.parameters}
        return not cursors <= {tracked.id for tracked in self.model.present(ORGANIZATIONS[call.role])}

    def _tolerated(self, exchange: Exchange, call: Call) -> None:
        if call.operation in WRITE_OPERATIONS:
            absurd = "ignored/absurd-values-are-harmless" if call.absurd else ""
            otherwise = "modify/bad-body-changes-nothing" if call.operation in MODIFIES else "create/name-is-text"
            self.model.log.append(Write(exchange, call, False, absurd or otherwise, call.id))
            if absurd:
                self.findings.hold(absurd, call.operation)

    def _not_accepted(self, exchange: Exchange, call: Call, requirement: str) -> None:
        self.findings.refused.setdefault(call.operation, exchange.response.status)
        tracked = self.model.find(call.id)
        self.findings.add_violation(
            requirement, "to be accepted", answer(exchange), *(tracked.trail[:1] if tracked else ()), exchange
        )

    def _lost(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
        if not tracked.trail and tracked.document is None:
            tracked.gone = True  # declared by the target, and not there
            return
        if call.operation in MODIFIES and tracked.read_at == len(self.model.log):
            self._not_accepted(exchange, call, self._features(exchange, call, tracked)[0])
            return
        requirement, shown = attribution.loss(self.model, tracked, call.role, "retrieve/equals-created")
        tracked.lost = True
        self.findings.add_violation(
            requirement, f"{tracked.id} is there", answer(exchange), *tracked.trail[:1], *shown, exchange
        )

    def _features(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> list[str]:
        return features(call, exchange, tracked, self.target, self.findings.accepted)

    def _accepted(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        self.writes.status(exchange, call)
        if call.operation == LIST:
            self.lists.page(exchange, call)
        elif call.operation == CREATE:
            self.writes.created(exchange, call)
        elif call.operation == DELETE:
            assert tracked
            self.writes.deleted(exchange, call, tracked)
        elif tracked:
            self.writes.shown(exchange, call, tracked)


def _unknown_statuses(id: str) -> frozenset[int]:
    """An id that looks like one is answered 404; what no id looks like may be refused otherwise."""
    plain = id.startswith("asst-") and set(id) <= ORDINARY and len(id) <= 80
    return frozenset({404}) if plain else ANY_REFUSAL
