"""Wrong servers: each is a new fake with one changed part, and these functions change a part in one to three lines.

The servers themselves are in `self_tests/wrong`, in one file for each area of the catalogue.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from contract_tests.http import editions
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE, parse
from contract_tests.http.own_fake import held_clock
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from fake_server.compose import compose
from fake_server.contract.openapi import Operation
from fake_server.domain.assistants import Project
from fake_server.domain.errors import InvalidParameter, Kind, Refused, UnknownAssistant
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.http.server import serve
from fake_server.storage import seed

BY_ID = (RETRIEVE, MODIFY, PATCH, DELETE)
OPERATIONS = (LIST, CREATE, *BY_ID)
WRITES = (CREATE, *MODIFIES)
RATE_LIMIT = 20

Document = dict[str, Any]


@dataclass(frozen=True)
class WrongServer:
    """`requirements` are those that the mistake always violates. The first one is the one that names the mistake.

    `area` is the area of the catalogue whose calls show the mistake. `edition` is the contract that the server breaks.
    """

    name: str
    requirements: tuple[str, ...]
    change: Callable[[Fake], None]
    area: str
    edition: str = editions.PAGE

    @property
    def meant(self) -> str:
        return self.requirements[0]

    @property
    def limited(self) -> bool:
        """True if the limiter is wrong. Such a server is started with a limiter."""
        return self.meant.startswith("rate/")


SERVERS: list[WrongServer] = []


def wrong(*requirements: str, each: Iterable[Any] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a function that makes a fake wrong. With `each` there is one wrong server for each value, which the
    function gets as its second argument.

    A `{}` in a requirement stands for that value.
    """

    def add(change: Callable[..., None]) -> Callable[..., None]:
        name, area, edition = change.__name__.replace("_", " "), _area(change), editions.chosen()
        if not each:
            SERVERS.append(WrongServer(name, requirements, change, area, edition))
        for value in each:
            # A crash is a violation of errors/never-5xx, whatever was due in its place.
            crash = (value == 500 or "crashes" in str(value)) and not requirements[0].startswith("rate/")
            broken = ("errors/never-5xx",) if crash else tuple(each.format(value) for each in requirements)
            SERVERS.append(WrongServer(f"{name}: {value}", broken, with_value(change, value), area, edition))
        return change

    return add


def _area(change: Callable[..., None]) -> str:
    """The area of the file that has the function."""
    file = change.__module__.rpartition(".")[2]
    return next((area for area in catalogue.areas() if file.startswith(area)), "")


def with_value(change: Callable[..., None], value: Any) -> Callable[[Fake], None]:
    return lambda fake: change(fake, value)


@contextmanager
def serving(change: Callable[[Fake], None], limited: bool = False) -> Iterator[Target]:
    """Starts a wrong fake of the chosen edition, as a target with a clock of the test: the minutes of a limiter pass at
    once.

    A seed decides the ids, so a wrong server has the same violations each time.
    """
    clock = held_clock()
    fake = compose(rate_limit=RATE_LIMIT if limited else None, now=clock.now, edition=editions.chosen())
    dice = random.Random(1)
    giving_ids(fake, lambda _: dice.randbytes(12).hex())
    change(fake)
    bound, expendable = (fake.edition.assistant_id(key.project) for key in seed.KEYS[:2])
    with serve(fake) as base_url:
        yield Target(
            base_url,
            keys={key.label: key.secret for key in seed.KEYS},
            bound_id=bound,
            expendable_id=expendable,
            rate_limit=RATE_LIMIT if limited else 0,
            clock=clock,
        )


def giving_ids(fake: Fake, give: Callable[[Project], str]) -> None:
    """Gives projects the ids that `give` returns."""

    def add(old: Callable[..., Project], *project: Any) -> Project:
        project_row = old(*project)
        write(fake, project_row, id=(id := give(project_row)))
        return replace(project_row, id=id)

    around(fake.store, "add", add)


def around(owner: object, name: str, new: Callable[..., Any]) -> None:
    """Replaces a method or a part with `new`, which gets the old one first, and then the old one's arguments."""
    old = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: new(old, *args, **options))


def handling(fake: Fake, new: Callable[[Handler, Call], Awaitable[Answer]], *operations: str) -> None:
    """Replaces the handlers of these operations (of all six, if none is named) with `new`, which gets the old one."""
    for operation in operations or OPERATIONS:
        old = fake.handlers[operation]
        fake.handlers[operation] = lambda call, old=old: new(old, call)  # type: ignore[misc]  # a default binds it


def answering(fake: Fake, change: Callable[[Call, Answer], Answer | None], *operations: str) -> None:
    """Changes the answers of these operations, in place or by returning another answer."""

    async def answer(handle: Handler, call: Call) -> Answer:
        right = await handle(call)
        return change(call, right) or right

    handling(fake, answer, *operations)


def showing(fake: Fake, change: Callable[[Call, Document], Any], *operations: str) -> None:
    """Changes each assistant in the answers of these operations, in place or by returning another value. The stored
    assistant stays.
    """

    def show(call: Call, answer: Answer) -> None:
        if isinstance(answer.body, dict) and "data" in answer.body:
            answer.body["data"] = [changed(call, document) for document in answer.body["data"]]
        elif isinstance(answer.body, dict) and "deleted" not in answer.body:
            answer.body = changed(call, answer.body)

    def changed(call: Call, document: Document) -> Any:
        new = change(call, document)
        return document if new is None else new

    answering(fake, show, *operations)


def listing(fake: Fake, change: Callable[[Document], Any]) -> None:
    """Changes the pages of the list, in place or by returning another body."""

    def page(_: Call, answer: Answer) -> None:
        new = change(answer.body)
        answer.body = answer.body if new is None else new

    answering(fake, page, LIST)


def getting(fake: Fake, change: Callable[[Document], Document], *operations: str) -> None:
    """Changes the body that the handlers of these operations get (create and both modifies, if none is named)."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        call.body = change(dict(call.body))
        return old(call)

    handling(fake, handle, *operations or WRITES)


def reading(fake: Fake, change: Callable[[Document], Document], *operations: str) -> None:
    """Changes the body of these operations before its check (create and both modifies, if none is named)."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        mine = isinstance(value, dict) and operation.id in (operations or WRITES)
        return old(operation, change(dict(value)) if mine else value)

    around(fake, "check_body", check)


def reading_field(fake: Fake, field: str, kind: Any, change: Callable[[Any], Any], *operations: str) -> None:
    """Changes one field of the body before its check, if the field is present and has this type."""
    reading(
        fake,
        lambda body: body | {field: change(body[field])} if field in body and isinstance(body[field], kind) else body,
        *operations,
    )


def refusing(fake: Fake, when: Callable[[Document], bool], *operations: str) -> None:
    """Answers 400 to such bodies of these operations (create and both modifies, if none is named)."""

    def check(body: Document) -> Document:
        if when(body):
            raise InvalidParameter("This cannot be.")
        return body

    reading(fake, check, *operations)


def unknown(fake: Fake, when: Callable[[Call], bool], *operations: str) -> None:
    """Answers 404 to such calls."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if when(call):
            raise UnknownAssistant("No such assistant.")
        return old(call)

    handling(fake, handle, *operations)


def for_unknown(fake: Fake, answer: Answer, *operations: str) -> None:
    """Answers this instead of a 404."""

    async def handle(old: Handler, call: Call) -> Answer:
        try:
            return await old(call)
        except UnknownAssistant:
            return answer

    handling(fake, handle, *operations)


def kind(fake: Fake, refusal: type[Refused], **change: Any) -> None:
    """Changes the status, type or code of a refusal."""
    fake.error_table[refusal] = fake.error_table[refusal]._replace(**change)


def refusal(fake: Fake, status: int, type: str = "invalid_request_error", message: str = "No.") -> Refused:
    """A refusal of a kind that the fake does not have, to be raised."""
    kind = make_kind()
    fake.error_table[kind] = Kind(status, type)
    return kind(message)


def make_kind() -> type[Refused]:
    class Other(Refused): ...

    return Other


When = Callable[[web.Request, int], Any]


def responding(fake: Fake, change: Callable[[web.Response], web.Response | None], when: When = lambda *_: True) -> None:
    """Changes responses, in place or by returning another, if `when` accepts the request and the status."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        response = await handler(request)
        return change(response) or response if when(request, response.status) else response

    fake.middlewares.append(middleware)


def instead(fake: Fake, when: Callable[[web.Request], Any], status: int, body: Any) -> None:
    """Answers such requests with this JSON, before any other code sees them."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        return web.json_response(body, status=status) if when(request) else await handler(request)

    fake.middlewares.append(middleware)


def error(message: str = "No.", type: str = "invalid_request_error") -> Document:
    """An error in the envelope."""
    return {"error": {"message": message, "type": type, "param": None, "code": None}}


def letting_in(fake: Fake, when: Callable[[web.Request], bool], and_refuse: bool = False) -> None:
    """Handles such requests as if they had the primary key. With `and_refuse` the answer is the usual refusal."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        if not when(request):
            return await handler(request)
        key = {"Authorization": f"Bearer {seed.KEYS[0].secret}"}
        done = await handler(request.clone(headers={**request.headers, **key}))
        return await handler(request) if and_refuse else done

    fake.middlewares.append(middleware)


def raw(response: web.Response, body: Any, content_type: str = "application/json") -> web.Response:
    """The same status with another body: a text as it is, any other value as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return web.Response(
        status=response.status, text=text, content_type=content_type, headers=without_content_headers(response)
    )


def without_content_headers(response: web.Response) -> dict[str, str]:
    """The headers that do not describe the body."""
    return {name: value for name, value in response.headers.items() if not name.lower().startswith("content-")}


def operation_of(request: web.Request) -> str:
    """The operation of a request, or "" if there is none."""
    return parse(request.method, request.path.removeprefix("/v1").rstrip("/")).operation


def everyone(fake: Fake) -> list[Project]:
    """The projects of every organization, the oldest first."""
    return [project for each in seed.ORGANIZATIONS for project in fake.store.projects(each.id)]


def target(call: Call) -> Project | None:
    """The project that a call names, in any organization."""
    own = call.fake.edition.assistant_id
    return next((each for each in everyone(call.fake) if own(each.id) == call.assistant), None)


def write(fake: Fake, project: Project, **fields: Any) -> None:
    """Sets fields of a stored project, also its id or its time of creation."""
    if number := fake.store.number(project.organization, project.id):
        fake.store.table("projects").update(fields, doc_ids=[number])
