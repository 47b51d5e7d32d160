"""Servers that refuse bad input with another status than 400."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import Document, reading, refusal, wrong


def is_no_text(value: Any) -> bool:
    return value is not None and not isinstance(value, str)


# The status and the inputs that it answers.
OTHERWISE: dict[str, tuple[int, Callable[[Document], bool], tuple[str, ...]]] = {
    "no name is a conflict": (409, lambda body: body.get("name") is None, (CREATE,)),
    "a name that is no text is unacceptable": (406, lambda body: is_no_text(body.get("name")), (CREATE,)),
    "instructions that are no text are forbidden": (403, lambda body: is_no_text(body.get("instructions")), (CREATE,)),
    "a modify of a wrong type finds nothing": (404, lambda body: any(map(is_no_text, texts(body))), MODIFIES),
    "a create of a wrong type is unprocessable": (422, lambda body: any(map(is_no_text, texts(body))), (CREATE,)),
}


def texts(body: Document) -> list[Any]:
    return [body.get("name"), body.get("instructions")]


@wrong("errors/bad-input-is-400", each=OTHERWISE)
def of_bad_input(fake: Fake, what: str) -> None:
    status, is_bad, operations = OTHERWISE[what]
    refused = refusal(fake, status)

    def check(body: Document) -> Document:
        if is_bad(body):
            raise refused
        return body

    reading(fake, check, *operations)
