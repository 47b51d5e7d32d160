"""OpenAPI Overlay 1.0: actions that change an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.http.messages import Json


class OverlayError(Exception):
    """An action of the overlay changes nothing, so the overlay does not fit the document."""


def apply(document: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """A changed copy of the document. Raises OverlayError for an action whose target selects nothing."""
    import jsonpath  # here, because only an overlay needs this package

    changed: dict[str, Any] = json.loads(json.dumps(document))  # YAML's aliases become values of their own
    for action in overlay["actions"]:
        matches = list(jsonpath.finditer(action["target"], changed))
        if not matches:
            raise OverlayError(f"{action['target']} selects nothing.")
        for match in reversed(matches):  # from the end, so that a removed item moves no later one
            parent: Any = match.parent.obj if match.parent else changed
            place: Any = match.parts[-1]
            if action.get("remove"):
                del parent[place]
            else:
                parent[place] = _merge(parent[place], json.loads(json.dumps(action["update"])))
    return changed


def _merge(old: Json, new: Json) -> Json:
    """Objects are merged, and an array gets a new item, or each item of another array. All else is replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _merge(old[name], value) if name in old else value for name, value in new.items()}
    if isinstance(old, list):
        return [*old, *new] if isinstance(new, list) else [*old, new]
    return new
