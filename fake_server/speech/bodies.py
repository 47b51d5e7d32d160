"""What a body is taken for, beside what the contract's own schema says of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fake_server.contract import Operation
from fake_server.errors import InvalidParameter
from fake_server.speech.parts import Change, around

if TYPE_CHECKING:
    from fake_server.fake import Fake

MODIFIES = ("modifyAssistant", "patchAssistant")


def keep_despite_null(field: str, fake: "Fake", value: str) -> None:
    """A null that changes nothing is as if it were not there."""

    def check(old: Callable[..., dict[str, Any]], operation: Operation, value: object) -> dict[str, Any]:
        body = old(operation, value)
        dropped = operation.id in MODIFIES and body.get(field, "") is None
        return {name: each for name, each in body.items() if name != field} if dropped else body

    if value == "keep":
        around(fake, "check_body", check)


def refuse_field(name: str, fake: "Fake", _: bool) -> None:
    def check(old: Callable[..., dict[str, Any]], operation: Operation, value: object) -> dict[str, Any]:
        if isinstance(value, dict) and name in value:
            raise InvalidParameter(f"Unknown parameter: '{name}'. Leave it out.", name)
        return old(operation, value)

    around(fake, "check_body", check)


def take_no_body(fake: "Fake", _: str) -> None:
    """For an empty object, which a create still refuses."""
    around(fake, "parse_body", lambda parse, raw, content_type: parse(raw or b"{}", content_type))


CHANGES: Mapping[str, Change] = {
    "bodies.reasoning_effort": partial(refuse_field, "reasoning_effort"),
    "bodies.null_name": partial(keep_despite_null, "name"),
    "bodies.null_instructions": partial(keep_despite_null, "instructions"),
    "bodies.empty_modify": take_no_body,
}
