"""Servers with exactly one fault, as real servers have it: the whole suite must name one requirement for each.

`fault` names the violated requirement. `also` names, by hand, each further requirement that the fault truly violates: a
person who knows the contract but not the suite must agree.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from fake_server.domain.errors import InvalidParameter, MalformedRequest, UnknownAssistant, WrongMethod
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import (
    WRITES,
    Document,
    WrongServer,
    answering,
    getting,
    handling,
    kind,
    listing,
    operation_of,
    raw,
    reading,
    refusal,
    refusing,
    responding,
    showing,
)

FAULTS: list[WrongServer] = []
Change = Callable[[Fake], None]


def fault(requirement: str, *also: str) -> Callable[[Change], Change]:
    """Registers a function that gives a fake its one fault."""

    def add(change: Change) -> Change:
        FAULTS.append(WrongServer(change.__name__.replace("_", " "), (requirement, *also), change, ""))
        return change

    return add


def never(fake: Fake, status: int, *operations: str) -> None:
    """Answers this status to every call of these operations."""
    refused = refusal(fake, status)

    def handle(*_: Any) -> Awaitable[Answer]:
        raise refused

    handling(fake, handle, *operations)


# --- an operation is missing


@fault("modify/post-and-patch-alike")
def patch_answers_405(fake: Fake) -> None:
    never(fake, 405, PATCH)


@fault("modify/post-and-patch-alike")
def patch_answers_404(fake: Fake) -> None:
    never(fake, 404, PATCH)


@fault("modify/post-and-patch-alike")
def patch_answers_501(fake: Fake) -> None:
    never(fake, 501, PATCH)


@fault("delete/answers-deleted")
def delete_answers_405(fake: Fake) -> None:
    never(fake, 405, DELETE)


@fault("retrieve/equals-created")
def retrieve_answers_405(fake: Fake) -> None:
    never(fake, 405, RETRIEVE)


@fault("modify/post-and-patch-alike")
def modify_by_post_answers_405(fake: Fake) -> None:
    never(fake, 405, MODIFY)


@fault("list/envelope")
def list_answers_404(fake: Fake) -> None:
    never(fake, 404, LIST)


# --- a good call is refused


@fault("create/name-suffices")
def create_wants_a_model(fake: Fake) -> None:
    refusing(fake, lambda body: "model" not in body, CREATE)


@fault("create/name-suffices")
def create_wants_instructions(fake: Fake) -> None:
    refusing(fake, lambda body: "instructions" not in body, CREATE)


@fault("ignored/model-accepted")
def one_model_alone_is_accepted(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("model", "gpt-4o") != "gpt-4o")


@fault("ignored/tools-accepted")
def tools_are_refused(fake: Fake) -> None:
    refusing(fake, lambda body: "tools" in body)


@fault("ignored/temperature-accepted")
def a_null_temperature_is_refused(fake: Fake) -> None:
    refusing(fake, lambda body: "temperature" in body and body["temperature"] is None)


@fault("ignored/top_p-accepted")
def top_p_is_refused(fake: Fake) -> None:
    refusing(fake, lambda body: "top_p" in body)


@fault("ignored/metadata-accepted")
def empty_metadata_is_refused(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("metadata", 1) == {})


@fault("ignored/response_format-accepted")
def response_format_is_refused_by_create(fake: Fake) -> None:
    refusing(fake, lambda body: "response_format" in body, CREATE)


@fault("ignored/description-accepted")
def description_is_refused_by_modify(fake: Fake) -> None:
    refusing(fake, lambda body: "description" in body, *MODIFIES)


@fault("modify/empty-instructions-clear")
def empty_instructions_are_refused(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("instructions") == "", *MODIFIES)


@fault("modify/empty-body-changes-nothing")
def an_empty_modify_is_refused(fake: Fake) -> None:
    refusing(fake, lambda body: body == {}, *MODIFIES)


@fault("modify/partial")
def a_modify_wants_the_name(fake: Fake) -> None:
    refusing(fake, lambda body: "name" not in body, *MODIFIES)


@fault("delete/answers-deleted")
def a_delete_with_a_content_type_and_no_body_is_refused(fake: Fake) -> None:
    """Stock Fastify does so, and the Python SDK sends this header."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.StreamResponse:
        if request.method == "DELETE" and "content-type" in request.headers and not request.body_exists:
            body = {"error": {"message": "No body.", "type": "invalid_request_error", "param": None, "code": None}}
            return web.json_response(body, status=400)
        return await handler(request)

    fake.middlewares.append(middleware)


# --- a framework's own behaviour


@fault("errors/bad-input-is-400")
def bad_input_answers_422(fake: Fake) -> None:
    for refused in (InvalidParameter, MalformedRequest):
        kind(fake, refused, status=422)


@fault("errors/envelope")
def a_refusal_is_a_detail(fake: Fake) -> None:
    responding(fake, lambda response: raw(response, {"detail": "No."}), lambda _, status: 400 <= status < 500)


@fault("errors/json-content-type")
def answers_are_text_plain(fake: Fake) -> None:
    def as_text(response: web.Response) -> None:
        response.content_type = "text/plain"

    responding(fake, as_text)


@fault("errors/code-is-text-or-null")
def codes_are_numbers(fake: Fake) -> None:
    for each in list(fake.error_table):
        kind(fake, each, code=fake.error_table[each].status)


@fault("errors/types")
def an_unknown_id_has_another_type(fake: Fake) -> None:
    kind(fake, UnknownAssistant, type="missing")


@fault("errors/wrong-method-is-405-or-404")
def a_wrong_method_answers_400(fake: Fake) -> None:
    kind(fake, WrongMethod, status=400)


# --- the answer itself is wrong


@fault("create/answers-the-assistant")
def created_at_is_a_float(fake: Fake) -> None:
    showing(fake, lambda _, document: document.update(created_at=document["created_at"] + 0.5))


@fault("create/answers-the-assistant")
def created_at_is_iso_text(fake: Fake) -> None:
    showing(
        fake,
        lambda _, document: document.update(
            created_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(document["created_at"]))
        ),
    )


@fault("create/answers-the-assistant")
def created_at_is_in_milliseconds(fake: Fake) -> None:
    showing(fake, lambda _, document: document.update(created_at=document["created_at"] * 1000))


@fault("create/answers-the-assistant")
def the_object_is_called_project(fake: Fake) -> None:
    showing(fake, lambda _, document: document.update(object="project"))


@fault("create/answers-the-assistant")
def null_fields_are_left_out(fake: Fake) -> None:
    showing(fake, lambda _, document: {name: value for name, value in document.items() if value is not None})


@fault("ignored/tools-are-file-search")
def tools_are_empty(fake: Fake) -> None:
    showing(fake, lambda _, document: document.update(tools=[]))


@fault("list/has-more-is-true-to-its-word")
def a_list_has_no_has_more(fake: Fake) -> None:
    listing(fake, lambda page: {name: value for name, value in page.items() if name != "has_more"})


@fault("list/envelope")
def a_list_is_a_bare_array(fake: Fake) -> None:
    listing(fake, lambda page: page["data"])


@fault("list/first-and-last-id")
def first_and_last_id_are_absent(fake: Fake) -> None:
    listing(fake, lambda page: {name: page[name] for name in ("object", "data", "has_more")})


@fault("create/status-200")
def a_create_answers_202(fake: Fake) -> None:
    answering(fake, lambda _, answer: Answer(answer.body, 202), CREATE)


@fault("delete/answers-deleted")
def a_delete_answers_204(fake: Fake) -> None:
    responding(
        fake, lambda _: web.Response(status=204), lambda request, status: request.method == "DELETE" and status == 200
    )


# --- a later call contradicts the answer


@fault("retrieve/equals-created")
def a_list_cuts_long_instructions(fake: Fake) -> None:
    showing(
        fake, lambda _, document: document.update(instructions=(document["instructions"] or "")[:100] or None), LIST
    )


@fault("ignored/description-not-kept")
def a_description_fills_empty_instructions(fake: Fake) -> None:
    getting(
        fake,
        lambda body: (
            body
            | (
                {"instructions": body["description"]}
                if body.get("description") and not body.get("instructions")
                else {}
            )
        ),
    )


@fault("ignored/metadata-not-kept", "ignored/constants-hold")
def metadata_is_kept(fake: Fake) -> None:
    kept: dict[str, Any] = {}

    async def handle(old: Handler, call: Call) -> Answer:
        done = await old(call)
        if isinstance(call.body.get("metadata"), dict):
            kept[done.body["id"]] = call.body["metadata"]
        return done

    handling(fake, handle, *WRITES)
    showing(fake, lambda _, document: document.update(metadata=kept.get(document["id"], {})))


@fault("errors/never-5xx")
def a_nul_crashes(fake: Fake) -> None:
    def check(body: Document) -> Document:
        if "\0" in json.dumps(body) or "\\u0000" in json.dumps(body):
            raise RuntimeError("NUL")
        return body

    reading(fake, check)


@fault("errors/never-5xx")
def every_list_crashes_once_a_deep_body_was_stored(fake: Fake) -> None:
    state = {"poisoned": False}

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.StreamResponse:
        body = await request.read() if request.method in ("POST", "PATCH") else b""
        if body.count(b"[") > 1_000:
            state["poisoned"] = True
            return web.json_response(
                {"error": {"message": "Too deep.", "type": "invalid_request_error", "param": None, "code": None}},
                status=400,
            )
        if state["poisoned"] and operation_of(request) == LIST:
            return web.json_response(
                {"error": {"message": "Oh.", "type": "api_error", "param": None, "code": None}}, status=500
            )
        return await handler(request)

    fake.middlewares.append(middleware)
