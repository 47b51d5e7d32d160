"""The creates whose answers named no assistant. The lists may show what they have made, by the texts that they sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from contract_tests.generators.session import Session
from contract_tests.http import operations
from contract_tests.http.ledger import is_marked, marks
from contract_tests.http.messages import Exchange, Json, Request, parse
from contract_tests.requirements.findings import brief
from contract_tests.runs.result import Result

Item = dict[str, Json]
Lists = Mapping[str, list[Item] | None]  # by the role that asked; None for a list that could not be read


def owner(session: Session, role: str) -> str:
    """The role whose key deletes an assistant of this role: the primary role if the create had no good key, or if a
    server may refuse the key by now."""
    refused = role == "sibling" and session.oracle.second_key_is_orphan
    return role if role in session.target.keys and not refused else "primary"


def delete_created(session: Session, id: str, send: Callable[[Request], Exchange]) -> None:
    """Deletes an assistant of the run with the key of its owner. If that key does not find the assistant, the key that
    created it tries: only the 404 to that key proves that the assistant is gone."""
    guard = session.client.guard
    role = guard.created[id]
    for each in dict.fromkeys((owner(session, role), role)):
        if id not in guard.gone and each in session.target.keys:
            send(operations.delete(id, each))


def adopt_marked(session: Session, lists: Lists) -> bool:
    """Counts as created by the run each listed assistant with a mark of a create: no other call sent the mark.

    A server may create and answer with a refusal, or with the id of something else. True if there is one.
    """
    client, found = session.client, False
    for request, role, items in _candidates(session, lists, client.pending + client.refused + client.named):
        sent = marks(request, session.tag)
        for item in items:
            if any(is_marked(text_of(item), mark) for mark in sent):
                client.guard.adopt(item["id"], role)
                client.pending = [each for each in client.pending if each is not request]
                found = True
    return found


def text_of(item: Json) -> str:
    """The texts of an assistant, which may have a mark of the run; empty for any other answer."""
    return f"{item.get('name')} {item.get('instructions')}" if isinstance(item, dict) else ""


def report_unnamed(session: Session, lists: Lists, unsettled: Sequence[Request], result: Result) -> None:
    """Adds to the result what such creates have left or may have left."""
    _report_alike(session, lists, result)
    result.unread += map(_name, unsettled)
    result.open += unsettled
    roles = {owner(session, each.role) for each in session.client.refused}
    if session.thorough and any(lists.get(role) is None for role in roles):
        result.notes.append(
            "No list could be read after the run. If the server has created what it refused, nobody has deleted it: "
            f"look for names that begin with {session.tag}."
        )


def _report_alike(session: Session, lists: Lists, result: Result) -> None:
    """Some creates send a text that others may send too. A new assistant with that text is reported, and not deleted:
    it may be somebody else's."""
    alike = {
        item["id"]: role
        for request, role, items in _candidates(session, lists, session.client.pending + session.client.refused)
        if session.thorough and not marks(request, session.tag)
        for item in items
        if _is_alike(request, item)
    }
    result.left_behind |= alike
    if alike:
        result.notes.append(
            f"Look before you delete {', '.join(alike)}: no answer named them as created by this run, but each is new, "
            "and has the texts that a create of this run sent."
        )


def _candidates(
    session: Session, lists: Lists, creates: Iterable[Request]
) -> Iterator[tuple[Request, str, list[Item]]]:
    """Each create, the role that can delete, and the assistants that nobody has named and that are new."""
    guard, before = session.client.guard, session.before
    for request in creates:
        role = owner(session, request.role)
        shown = lists.get(role) or ()
        new = (item for item in shown if item["id"] not in before and not guard.is_others(item["id"]))
        yield request, role, [item for item in new if not guard.owns(item["id"])]


def _is_alike(request: Request, item: Item) -> bool:
    body = parse(request.body)
    texts = (body.get("name"), body.get("instructions")) if isinstance(body, dict) else ()
    return any(texts) and texts == (item.get("name"), item.get("instructions"))


def _name(request: Request) -> str:
    body = parse(request.body)
    name = body.get("name") if isinstance(body, dict) else None
    return brief(name, 60) if isinstance(name, str) else "an assistant without a name"
