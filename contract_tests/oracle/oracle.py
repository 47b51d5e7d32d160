"""Watches every exchange of a run, and notes the violations of each requirement.

The oracle sends nothing. It must see all exchanges of a run in their order, from every generator and with every key.
"""

from __future__ import annotations

from contract_tests.http.guard import READS
from contract_tests.http.messages import Exchange
from contract_tests.http.openapi import id_requirement, ignored_fields, optional_operations
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, WRITE_OPERATIONS
from contract_tests.http.target import Target
from contract_tests.oracle import errors
from contract_tests.oracle.acceptance import features
from contract_tests.oracle.assistants import Assistants
from contract_tests.oracle.browsers import judge_origin, judge_preflight
from contract_tests.oracle.calls import Call
from contract_tests.oracle.consequences import drop_alike, drop_kept, drop_operations
from contract_tests.oracle.doubts import doubt_the_likes_of, doubt_what_is_named
from contract_tests.oracle.errors import Errors
from contract_tests.oracle.expectations import Demand, negotiates, parse_call
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.lists import Lists
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant
from contract_tests.oracle.refusals import ACCEPTANCE, NOT_OFFERED, Refusals, is_plain_create
from contract_tests.oracle.rejections import Rejections
from contract_tests.oracle.states import UNKNOWN, all_demands, is_bound
from contract_tests.oracle.unanswered import Unanswered
from contract_tests.oracle.verbs import Verbs
from contract_tests.oracle.writes import Writes
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Candidate, Findings, answer


class Oracle:
    """`observe` each exchange, then `conclude`; `findings` has the result.

    `unreadable_by` is the requirement that a call violated when it made the list unreadable; empty while lists can be
    read.
    `second_key_is_refused` says that the second key was refused, because its own assistant is gone.
    """

    def __init__(self, target: Target, tag: str) -> None:
        self.target = target
        self.model = Model(tag)
        self.findings = Findings()
        self.assistant_judge = Assistants(self.model, self.findings)
        self.ignored_fields = IgnoredFields(self.model, self.findings)
        self.verbs = Verbs(self.model, self.findings)
        self.writes = Writes(target, self.model, self.findings, self.verbs, self.assistant_judge, self.ignored_fields)
        self.lists = Lists(self.model, self.findings, self.assistant_judge, self.ignored_fields)
        self.errors = Errors(self.model, self.findings)
        self.refusals = Refusals()
        self.rejections = Rejections(target, self.model, self.findings, self.refusals, self.verbs, self.ignored_fields)
        self.unanswered = Unanswered(target, self.model, self.findings, self.errors, self.rejections)
        self.unreadable_by = ""
        self.second_key_is_refused = False
        self._deviating: set[int] = set()
        # The refusals by an operation that a server may leave out, each with its demands.
        self._perhaps_left_out: list[tuple[Exchange, Call, list[Demand]]] = []
        for id, role in ((target.bound_id, "primary"), (target.expendable_id, "sibling")):
            if id:
                self.model.assistants[id] = TrackedAssistant(id, "home", role)

    def inherit(self, earlier: Oracle) -> None:
        """Takes over from an oracle of the same target: the accepted calls, the violated requirements, the constants,
        and which of the declared assistants are there. Their contents may have changed since."""
        self.refusals.inherit(earlier.refusals)
        self.findings.accepted |= earlier.findings.accepted
        self.findings.known |= earlier.findings.violated
        self.model.constants |= earlier.model.constants
        self.ignored_fields.inherit(earlier.ignored_fields)
        for id, mine in self.model.assistants.items():
            known = earlier.model.assistants[id]
            mine.gone, mine.lost, mine.unsettled = known.gone, known.lost, known.unsettled

    def observe(self, exchange: Exchange) -> None:
        """Judges one exchange and takes its effects into the model."""
        before = self._found()
        self.findings.timing.begin(exchange)
        self._observe(exchange)
        if self._found() != before:
            self._deviating.add(exchange.number)

    def is_readable(self, exchange: Exchange) -> bool:
        """False for a list or a retrieve that crashed, or whose accepted answer is no JSON object."""
        crashed = not exchange.response.status or exchange.response.status >= 500
        return not crashed and (not exchange.response.accepted or isinstance(exchange.response.json, dict))

    def blame(self, cause: Exchange, unreadable: Exchange) -> None:
        """Adds the violation of a call after which a list or an assistant cannot be read.

        Lists that cannot be read are not judged from now on, until a list can be read again. A read that was not
        answered in time accuses no call.
        """
        if unreadable.response.hung:
            self.observe(unreadable)
            return
        operation = parse_call(unreadable.request).operation
        requirement = "errors/never-5xx"
        if unreadable.response.accepted:
            absurd = parse_call(cause.request).absurd
            requirement = "ignored/absurd-values-are-harmless" if absurd else catalogue.never_succeeds()[operation]
        if operation == LIST:
            self.unreadable_by = requirement
        expected = "an answer that can be read after this call"
        self.findings.add_violation(requirement, expected, answer(unreadable), cause, unreadable)

    def _is_spoiled(self, exchange: Exchange, call: Call) -> bool:
        """True for a list that cannot be read because of an earlier call, which has its violation already."""
        if call.operation == LIST and self.unreadable_by and not self.is_readable(exchange):
            self.findings.block(self.unreadable_by, *features(call, exchange, None, self.target, set()))
            return True
        if call.operation == LIST and exchange.response.accepted:
            self.unreadable_by = ""
        return False

    def _names_a_slash(self, exchange: Exchange, call: Call) -> bool:
        """True for a plain call on an assistant whose id has a slash: the path is odd, and still clear."""
        known = "/" in call.id and self.model.find(call.id) is not None
        return known and bool(call.operation) and not negotiates(exchange.request)

    def _found(self) -> int:
        doubts = self.lists.doubts + self.errors.doubts + self.ignored_fields.doubts
        excused = self.rejections.tolerated + self.unanswered.late
        excused += self.rejections.repeated + self.lists.repeated
        return len(self.findings.violations) + len(self.refusals.refused) + doubts + excused

    def _observe(self, exchange: Exchange) -> None:
        call, status = parse_call(exchange.request), exchange.response.status
        if exchange.request.method == "OPTIONS" and dict(exchange.request.headers).get("origin"):
            judge_preflight(self.findings, exchange)
        elif self._is_spoiled(exchange, call):
            self._deviating.add(exchange.number)
        elif exchange.response.too_large:
            pass  # the suite walks with a smaller limit
        elif call.role == "sibling" and status in (401, 403) and self.second_key_is_orphan:
            self.second_key_is_refused = True
        elif call.unheard and status in errors.UNHEARD_STATUSES:
            self.findings.hold(self.errors.requirement_of_no_operation(call), LIST)
        elif exchange.response.hung:
            self.unanswered.note_late(exchange, call)
        elif status == 0 or status >= 500:
            self.unanswered.note_crash(exchange, call)
        elif call.unclear and not self._names_a_slash(exchange, call):
            self.findings.hold("errors/never-5xx", LIST)
        elif not call.operation:
            self.errors.judge_no_operation(exchange, call)
            if exchange.response.accepted and exchange.request.method not in READS:
                doubt_what_is_named(self.model, exchange)
            self.findings.hold("errors/never-5xx", LIST)
        else:
            self.findings.hold("errors/never-5xx", call.operation)
            if dict(exchange.request.headers).get("origin"):
                judge_origin(self.findings, exchange)
            self._operation(exchange, call)

    @property
    def second_key_is_orphan(self) -> bool:
        """True if the second key's own assistant is gone. A server may refuse such a key."""
        return self.model.is_gone(self.target.expendable_id or "")

    def deviates(self, exchange: Exchange) -> bool:
        """True if this exchange has a violation, or if its call was not accepted and the operation never succeeded."""
        failed = (
            not exchange.response.accepted and parse_call(exchange.request).operation not in self.refusals.succeeded
        )
        return failed or exchange.number in self._deviating

    def refuses_good_creates(self, exchange: Exchange) -> bool:
        """This create failed though it is good: it has a name alone, or no create was accepted so far."""
        mine = next((each for each in self.refusals.refused[-1:] if each.exchange is exchange), None)
        if mine is None or mine.call.operation != CREATE:
            return False
        return CREATE not in self.refusals.succeeded or is_plain_create(mine.call)

    def is_not_offered(self, exchange: Exchange) -> bool:
        """True for the refusal of an operation that a server may leave out, and that never succeeded."""
        call, status = parse_call(exchange.request), exchange.response.status
        if not self._may_be_left_out(call):
            return False
        tracked = self.model.find(call.id)
        is_there = tracked is not None and not all_demands(call, tracked, self.model, self.target)
        return status in NOT_OFFERED or (status == 404 and is_there)

    def _may_be_left_out(self, call: Call) -> bool:
        return call.operation in optional_operations() and call.operation not in self.refusals.succeeded

    def find_known_refusal(self, operation: str) -> Exchange | None:
        """The last refusal of an operation that seems never to succeed, or its last call without an answer in time.
        None for any other operation."""
        return self.unanswered.find_last(operation) or self.refusals.find_last(operation)

    def blocks(self, requirement: str) -> bool:
        """True if the requirement needs an operation that seems never to succeed."""
        needs = catalogue.requirements()[requirement].needs
        return any(all(map(self.find_known_refusal, need)) for need in needs)

    def refused_by_limiter(self, exchange: Exchange) -> None:
        """Takes in that a change was refused with 429, so that it is noticed if it had an effect."""
        self.model.note_write(exchange, parse_call(exchange.request), "rate/refused-changes-nothing")

    def conclude(self) -> None:
        """Judges the refusals, and the two verbs of modify: both need the whole run."""
        never = self.refusals.never()
        causes = list(self.refusals.causes(never))

        def is_explained(exchange: Exchange, call: Call) -> bool:
            """A good call like this one was refused, or its operation never succeeded: that is the cause."""
            return call.operation in never or self.refusals.explains(exchange, call)

        self.findings.dead = self.refusals.dead()
        if self.writes.makes_nothing:
            # The requirements that one id for all creates may violate: the cause stands first.
            makes_nothing = (id_requirement(), "create/ids-are-unique")
            self.findings.dead[CREATE] = next(filter(self.findings.broken, makes_nothing))
            self.findings.accepted.clear()  # no call of such a server is a control of another
        for exchange, call, wanted in self._perhaps_left_out:
            if not self._may_be_left_out(call) and wanted:
                self.errors.demanded(exchange, call, wanted)
        self.errors.conclude(is_explained)
        drop_operations(self.findings, never)
        for requirement, refused in causes:
            candidates, last = [Candidate(requirement), *refused.others], refused.exchange
            self.findings.add_explained(candidates, ACCEPTANCE, answer(last), *refused.shown, last=last)
            # A field that is never accepted cannot be kept either.
            kept = [field.not_kept_id for field in ignored_fields().values() if field.accepted_id == requirement]
            self.findings.block(requirement, *kept)
        if not never.keys() & set(MODIFIES):
            self.verbs.conclude()
        self.lists.conclude()
        self.ignored_fields.conclude()
        drop_alike(self.findings)
        drop_kept(self.findings)
        self.findings.waive_unseen()

    def _operation(self, exchange: Exchange, call: Call) -> None:
        self._content_type(exchange, call)
        if exchange.response.refused:
            self.errors.envelope(exchange, call)
        tracked = self.model.find(call.id)
        wanted, status = all_demands(call, tracked, self.model, self.target), exchange.response.status
        is_as_demanded = any(status in demand.statuses for demand in wanted)
        if self._may_be_left_out(call) and status in (404, *NOT_OFFERED) and not is_as_demanded:
            self._perhaps_left_out.append((exchange, call, wanted))
        elif wanted:
            self._demanded(exchange, call, wanted, tracked)
        elif call.id and (tracked is None or not tracked.organization or tracked.unsettled):
            # Somebody else's, or an id that an implementation may read as another.
            self.model.note_write(exchange, call)
        elif call.operation == DELETE and tracked and tracked.lost and is_bound(call, tracked, self.target):
            self.rejections.repeated += 1  # the call after which the assistant was not found has the violation
        elif exchange.response.accepted:
            self._accepted(exchange, call, tracked)
        else:
            self.rejections.judge(exchange, call, tracked)

    def _content_type(self, exchange: Exchange, call: Call) -> None:
        response = exchange.response
        if not response.body or (response.refused and response.json is None):
            return  # nothing has no type, and errors/envelope says that a refusal is no JSON
        kind = exchange.response.headers.get("content-type", "(none)")
        self.findings.judge(
            "errors/json-content-type",
            kind.partition(";")[0].strip().lower() == "application/json",
            call.operation,
            "content-type: application/json",
            f"content-type: {kind}",
            exchange,
        )

    def _demanded(self, exchange: Exchange, call: Call, wanted: list[Demand], tracked: TrackedAssistant | None) -> None:
        right = self.errors.demanded(exchange, call, wanted)
        if exchange.response.accepted:
            self.assistant_judge.note_refused_values(call)
            self._adopt(exchange, call, tracked)
        elif call.operation in WRITE_OPERATIONS:
            self.ignored_fields.remember(exchange, call)
            self.model.note_write(exchange, call, wanted[0].effect)
        proves = all(demand.proves for demand in wanted)
        if right and proves and tracked and tracked.gone and call.operation in UNKNOWN:
            self.findings.hold("delete/gone", call.operation)

    def _adopt(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        """Records the effect of an accepted call that had to be refused. Nothing is expected of its assistant then."""
        document = exchange.response.json
        id = document.get("id") if isinstance(document, dict) else None
        if call.operation == CREATE and isinstance(id, str) and id not in self.model.assistants:
            organization = ORGANIZATIONS.get(call.role, "")  # nobody can tell where such a key puts an assistant
            self.model.assistants[id] = TrackedAssistant(id, organization, call.role, trail=[exchange])
        elif call.operation == DELETE and tracked:
            tracked.lost, tracked.document = True, None
        elif call.operation in MODIFIES and tracked:
            tracked.document = None
            if tracked.gone:
                tracked.organization = ""  # it may have been made again
        elif call.operation in (*MODIFIES, DELETE):
            doubt_the_likes_of(self.model, call)
            if call.operation != DELETE:  # it may have made the assistant
                self.model.assistants[call.id] = TrackedAssistant(call.id, "", call.role, trail=[exchange])
        self.model.note_write(exchange, call, id=call.id or str(id))

    def _accepted(self, exchange: Exchange, call: Call, tracked: TrackedAssistant | None) -> None:
        self.findings.silent.pop(call.operation, None)
        if not call.absurd:
            self.refusals.accept(exchange, call)
        self.writes.status(exchange, call)
        if call.operation == LIST:
            self.lists.page(exchange, call)
        elif call.operation == CREATE:
            self.writes.created(exchange, call)
        elif call.operation == DELETE:
            assert tracked
            self.writes.deleted(exchange, call, tracked)
        elif tracked:
            self.writes.judge_shown(exchange, call, tracked)
