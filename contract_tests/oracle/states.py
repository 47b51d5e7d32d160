"""The refusals that the contract demands because of the state of the assistant that a call names."""

from __future__ import annotations

from contract_tests.http.openapi import id_prefixes
from contract_tests.http.operations import DELETE, MODIFIES, RETRIEVE
from contract_tests.http.target import Target
from contract_tests.oracle.calls import Call
from contract_tests.oracle.errors import ANY_REFUSAL
from contract_tests.oracle.expectations import Demand, demands
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant
from contract_tests.requirements import catalogue

UNKNOWN = {
    RETRIEVE: "retrieve/unknown-is-404",
    DELETE: "delete/unknown-is-404",
    **dict.fromkeys(MODIFIES, "modify/unknown-is-404"),
}
ORDINARY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def all_demands(call: Call, tracked: TrackedAssistant | None, model: Model, target: Target) -> list[Demand]:
    """The refusals that the call itself demands, and those that the state of its assistant demands."""
    found = demands(call)
    if call.id and not any(demand.requirement.startswith("auth/") for demand in found):
        found += _state_demands(call, tracked, model, target)
    return [demand for demand in found if demand.requirement in catalogue.requirements()]


# page, Authentication: "Assistants are scoped to the organization the key belongs to — not the key's default
# project."
def _state_demands(call: Call, tracked: TrackedAssistant | None, model: Model, target: Target) -> list[Demand]:
    if tracked is None:
        if any(model.has_seen(f"{prefix}{call.id}") for prefix in ("", *id_prefixes())):
            return []
        return [Demand(UNKNOWN[call.operation], _unknown_statuses(call.id), UNKNOWN[call.operation])]
    if not tracked.organization or tracked.unsettled:
        return []
    is_others = tracked.organization != ORGANIZATIONS[call.role]
    if tracked.gone:
        statuses = ANY_REFUSAL if is_others else frozenset({404})
        demand = Demand("delete/gone", statuses, "delete/gone", proves=not is_others)
        return [demand] if tracked.trail or is_others else []
    if is_others:
        return [Demand("org/closed-to-others", ANY_REFUSAL, "org/closed-to-others")]
    if call.operation == DELETE and is_bound(call, tracked, target) and not tracked.lost:
        return [Demand("delete/self-refused", frozenset({400}), "delete/self-survives")]
    return []


def is_bound(call: Call, tracked: TrackedAssistant, target: Target) -> bool:
    """True if the call's key is bound to this assistant."""
    return (tracked.id, call.role) in ((target.bound_id, "primary"), (target.expendable_id, "sibling"))


def _unknown_statuses(id: str) -> frozenset[int]:
    """404 for an unknown id in the usual form. Any refusal for a text that is not in that form."""
    plain = id.startswith(id_prefixes()) and set(id) <= ORDINARY and len(id) <= 80
    return frozenset({404}) if plain else ANY_REFUSAL
