"""OpenAPI Overlay 1.0: the actions of an edition, applied to openapi.yaml."""

from typing import Any

import orjson

Document = dict[str, Any]


class OverlayError(Exception):
    """The target of an action selects nothing, so the overlay is for another document."""


def apply_overlay(document: Document, overlay: Document) -> Document:
    """A changed copy of the document. Raises OverlayError."""
    import jsonpath  # takes 40 ms, which the start of the page's edition avoids

    changed: Document = _copy(document)
    for action in overlay["actions"]:
        matches = list(jsonpath.finditer(action["target"], changed))
        if not matches:
            raise OverlayError(f"The target {action['target']} selects nothing.")
        # Backwards, because the removal of an item moves the items after it.
        for match in reversed(matches):
            parent: Any = match.parent.obj if match.parent else None
            _change(parent, match.parts[-1], action)
    return changed


def _change(parent: Any, place: Any, action: Document) -> None:
    if action.get("remove"):
        del parent[place]
    else:
        parent[place] = _merge(parent[place], _copy(action["update"]))


def _merge(old: Any, new: Any) -> Any:
    """An object gets the members of another one, and a list gets another list or one more item."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _merge(old[name], each) if name in old else each for name, each in new.items()}
    if isinstance(old, list):
        return old + (new if isinstance(new, list) else [new])
    return new


def _copy(value: Any) -> Any:
    """YAML's aliases are one object in several places. Here they become separate objects."""
    return orjson.loads(orjson.dumps(value))
