"""The causes of refused good calls: decided at the end of a run, when it is known which like calls were accepted.

A refused call proves nothing by itself. Its cause is the difference between the call and the accepted call that is
most like it: the same operation, with fewer fields. An operation that never succeeds is one violation, whatever was
sent to it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from contract_tests.http.messages import Exchange, Json
from contract_tests.http.openapi import ignored_fields
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from contract_tests.oracle.expectations import TEXTS, Call

# The requirement of an operation that never succeeds.
NEVER = {
    LIST: "list/envelope",
    CREATE: "create/name-suffices",
    RETRIEVE: "retrieve/equals-created",
    MODIFY: "modify/post-and-patch-alike",
    PATCH: "modify/post-and-patch-alike",
    DELETE: "delete/answers-deleted",
}
Item = tuple[str, str]
Shape = frozenset[Item]


@dataclass(frozen=True)
class Refused:
    """A good call that was refused. `otherwise` is its requirement where a like call was accepted elsewhere."""

    exchange: Exchange
    call: Call
    shown: tuple[Exchange, ...]
    otherwise: str

    @property
    def shape(self) -> Shape:
        return shape(self.exchange, self.call)


class Refusals:
    """`succeeded` has the operations that answered a good call with success."""

    def __init__(self) -> None:
        self.succeeded: set[str] = set()
        self._accepted: dict[str, set[Shape]] = defaultdict(set)
        self.refused: list[Refused] = []

    def accept(self, exchange: Exchange, call: Call) -> None:
        self.succeeded.add(call.operation)
        self._accepted[call.operation].add(shape(exchange, call))

    def refuse(self, exchange: Exchange, call: Call, shown: tuple[Exchange, ...], otherwise: str) -> None:
        self.refused.append(Refused(exchange, call, shown, otherwise))

    def is_accepted(self, exchange: Exchange, call: Call) -> bool:
        """A call like this one was accepted: the same operation with the same fields."""
        return shape(exchange, call) in self._accepted[call.operation]

    def never(self) -> dict[str, list[Refused]]:
        """The operations that never succeeded, with their refused good calls."""
        found: dict[str, list[Refused]] = defaultdict(list)
        for each in self.refused:
            if each.call.operation not in self.succeeded:
                found[each.call.operation].append(each)
        return found

    def causes(self) -> Iterator[tuple[str, Refused]]:
        """The requirement that each refusal violates; a refusal that another explains is left out."""
        for operation, refused in self.never().items():
            yield NEVER[operation], refused[0]
        guilty: set[tuple[str, Item]] = set()
        rest = [(self._difference(each), each) for each in self.refused if each.call.operation in self.succeeded]
        for difference, each in sorted(rest, key=lambda pair: len(pair[0] or ())):
            yield from self._cause(each, difference, guilty)

    def _difference(self, each: Refused) -> Shape | None:
        """What the call has beyond the most alike accepted one; None where no accepted call has less."""
        less = [other for other in self._accepted[each.call.operation] if other <= each.shape]
        return each.shape - max(less, key=len) if less else None

    def _cause(
        self, each: Refused, difference: Shape | None, guilty: set[tuple[str, Item]]
    ) -> Iterator[tuple[str, Refused]]:
        operation = each.call.operation
        if not isinstance(each.call.body, dict):
            yield each.otherwise, each
        elif difference is None:
            yield "create/name-suffices" if operation == CREATE else self._demands_more(each), each
        elif not difference:
            yield each.otherwise, each
        elif not any((operation, item) in guilty for item in difference):
            ignored = [item for item in difference if item[0] in ignored_fields()]
            if len(difference) == 1 or ignored:
                guilty.update((operation, item) for item in difference)
            for requirement in dict.fromkeys(self._of(item, each) for item in ignored or difference):
                yield requirement, each

    def _demands_more(self, each: Refused) -> str:
        """A modify that is refused though no accepted one has less: what was accepted has a field that this has not."""
        if each.call.fields == {} and self._by_the_other_verb(each):
            return "modify/post-and-patch-alike"
        accepted = [{name for name, _ in other} for other in self._accepted[each.call.operation]]
        wanted = set.intersection(*accepted) if accepted else set()
        return "modify/partial" if wanted - each.call.fields.keys() else each.otherwise

    def _by_the_other_verb(self, each: Refused) -> bool:
        (other,) = set(MODIFIES) - {each.call.operation}
        return each.shape in self._accepted[other]

    def _of(self, item: Item, each: Refused) -> str:
        field = ignored_fields().get(item[0])
        return field.accepted_id if field else each.otherwise


def shape(exchange: Exchange, call: Call) -> Shape:
    """The fields of a body: of a text that it is there and whether it is empty, of all else the value.

    A content type without a body, which the Python SDK sends, is one more: some servers refuse it.
    """
    if call.fields:
        return frozenset((name, _value(name, value)) for name, value in call.fields.items())
    headers = dict(exchange.request.headers)
    return (
        frozenset()
        if exchange.request.body
        else frozenset((name, headers[name]) for name in headers if name == "content-type")
    )


def _value(name: str, value: Json) -> str:
    if name in TEXTS and isinstance(value, str):
        return "text" if value else "empty"
    return json.dumps(value, sort_keys=True)
