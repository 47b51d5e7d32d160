"""How an assistant is shown, and what is kept of a body that clears something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from fake_server.fake import Answer, Call, Fake, Handler


def answering(fake: Fake, change: Callable[[Call, Answer], object], operation: str) -> None:
    """Changes what this operation answers, in place."""

    async def changed(handle: Handler, call: Call) -> Answer:
        answer = await handle(call)
        change(call, answer)
        return answer

    fake.handlers[operation] = partial(changed, fake.handlers[operation])


def answer_status(fake: Fake, status: int, operation: str) -> None:
    answering(fake, lambda _, answer: setattr(answer, "status", status), operation)


def sort_keys(fake: Fake, _: bool) -> None:
    fake.json_options |= orjson.OPT_SORT_KEYS


def add_headers(fake: Fake, extra: Mapping[str, str]) -> None:
    common = fake.common_headers
    fake.common_headers = lambda: {**common(), **extra}


def leave_out_request_id(fake: Fake, _: bool) -> None:
    common = fake.common_headers
    fake.common_headers = lambda: without(common(), "x-request-id")


def grant_only(fake: Fake, allowed: Sequence[str]) -> None:
    granted = fake.preflight_headers
    fake.preflight_headers = lambda asked: granted(asked) | {"access-control-allow-headers": ", ".join(allowed)}


def clear_made(fake: Fake, text: str) -> None:
    keep = fake.made
    fake.made = lambda body: cleared({"prompt": None, **keep(body)}, text)


def clear_changed(fake: Fake, text: str) -> None:
    keep = fake.changed
    fake.changed = lambda body: cleared(keep(body), text)


def cleared(changes: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {name: text if value is None else value for name, value in changes.items()}


def keep_despite_null(fake: Fake, does: str, field: str) -> None:
    if does == "keep":
        keep = fake.changed
        fake.changed = lambda body: keep(body if body.get(field) is not None else without(body, field))


def without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    "answers.create_status": partial(answer_status, operation="createAssistant"),
    "answers.modify_status": partial(answer_status, operation="modifyAssistant"),
    "answers.cleared_by_create": clear_made,
    "answers.cleared_by_modify": clear_changed,
    "answers.sorted_keys": sort_keys,
    "answers.extra_headers": add_headers,
    "answers.request_id": leave_out_request_id,
    "bodies.null_name": partial(keep_despite_null, field="name"),
    "bodies.null_instructions": partial(keep_despite_null, field="instructions"),
    "browser.allow_headers": grant_only,
}
