"""The one judge: watches every request and answer, whoever made them, and finds what they show of each requirement.

It sends nothing. It must see the exchanges of a run in their order, those of one organization's strangers included.
"""

from __future__ import annotations

from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, PATCH, RETRIEVE, WRITE_OPERATIONS
from contract_tests.http.target import Target
from contract_tests.oracle import attribution, errors
from contract_tests.oracle.assistants import Assistants
from contract_tests.oracle.attribution import features
from contract_tests.oracle.errors import ANY_REFUSAL, TOLERATED, Errors
from contract_tests.oracle.expectations import TEXTS, Call, Demand, demands, read
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.lists import Lists
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant, Write
from contract_tests.oracle.refusals import Refusals, Shape, shape
from contract_tests.requirements.findings import Findings, answer, brief

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
        self.lists = Lists(self.model, self.findings, self.assistant_judge, self.ignored_fields)
        self.refusals = Errors(self.model, self.findings)
        self.causes = Refusals()
        self._deviating: set[int] = set()
        self._verbs: dict[Shape, dict[str, tuple[bool, tuple[Exchange, ...]]]] = {}
        for id, role in ((target.bound_id, "primary"), (target.expendable_id, "sibling")):
            if id:
                self.model.assistants[id] = TrackedAssistant(id, "home", role)

    def observe(self, exchange: Exchange) -> None:
        """Judges one exchange and takes its effects into the model."""
        before = self._found()
        self._observe(exchange)
        if self._found() != before:
            self._deviating.add(exchange.number)

    def _found(self) -> int:
        doubts = self.lists.doubts + self.refusals.doubts
        return len(self.findings.violations) + len(self.causes.refused) + doubts

    def _observe(self, exchange: Exchange) -> None:
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

    def deviates(self, exchange: Exchange) -> bool:
        """Something was found against this exchange, or its call was refused, which some calls may be."""
        failed = not exchange.response.accepted and read(exchange.request).operation not in self.causes.succeeded
        return failed or exchange.number in self._deviating

    def refuses_good_creates(self, exchange: Exchange) -> bool:
        """This create was refused though it is good, and none was accepted so far."""
        refused = self.causes.refused[-1:]
        mine = any(each.exchange is exchange and each.call.operation == CREATE for each in refused)
        return mine and CREATE not in self.causes.succeeded

    def refused_by_limiter(self, exchange: Exchange) -> None:
        """Takes in that a change was refused with 429, so that it is noticed if it had an effect."""
        call = read(exchange.request)
        if call.operation in WRITE_OPERATIONS:
            self.model.log.append(Write(exchange, call, False, "rate/refused-changes-nothing", call.id))

    def conclude(self) -> None:
        """Decides what only the whole run can: which of several features a call was refused for, and the two verbs."""
        self.refusals.conclude(self.causes.is_accepted)
        self._drop_what_never_succeeds()
        for requirement, refused in self.causes.causes():
            self.findings.add_violation(
                requirement, "to be accepted", answer(refused.exchange), *refused.shown, refused.exchange
            )
        for body, verbs in self._verbs.items():
            if len(verbs) == 2:
                self._compare(", ".join(sorted(name for name, _ in body)) or "no field", verbs)
        self._verbs = {}
        self.lists.conclude()

    def _drop_what_never_succeeds(self) -> None:
        """Of an operation that never succeeds nothing else is judged: its one violation says so."""
        never = self.causes.never()
        self.findings.violations = [
            each
            for each in self.findings.violations
            if not each.exchanges or read(each.exchanges[-1].request).operation not in never
        ]

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
        if not exchange.response.body:
            return  # nothing has no type
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
        if not call.operation:
            return
        if exchange.response.status == 501 and not self._demands(call, tracked) and not call.free:
            self._refused(exchange, call, tracked)
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
        elif (
            exchange.response.status == 404
            and tracked
            and call.operation in self.causes.succeeded
            and not self._given_up(call, tracked)
        ):
            self._lost(exchange, call, tracked)
        else:
            self._refused(exchange, call, tracked)
        if call.operation in MODIFIES:
            self._by_verb(exchange, call, False, tracked)

    def _refused(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        shown = tuple(tracked.trail[:1]) if tracked else ()
        self.causes.refuse(exchange, call, shown, self._features(exchange, call, tracked)[0])

    def _given_up(self, call: Call, tracked: TrackedAssistant) -> bool:
        return call.operation == DELETE and tracked.id == self.target.expendable_id

    def _odd_cursor(self, call: Call) -> bool:
        cursors = {call.parameters[name] for name in ("after", "before") if name in call.parameters}
        return not cursors <= {tracked.id for tracked in self.model.present(ORGANIZATIONS[call.role])}

    def _tolerated(self, exchange: Exchange, call: Call) -> None:
        self._deviating.add(exchange.number)
        for choice in call.free:
            self.findings.choices[choice].add("refused")
        if call.operation in WRITE_OPERATIONS:
            absurd = "ignored/absurd-values-are-harmless" if call.absurd else ""
            otherwise = "modify/bad-body-changes-nothing" if call.operation in MODIFIES else "create/name-is-text"
            self.model.log.append(Write(exchange, call, False, absurd or otherwise, call.id))
            if absurd:
                self.findings.hold(absurd, call.operation)

    def _not_accepted(self, exchange: Exchange, call: Call, requirement: str) -> None:
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
        for choice in call.free:
            self.findings.choices[choice].add("accepted")
        if not call.absurd:
            self.causes.accept(exchange, call)
        self._status(exchange, call)
        if call.operation == LIST:
            self.lists.page(exchange, call)
        elif call.operation == CREATE:
            self._created(exchange, call)
        elif call.operation == DELETE:
            assert tracked
            self._deleted(exchange, call, tracked)
        elif tracked:
            self._shown(exchange, call, tracked)

    def _status(self, exchange: Exchange, call: Call) -> None:
        status, judge = exchange.response.status, self.findings.judge
        if call.operation == CREATE:
            judge("create/status-200", status == 200, CREATE, "200", str(status), exchange)
        if exchange.request.method == "POST":
            self.findings.choices["post-status"].add(str(status))
        allowed = {200, 201} if exchange.request.method == "POST" else {200}
        # Of a create and of a delete the requirement that names the status says so.
        if status not in allowed and call.operation not in (CREATE, DELETE):
            for requirement in self._features(exchange, call, self.model.find(call.id))[:1]:
                self.findings.add_violation(requirement, "200", answer(exchange), exchange)

    def _created(self, exchange: Exchange, call: Call) -> None:
        document = exchange.response.json
        self.assistant_judge.shape(exchange, document)
        before = len(self.findings.violations)
        id = document.get("id") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(id, str) or not id:
            return
        judge = self.findings.judge
        judge(
            "create/id-is-asst-hyphen",
            id.startswith("asst-") and len(id) > 5,
            CREATE,
            "asst- and a project id",
            id,
            exchange,
        )
        taken = self.model.find(id)
        earlier = taken.trail[:1] if taken else []
        if not judge(
            "create/ids-are-unique",
            not self.model.has_seen(id),
            CREATE,
            "an id of its own",
            f"{id}, which is another's",
            *earlier,
            exchange,
        ):
            if exchange.request.group:
                self.findings.add_violation(
                    "parallel/creates-all-kept", "an assistant for each create", f"{id} again", exchange
                )
            return
        self._take_in(exchange, call, document)
        self._grant(CREATE, before)

    def _grant(self, operation: str, before: int) -> None:
        """An operation counts as accepted only by an answer in which nothing was found to be wrong but its schema."""
        if len(self.findings.violations) == before:
            self.findings.accepted.add(operation)

    def _take_in(self, exchange: Exchange, call: Call, document: dict[str, Json]) -> None:
        """A new assistant, known from now on, be it as it should or not."""
        organization = ORGANIZATIONS[call.role]
        self._welcome(call)
        self.ignored_fields.remember(exchange, call)
        self.ignored_fields.judge(exchange, call, document, organization)
        tracked = TrackedAssistant(
            document["id"], organization, call.role, document, trail=[exchange], read_at=len(self.model.log)
        )
        if "odd-body" not in call.free:
            self.assistant_judge.created(exchange, call, document)
            tracked.given = {name: call.fields[name] for name in TEXTS if name in call.fields}
        self.model.assistants[tracked.id] = tracked
        self.model.log.append(Write(exchange, call, True, "", tracked.id))

    def _welcome(self, call: Call) -> None:
        """A create or a modify was accepted: what it was to be accepted for holds."""
        for name in call.ignored:
            if name not in call.absurd:
                self.findings.hold(f"ignored/{name}-accepted", call.operation)
        if "reasoning_effort" in call.fields:
            self.findings.hold("ignored/reasoning-effort-accepted", call.operation)
        if call.operation == CREATE and call.fields.keys() == {"name"}:
            self.findings.hold("create/name-suffices", CREATE)

    def _shown(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
        """A retrieve or a modify that answered, of an assistant that is known."""
        document = exchange.response.json
        self.assistant_judge.shape(exchange, document)
        before = len(self.findings.violations)
        if not isinstance(document, dict):
            return
        self.ignored_fields.judge(exchange, call, document, tracked.organization)
        if call.operation in MODIFIES:
            self._modified(exchange, call, tracked, document)
        else:
            self.assistant_judge.read(exchange, call, tracked, document)
        self._grant(call.operation, before)
        if tracked.role != call.role:
            self.findings.hold("org/shared-by-its-keys", call.operation)

    def _modified(self, exchange: Exchange, call: Call, tracked: TrackedAssistant, document: dict[str, Json]) -> None:
        self._welcome(call)
        self.ignored_fields.remember(exchange, call)
        right = "odd-body" in call.free or self.assistant_judge.modified(exchange, call, tracked, document)
        self._by_verb(exchange, call, right, tracked)
        if tracked.document:
            tracked.earlier.append(tracked.document)
        tracked.document = self._expected_after(call, document)
        tracked.given |= {name: call.fields[name] for name in TEXTS if name in call.fields}
        tracked.trail.append(exchange)
        tracked.wrote = Write(exchange, call, True, "", tracked.id)
        self.model.log.append(tracked.wrote)
        if call.fields.get("instructions") == "":
            self.findings.choices["cleared-instructions"].add(repr(document.get("instructions")))

    def _expected_after(self, call: Call, document: dict[str, Json]) -> dict[str, Json]:
        """What reads are to show: the answer, but for what it evidently answered wrongly."""
        wanted = dict(document)
        for name in TEXTS:
            sent = call.fields.get(name)
            if isinstance(sent, str) and sent and not call.free and not same(sent, document.get(name)):
                wanted[name] = sent
        return wanted

    def _by_verb(self, exchange: Exchange, call: Call, right: bool, tracked: TrackedAssistant | None) -> None:
        """Keeps what came of a body by POST and by PATCH, the first that went wrong foremost.

        Bodies are alike that have the same fields with the same values, but for the words of a text.
        """
        if call.free or exchange.request.group or not isinstance(call.body, dict):
            return
        verbs = self._verbs.setdefault(shape(exchange, call), {})
        if verbs.get(exchange.request.method, (True,))[0]:
            verbs[exchange.request.method] = (right, (*(tracked.trail[:1] if tracked else ()), exchange))

    def _compare(self, body: str, verbs: dict[str, tuple[bool, tuple[Exchange, ...]]]) -> None:
        """The two verbs against each other: both right, or both wrong, is alike."""
        wrong = next((method for method, (right, _) in verbs.items() if not right), "PATCH")
        shown = verbs[wrong][1]
        self.findings.judge(
            "modify/post-and-patch-alike",
            verbs["POST"][0] == verbs["PATCH"][0],
            PATCH,
            f"a body with {body}: the same effect by POST and by PATCH",
            f"as it should be by {'POST' if wrong == 'PATCH' else 'PATCH'}, but not by {wrong}: {answer(shown[-1])}",
            *shown,
        )

    def _deleted(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
        body = exchange.response.json
        expected = {"id": tracked.id, "object": "assistant.deleted", "deleted": True}
        body = body if isinstance(body, dict) else {}
        right = all(same(body.get(name), value) for name, value in expected.items())
        if self.findings.judge(
            "delete/answers-deleted",
            right and exchange.response.status == 200,
            DELETE,
            f"200 {brief(expected)}",
            answer(exchange),
            *tracked.trail[:1],
            exchange,
        ):
            self.findings.accepted.add(DELETE)
        if tracked.role != call.role:
            self.findings.hold("org/shared-by-its-keys", DELETE)
        if tracked.id == self.target.expendable_id:
            self.findings.hold("delete/self-is-the-keys-own", DELETE)
        tracked.gone = True
        tracked.trail.append(exchange)
        self.model.log.append(Write(exchange, call, True, "", tracked.id))


def _unknown_statuses(id: str) -> frozenset[int]:
    """An id that looks like one is answered 404; what no id looks like may be refused otherwise."""
    plain = id.startswith("asst-") and set(id) <= ORDINARY and len(id) <= 80
    return frozenset({404}) if plain else ANY_REFUSAL
