"""Assistants whose state is unknown: a call that should have been refused was accepted, and may have
changed or deleted one. That is a violation of the call alone, so no later read accuses another requirement.
"""

from __future__ import annotations

from urllib.parse import quote

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import DELETE, METHODS
from contract_tests.oracle.calls import Call
from contract_tests.oracle.model import Model, TrackedAssistant

UNLIKE = 6  # letters at the end of an id, by which it may differ from the id that it is taken for


def doubt_the_likes_of(model: Model, call: Call) -> None:
    """The server may have taken an unknown id for a real one that is like it, or for a name."""
    for like in model.assistants.values():
        named = (like.document or {}).get("name") == call.id
        if named or call.id.startswith(like.id[:-UNLIKE] or like.id):
            _doubt(like, call.operation == DELETE)


def doubt_what_is_named(model: Model, exchange: Exchange) -> None:
    """A call of no operation was accepted, and its path has the id."""
    pieces = exchange.request.path.partition("?")[0].split("/")
    for known in model.assistants.values():
        if quote(known.id, safe="") in pieces:
            _doubt(known, exchange.request.method == METHODS[DELETE])


def _doubt(assistant: TrackedAssistant, deleted: bool) -> None:
    assistant.document = None
    assistant.lost = assistant.lost or deleted
