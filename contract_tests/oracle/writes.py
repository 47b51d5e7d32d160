"""Judges the answer of an accepted create, modify, delete or retrieve, and records its effect in the model."""

from __future__ import annotations

from contract_tests.http.guard import items
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import id_prefixes, id_requirement, ignored_fields
from contract_tests.http.operations import CREATE, DELETE, LIST, METHODS, MODIFIES, RETRIEVE
from contract_tests.http.target import Target
from contract_tests.oracle.assistants import Assistants
from contract_tests.oracle.attribution import IDENTITY
from contract_tests.oracle.calls import TEXTS, Call, own_fields
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.kept_fields import about_kept_fields
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant, Write
from contract_tests.oracle.refusals import FEW, is_plain_create
from contract_tests.oracle.verbs import Verbs
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings, answer, brief

# The requirement that is violated by another status than success has.
STATUS = {LIST: "list/envelope", RETRIEVE: "retrieve/equals-created", **dict.fromkeys(MODIFIES, "modify/partial")}


class Writes:
    def __init__(
        self,
        target: Target,
        model: Model,
        findings: Findings,
        verbs: Verbs,
        assistants: Assistants,
        ignored: IgnoredFields,
    ) -> None:
        self.target = target
        self.model = model
        self.findings = findings
        self.verbs = verbs
        self.assistant_judge = assistants
        self.ignored_fields = ignored
        self._made, self._repeated = 0, 0  # creates with an id of their own, and with another's

    @property
    def makes_nothing(self) -> bool:
        """True if all creates answer one id: no assistant can be told from another, whatever is read of it."""
        return self._made <= 1 and self._repeated >= FEW

    def status(self, exchange: Exchange, call: Call) -> None:
        status, judge = exchange.response.status, self.findings.judge
        if call.operation == CREATE:
            judge("create/status-200", status == 200, CREATE, "200", str(status), exchange)
        if self.verbs.defers_status(exchange, call):
            return
        allowed = {200, 201} if exchange.request.method == METHODS[CREATE] else {200}
        # For a create and for a delete, another requirement names the status.
        if status not in allowed and call.operation not in (CREATE, DELETE):
            requirement = "modify/empty-body-changes-nothing" if call.body == {} else STATUS[call.operation]
            self.findings.add_violation(requirement, "200", answer(exchange), exchange)

    # page, Mapping: "id | asst-<projectId>"
    def created(self, exchange: Exchange, call: Call) -> None:
        document = exchange.response.json
        taken = self._take_over(exchange, call, document)
        self.assistant_judge.shape(exchange, document, taken)
        before = len(self.findings.violations)
        id = document.get("id") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(id, str) or not id:
            self._note_unread(exchange, call)
            return
        judge = self.findings.judge
        if "id" not in taken:
            judge(
                id_requirement(),
                id.startswith(id_prefixes()) and id not in id_prefixes(),
                CREATE,
                f"{' or '.join(id_prefixes())} and the rest of an id",
                id,
                exchange,
            )
        holder = self.model.find(id)
        if holder and "id" in taken:
            holder.document = None
            return
        earlier = holder.trail[:1] if holder else []
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
            self.model.log.append(Write(exchange, call, True, "", id))
            self._repeated += 1
            return
        self._made += 1
        self._add(exchange, call, document, taken)
        self._grant(CREATE, before)

    def _note_unread(self, exchange: Exchange, call: Call) -> None:
        """Nothing is expected of an assistant whose create answered no right JSON: only its id is known."""
        for item in items(exchange.response.json_or_guess):
            if not self.model.has_seen(item["id"]):
                self.model.assistants[item["id"]] = TrackedAssistant(item["id"], "", call.role, trail=[exchange])

    def _take_over(self, exchange: Exchange, call: Call, document: Json) -> set[str]:
        """The fields of the identity that the answer has as they were sent. Each is a violation."""
        shown = document if isinstance(document, dict) else {}
        sent = {name: call.fields[name] for name in IDENTITY if name in call.fields}
        taken = {name for name, value in sent.items() if value != "assistant" and same(shown.get(name), value)}
        for name in sorted(taken):
            expected, actual = f"{name} that the server chose", f"{name} {brief(shown[name])}, as sent"
            self.findings.add_violation("create/identity-is-the-servers", expected, actual, exchange)
        if sent and not taken:
            self.findings.hold("create/identity-is-the-servers", CREATE)
        return taken

    def _grant(self, operation: str, before: int) -> None:
        """Marks an operation as accepted, unless its answer had a fault. The schema and kept fields do not count."""
        if all(each.requirement in about_kept_fields() for each in self.findings.violations[before:]):
            self.findings.accepted.add(operation)

    def _add(self, exchange: Exchange, call: Call, document: dict[str, Json], taken: set[str]) -> None:
        """Adds a new assistant to the model, also if the assistant is wrong."""
        organization = ORGANIZATIONS[call.role]
        self._welcome(call)
        self.ignored_fields.remember(exchange, call)
        self.ignored_fields.judge(exchange, call, document, organization)
        tracked = TrackedAssistant(
            document["id"],
            organization,
            call.role,
            document,
            trail=[exchange],
            read_at=len(self.model.log),
            listed_at=len(self.model.log),
            taken=taken,
            lost="id" in taken,
        )
        if "odd-body" not in call.free:
            self.assistant_judge.created(exchange, call, document, taken)
            tracked.given = {name: call.fields[name] for name in own_fields() if name in call.fields}
        self.model.assistants[tracked.id] = tracked
        self.model.log.append(Write(exchange, call, True, "", tracked.id))

    # page, Create an assistant: "No (accepted, ignored)"
    def _welcome(self, call: Call) -> None:
        """Records the requirements that hold because a create or a modify was accepted."""
        for name in call.ignored:
            if name not in call.absurd:
                self.findings.hold(ignored_fields()[name].accepted_id, call.operation)
        if is_plain_create(call):
            self.findings.hold(catalogue.never_succeeds()[CREATE], CREATE)

    def judge_shown(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
        """Judges the answer of a retrieve or a modify of a known assistant."""
        document = exchange.response.json
        if not exchange.response.body and exchange.response.status != 200:
            tracked.document = None  # the status has its violation, and such an answer has no document
            return
        self.assistant_judge.shape(exchange, document, {*self._held_to_before(call, tracked), *tracked.taken})
        before = len(self.findings.violations)
        if not isinstance(document, dict) or (call.operation == RETRIEVE and "id" not in document):
            return  # no assistant
        self.ignored_fields.judge(exchange, call, document, tracked.organization)
        if call.operation in MODIFIES:
            self._modified(exchange, call, tracked, document)
        else:
            self.assistant_judge.judge_shown(exchange, call, tracked, document)
        self._grant(call.operation, before)
        if tracked.role != call.role:
            self.findings.hold("org/shared-by-its-keys", call.operation)

    def _held_to_before(self, call: Call, tracked: TrackedAssistant) -> tuple[str, ...]:
        """The fields of a modify's answer that are compared to their values before, whatever the schema says."""
        known = call.operation in MODIFIES and tracked.document
        return tuple(name for name in IDENTITY if name in (tracked.document or {})) if known else ()

    def _modified(self, exchange: Exchange, call: Call, tracked: TrackedAssistant, document: dict[str, Json]) -> None:
        self._welcome(call)
        self.ignored_fields.remember(exchange, call)
        before = len(self.findings.violations)
        right = "odd-body" in call.free or self.assistant_judge.modified(exchange, call, tracked, document)
        found = self.findings.violations[before:]
        if any(each.accused or each.others for each in found):
            self.verbs.spoil(call.id)
        # The time may decide a fault of the identity alone, and not the verb.
        elif {each.requirement for each in found} != {"modify/keeps-identity"}:
            self.verbs.note_result(exchange, call, right, tracked)
        if not right:
            self._note_taken(call, tracked, document)
        if tracked.document:
            tracked.earlier.append(tracked.document)
        tracked.document = self._expected_after(call, tracked.document or {}, document)
        tracked.given |= {name: call.fields[name] for name in own_fields() if name in call.fields}
        tracked.replaced = {}
        tracked.answered = {name: document[name] for name in own_fields() if name in document}
        tracked.trail.append(exchange)
        tracked.wrote = Write(exchange, call, True, "", tracked.id)
        self.model.log.append(tracked.wrote)

    def _note_taken(self, call: Call, tracked: TrackedAssistant, document: dict[str, Json]) -> None:
        """A modify has the violation if it took an identity over. The assistant may be found by neither id then."""
        tracked.taken |= {
            name for name in IDENTITY if name in call.fields and same(call.fields[name], document.get(name))
        }
        tracked.lost = tracked.lost or "id" in tracked.taken

    def _expected_after(self, call: Call, before: dict[str, Json], document: dict[str, Json]) -> dict[str, Json]:
        """The document that later calls must show: the answer, with its wrong texts and its wrong kind corrected."""
        wanted = dict(document)
        if "object" in before and "object" in document:
            wanted["object"] = before["object"]
        for name in TEXTS:
            sent, shown = call.fields.get(name), document.get(name)
            is_wrong = not same(sent, shown) if sent else bool(shown)
            if isinstance(sent, str) and not call.free and is_wrong:
                wanted[name] = sent or None
        return wanted

    # page, Delete: "Returns: { "id": "asst-abc", "object": "assistant.deleted", "deleted": true }"
    def deleted(self, exchange: Exchange, call: Call, tracked: TrackedAssistant) -> None:
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
