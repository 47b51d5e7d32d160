"""Settings for the answers: statuses, headers, and the value of cleared instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from fake_server.fake import Answer, Call, Fake, Handler


def change_answers(fake: Fake, change: Callable[[Call, Answer], object], operation: str) -> None:
    """Let `change` modify each answer of this operation."""

    async def answer_and_change(handle: Handler, call: Call) -> Answer:
        answer = await handle(call)
        change(call, answer)
        return answer

    fake.handlers[operation] = partial(answer_and_change, fake.handlers[operation])


def _set_status(fake: Fake, status: int, operation: str) -> None:
    change_answers(fake, lambda _, answer: setattr(answer, "status", status), operation)


def _sort_keys(fake: Fake, _: bool) -> None:
    fake.json_options |= orjson.OPT_SORT_KEYS


def _add_headers(fake: Fake, extra: Mapping[str, str]) -> None:
    common = fake.common_headers
    fake.common_headers = lambda: {**common(), **extra}


def _remove_request_id(fake: Fake, _: bool) -> None:
    common = fake.common_headers
    fake.common_headers = lambda: without(common(), "x-request-id")


def _allow_headers(fake: Fake, allowed: Sequence[str]) -> None:
    preflight_headers = fake.preflight_headers
    fake.preflight_headers = lambda requested: (
        preflight_headers(requested) | {"access-control-allow-headers": ", ".join(allowed)}
    )


def _set_cleared_by_create(fake: Fake, text: str) -> None:
    fields = fake.fields_from_create
    fake.fields_from_create = lambda body: _replace_null({"prompt": None, **fields(body)}, text)


def _set_cleared_by_modify(fake: Fake, text: str) -> None:
    fields = fake.fields_from_modify
    fake.fields_from_modify = lambda body: _replace_null(fields(body), text)


def _replace_null(changes: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {name: text if value is None else value for name, value in changes.items()}


def _keep_on_null(fake: Fake, action: str, field: str) -> None:
    if action == "keep":
        fields = fake.fields_from_modify
        fake.fields_from_modify = lambda body: fields(body if body.get(field) is not None else without(body, field))


def without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "answers.create_status": partial(_set_status, operation="createAssistant"),
    "answers.modify_status": partial(_set_status, operation="modifyAssistant"),
    "answers.cleared_by_create": _set_cleared_by_create,
    "answers.cleared_by_modify": _set_cleared_by_modify,
    "answers.sorted_keys": _sort_keys,
    "answers.extra_headers": _add_headers,
    "answers.request_id": _remove_request_id,
    "bodies.null_name": partial(_keep_on_null, field="name"),
    "bodies.null_instructions": partial(_keep_on_null, field="instructions"),
    "browser.allow_headers": _allow_headers,
}
