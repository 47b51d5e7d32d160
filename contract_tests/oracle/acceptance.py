"""The requirements that demand the acceptance of a good call."""

from __future__ import annotations

from contract_tests.http.messages import Exchange
from contract_tests.http.openapi import ignored_fields
from contract_tests.http.operations import CREATE, DELETE, LIST, PATCH, WITH_A_BODY
from contract_tests.http.target import Target
from contract_tests.oracle.attribution import SHARED, is_shared
from contract_tests.oracle.calls import Call, kept_id
from contract_tests.oracle.errors import TOLERATED
from contract_tests.oracle.kept_values import NULL
from contract_tests.oracle.model import TrackedAssistant
from contract_tests.oracle.refusals import LIST_ITEMS, is_plain_create, is_plain_text, shape
from contract_tests.requirements import catalogue


def features(
    call: Call, exchange: Exchange, tracked: TrackedAssistant | None, target: Target, accepted: set[str]
) -> list[str]:
    """The requirements that demand the acceptance of this call. A refusal violates a requirement that stands alone."""
    if tracked and tracked.id == target.expendable_id and call.operation == DELETE:
        return ["delete/self-is-the-keys-own"]
    ill_formed = exchange.response.status in TOLERATED  # neither the key nor a parallel call is the cause
    by_second_key = tracked and (call.role == "sibling" or is_shared(tracked, call.role))
    if by_second_key and call.operation in accepted and not ill_formed:
        return [SHARED]
    if exchange.request.group and not ill_formed:
        return ["parallel/creates-all-kept" if call.operation == CREATE else "parallel/modifies-not-lost"]
    if call.operation in WITH_A_BODY:
        return _body_features(call, exchange.response.status)
    if call.operation == LIST:
        return [id for item, id in LIST_ITEMS.items() if item in shape(exchange, call)][:1] or ["list/envelope"]
    if call.operation == DELETE:
        return ["delete/answers-deleted"]
    return ["retrieve/equals-created"]


def _body_features(call: Call, status: int) -> list[str]:
    if ignored := [ignored_fields()[name].accepted_id for name in call.ignored]:
        return ignored
    if call.kept:
        return [NULL if call.fields[name] is None else kept_id(name) for name in call.kept]
    if call.operation == CREATE:
        plain = is_plain_create(call) and is_plain_text(call.fields.get("name"))
        return [catalogue.never_succeeds()[CREATE] if plain else "create/keeps-what-it-is-given"]
    if status in (404, 405, 501) and call.operation == PATCH:
        return ["modify/post-and-patch-alike"]
    if call.fields == {}:
        return ["modify/empty-body-changes-nothing"]
    if call.fields.get("instructions") == "":
        return ["modify/empty-instructions-clear"]
    return ["modify/partial"]
