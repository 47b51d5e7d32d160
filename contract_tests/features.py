"""For whose sake a call without any defect is to be accepted."""

from __future__ import annotations

from contract_tests.reading import CREATE, DELETE, LIST, MODIFIES, PATCH, Call
from contract_tests.refusals import TOLERATED
from contract_tests.target import Target
from contract_tests.wire import Exchange
from contract_tests.world import Known


def features(call: Call, exchange: Exchange, known: Known | None, target: Target, accepted: set[str]) -> list[str]:
    """The requirements for whose sake this call is to be accepted; the one broken if it alone is not."""
    ill_formed = exchange.response.status in TOLERATED  # whoever asks, and with whomever at the same time
    if known and known.trail and known.role != call.role and call.operation in accepted and not ill_formed:
        return ["org/shared-by-its-keys"]
    if exchange.request.group and not ill_formed:
        return ["parallel/creates-all-kept" if call.operation == CREATE else "parallel/modifies-not-lost"]
    if call.operation in (CREATE, *MODIFIES):
        return _body_features(call, exchange.response.status)
    if call.operation == LIST:
        named = {"after": "list/after", "before": "list/before", "limit": "list/limit"}
        asc = ["list/order-asc"] if call.parameters.get("order") == "asc" else []
        return [*asc, *(named[name] for name in named if name in call.parameters)][:1] or ["list/envelope"]
    if call.operation == DELETE:
        given_up = known and known.id == target.expendable_id
        return ["delete/self-is-the-keys-own" if given_up else "delete/answers-deleted"]
    return ["retrieve/equals-created"]


def _body_features(call: Call, status: int) -> list[str]:
    ignored = [f"ignored/{name}-accepted" for name in call.ignored]
    if "reasoning_effort" in call.fields:
        ignored.append("ignored/reasoning-effort-accepted")
    if ignored:
        return ignored
    if call.operation == CREATE:
        plain = call.fields.keys() == {"name"} and call.fields["name"].isascii()
        return ["create/name-suffices" if plain else "create/keeps-what-it-is-given"]
    if status in (404, 405, 501) and call.operation == PATCH:
        return ["modify/post-and-patch-alike"]
    if call.fields == {}:
        return ["modify/empty-body-changes-nothing"]
    if call.fields.get("instructions") == "":
        return ["modify/empty-instructions-clear"]
    return ["modify/partial"]
