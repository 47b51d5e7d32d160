"""The causes of refused good calls: decided at the end of a run, when it is known which like calls were accepted.

A refused call proves nothing by itself. Its cause is the difference between the call and the accepted call that is
most like it: the same operation, with fewer fields. An operation that never succeeds is one violation, whatever was
sent to it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contract_tests.http.messages import Exchange, Json
from contract_tests.http.openapi import ignored_fields, kept_fields, required_fields
from contract_tests.http.operations import CREATE, LIST, MODIFIES, WITH_A_BODY
from contract_tests.oracle.calls import TEXTS, Call
from contract_tests.oracle.kept_values import NULL
from contract_tests.oracle.model import TrackedAssistant
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Candidate

NOT_OFFERED = (405, 501)
# Refused good calls of an operation, after which the suite no longer sends the operation: calls that differ, or calls
# that are alike.
FEW, MANY = 3, 10
Item = tuple[str, str]
ODD_TEXT = "odd text"
ACCEPTANCE = "to be accepted"  # the expected answer to a good call
PLAIN = re.compile(r"[A-Za-z0-9 .,:;!?_-]*")
SHORT = 1000  # characters
Shape = frozenset[Item]
# The requirement that is violated if the list refuses this part of a query.
LIST_ITEMS: dict[Item, str] = {
    ("after", ""): "list/after",
    ("before", ""): "list/before",
    ("limit", ""): "list/limit",
    ("order", "asc"): "list/order-asc",
    ("order", "desc"): "list/newest-first",
}


@dataclass(frozen=True)
class Refused:
    """A good call that was refused, or crashed. `find_requirement` gives its requirement if no field of the body is
    the cause; it is called at the end of the run, when more is known. `tracked` is the assistant that the call names.
    `others` would explain the refusal as well.
    """

    exchange: Exchange
    call: Call
    shown: tuple[Exchange, ...]
    find_requirement: Callable[[], str]
    tracked: TrackedAssistant | None = None
    others: tuple[Candidate, ...] = ()

    @property
    def otherwise(self) -> str:
        return self.find_requirement()

    @property
    def crashed(self) -> bool:
        status = self.exchange.response.status
        return not status or (status >= 500 and status not in NOT_OFFERED)

    @property
    def is_plain(self) -> bool:
        """The refusal is not of an ignored field, of an empty body, or of the assistant that the target gives up."""
        offered = self.exchange.response.status not in NOT_OFFERED
        special = (
            self.call.ignored
            or self.call.kept
            or self.call.body == {}
            or self.otherwise == "delete/self-is-the-keys-own"
        )
        return not (offered and special)

    @property
    def is_of_lost(self) -> bool:
        """True if the assistant was not there, as is known at the end of the run. Its loss is the violation."""
        return self.exchange.response.status == 404 and bool(self.tracked and self.tracked.is_missed)

    @property
    def shape(self) -> Shape:
        return shape(self.exchange, self.call)


class Refusals:
    """`succeeded` has the operations that answered a good call with success. `guilty` has, after `causes`, each field
    and value that an operation refuses.
    """

    def __init__(self) -> None:
        self.succeeded: set[str] = set()
        self._accepted: dict[str, set[Shape]] = defaultdict(set)
        self.refused: list[Refused] = []
        self.guilty: set[tuple[str, Item]] = set()
        self._known: set[tuple[str, Item]] = set()
        self._missed: list[Refused] = []

    def inherit(self, earlier: Refusals) -> None:
        """Takes over from an earlier part of the run: the accepted calls, which are the controls of new refusals, and
        the refused values, which explain what is answered in the place of another refusal."""
        self.succeeded |= earlier.succeeded
        self._known |= earlier.guilty
        for operation, shapes in earlier._accepted.items():
            self._accepted[operation] |= shapes

    def accept(self, exchange: Exchange, call: Call) -> None:
        self.succeeded.add(call.operation)
        self._accepted[call.operation].add(shape(exchange, call))

    def refuse(
        self,
        exchange: Exchange,
        call: Call,
        tracked: TrackedAssistant | None,
        find_requirement: Callable[[], str],
        others: tuple[Candidate, ...] = (),
    ) -> None:
        shown = tuple(tracked.trail[:1]) if tracked else ()
        self.refused.append(Refused(exchange, call, shown, find_requirement, tracked, others))

    def miss(self, exchange: Exchange, call: Call, shown: tuple[Exchange, ...]) -> None:
        """Notes that an assistant was not found. If none is ever found, the operation is the cause."""
        self._missed.append(Refused(exchange, call, shown, lambda: catalogue.never_succeeds()[call.operation]))

    def explains(self, exchange: Exchange, call: Call) -> bool:
        """True if a known cause explains the refusal. A good call with the same fields was refused, or a field of this
        call is a known cause, or this call lacks a field that each accepted call has. Call `causes` before.
        """
        mine = shape(exchange, call)
        refused = (each for each in self.refused if each.call.operation == call.operation and not each.crashed)
        alike = any(each.shape == mine for each in refused)
        guilty = any(
            self._is_guilty(each, item) or (each, item) in self._known for each in WITH_A_BODY for item in mine
        )
        return alike or guilty or bool(call.fields and self._lacking(call))

    def never(self) -> dict[str, Refused]:
        """The operations that never succeeded, each with its first refused good call."""
        found: dict[str, Refused] = {}
        for each in self.refused:
            if each.call.operation not in self.succeeded and each.is_plain and not each.crashed:
                found.setdefault(each.call.operation, each)
        for each in self._missed:
            if self.find_last(each.call.operation):
                found.setdefault(each.call.operation, each)
        return found

    def dead(self) -> dict[str, str]:
        """The requirement that is violated by each operation that never succeeded."""
        crashed = {each.call.operation for each in self.refused if each.crashed and self.find_last(each.call.operation)}
        refused = {operation: catalogue.never_succeeds()[operation] for operation in self.never()}
        return dict.fromkeys(crashed, "errors/never-5xx") | refused

    def find_last(self, operation: str) -> Exchange | None:
        """The last refusal, if the operation seems never to succeed: enough good calls were refused, none accepted.

        Calls that differ are needed, because a refusal may be about the body or the query.
        """
        if operation in self.succeeded:
            return None
        failed = self.refused + self._missed
        refused = [each for each in failed if each.call.operation == operation and each.is_plain]
        not_offered = [each for each in refused if each.exchange.response.status in NOT_OFFERED]
        bare = [each for each in refused if not each.call.fields and not each.call.parameters]
        different = {each.shape for each in refused}
        enough = len(not_offered) >= 2 or len(bare) >= FEW or len(different) >= FEW or len(refused) >= MANY
        return refused[-1].exchange if enough else None

    def causes(self, never: dict[str, Refused]) -> Iterator[tuple[str, Refused]]:
        """The requirement that each refusal violates. A refusal that another refusal explains is left out."""
        for operation, refused in never.items():
            yield catalogue.never_succeeds()[operation], refused
        told = (each for each in self.refused if not each.crashed and not each.is_of_lost)
        others = [each for each in told if each.call.operation not in never]
        rest = [(self._difference(each), each) for each in others]
        ordered = sorted(rest, key=lambda pair: len(pair[0] or ()))
        found = [cause for difference, each in ordered for cause in self._cause(each, difference)]
        named = {requirement for requirement, _ in found}
        yield from (
            (requirement, each) for requirement, each in found if not _is_refused_anyway(requirement, each, named)
        )

    def _difference(self, each: Refused) -> Shape | None:
        """The difference to the accepted call that is most like this one. If no accepted call has fewer fields, the
        difference is the fields that no accepted call has. None if each accepted call has a field that this one lacks.
        """
        accepted = self._accepted[each.call.operation]
        less = [other for other in accepted if other <= each.shape]
        if less:
            nearest: Shape = max(less, key=_blaming_cursors)
            return each.shape - nearest
        return None if self._lacking(each.call) else each.shape.difference(*accepted) or None

    def _lacking(self, call: Call) -> set[str]:
        """The names of the fields that each accepted call has and this call does not."""
        accepted = [{name for name, _ in other} for other in self._accepted[call.operation]]
        return (set.intersection(*accepted) if accepted else set()) - call.fields.keys() - {ODD_TEXT}

    def _cause(self, each: Refused, difference: Shape | None) -> Iterator[tuple[str, Refused]]:
        operation = each.call.operation
        if each.call.parameters.keys() >= {"after", "before"}:
            return  # which of two cursors is refused, nobody can tell
        if not isinstance(each.call.body, dict) and operation != LIST:
            yield each.otherwise, each
        elif difference is None:
            yield self._demands_more(each), each
        elif not difference:
            yield each.otherwise, each
        elif not self._is_explained(operation, difference):
            ignored = self._suspects(difference)
            if len(difference) == 1 or ignored or all(name == ODD_TEXT for name, _ in difference):
                self.guilty.update((operation, item) for item in difference)
            for requirement in dict.fromkeys(self._of(item, each) for item in ignored or difference):
                yield requirement, each

    def _suspects(self, difference: Shape) -> list[Item]:
        """The ignored and kept fields. If some of several are known to be refused, those alone."""
        ignored = sorted(item for item in difference if item[0] in (*ignored_fields(), *kept_fields()))
        known = [item for item in ignored if any((each, item) in self._known for each in WITH_A_BODY)]
        return known if known and len(difference) > 1 else ignored

    def _is_explained(self, operation: str, difference: Shape) -> bool:
        """True if a part of the difference is a known cause. A call that differs in several parts may be explained by
        another operation, which refused one of them alone."""
        operations = WITH_A_BODY if operation in WITH_A_BODY and len(difference) > 1 else (operation,)
        return any(self._is_guilty(each, item) for each in operations for item in difference)

    def _is_guilty(self, operation: str, item: Item) -> bool:
        """True in two cases. This value was the only cause of a refusal. Or another value of the field was, and no call
        with a value of the field was accepted, null excepted.
        """
        if (operation, item) in self.guilty:
            return True
        guilty = any((of, name) == (operation, item[0]) for of, (name, _) in self.guilty)
        accepted = {part for shape in self._accepted[operation] for part in shape if part[0] == item[0]}
        return guilty and item not in accepted and all(value == "null" for _, value in accepted)

    def _demands_more(self, each: Refused) -> str:
        """The requirement if no accepted call has less: each accepted call may have a field that this call lacks."""
        operation = each.call.operation
        if each.call.fields == {} and operation in MODIFIES and self._by_the_other_verb(each):
            return "modify/post-and-patch-alike"
        lacking = self._lacking(each.call)
        if operation == CREATE:
            special = each.call.ignored or each.call.kept
            return catalogue.never_succeeds()[CREATE] if lacking or not special else each.otherwise
        alike = (other.call for other in self.refused if other.call.operation == operation and not other.crashed)
        others = (call.fields for call in alike if call.fields)
        return "modify/partial" if lacking and any(lacking - fields.keys() for fields in others) else each.otherwise

    def _by_the_other_verb(self, each: Refused) -> bool:
        (other,) = set(MODIFIES) - {each.call.operation}
        return each.shape in self._accepted[other]

    def _of(self, item: Item, each: Refused) -> str:
        if each.call.operation == LIST:
            return LIST_ITEMS.get(item, each.otherwise)
        if item[0] == ODD_TEXT:
            return "create/keeps-what-it-is-given"
        ignored, kept = ignored_fields().get(item[0]), kept_fields().get(item[0])
        if kept:
            return NULL if each.call.fields[kept.name] is None else kept.kept_id
        return ignored.accepted_id if ignored else each.otherwise


def _is_refused_anyway(requirement: str, refused: Refused, named: set[str]) -> bool:
    """True for a refused null of fields that are refused with other values, too."""
    empty = [name for name in refused.call.kept if refused.call.fields[name] is None]
    return requirement == NULL and bool(named & {kept_fields()[name].kept_id for name in empty})


def _blaming_cursors(accepted: Shape) -> tuple[int, bool, list[Item]]:
    """A key by which the most alike accepted call is the greatest. Of two that are equally alike, the one with an order
    leaves the cursor as the difference. The items make the choice the same in each run.
    """
    return len(accepted), any(name == "order" for name, _ in accepted), sorted(accepted)


def is_plain_create(call: Call) -> bool:
    """True for a create with no more than a name and the fields that every create must send."""
    plain = {"name", *required_fields()}
    return call.operation == CREATE and {*required_fields()} <= call.fields.keys() <= plain


def shape(exchange: Exchange, call: Call) -> Shape:
    """The fields of a body with their values. A text counts only as empty, or not empty; an odd text is one more item,
    because a gateway may refuse it in any body.

    A content type without a body, which the Python SDK sends, is one more: some servers refuse it.
    """
    if call.operation == LIST:
        return frozenset((name, value if name == "order" else "") for name, value in call.parameters.items())
    if call.fields:
        odd = ((ODD_TEXT, name) for name in odd_texts(call.fields))
        return frozenset([*((name, _value(name, value)) for name, value in call.fields.items()), *odd])
    headers = dict(exchange.request.headers)
    return (
        frozenset()
        if exchange.request.body
        else frozenset((name, headers[name]) for name in headers if name == "content-type")
    )


def odd_texts(fields: Mapping[str, Json]) -> list[str]:
    """The names of the texts that are not plain."""
    return [name for name in TEXTS if not is_plain_text(fields.get(name))]


def is_plain_text(value: Json) -> bool:
    """True for a short text of common characters, and for a value that is no text."""
    return not isinstance(value, str) or (len(value) <= SHORT and PLAIN.fullmatch(value) is not None)


def _value(name: str, value: Json) -> str:
    if name in TEXTS and isinstance(value, str):
        return "text" if value else "empty"
    return json.dumps(value, sort_keys=True)
