"""How a part of a fake is replaced or wrapped."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fake_server.assistants import Project
from fake_server.handlers import Answer, Call, Handler

if TYPE_CHECKING:
    from fake_server.fake import Fake

Query = Mapping[str, Any]
Page = tuple[list[Project], bool]
# What a setting does to a fake, by its value; never asked for the default.
Change = Callable[["Fake", Any], None]


def around(owner: object, name: str, new: Callable[..., Any]) -> None:
    """`new` in the place of a part; it gets the old one first, and then what the old one would."""
    setattr(owner, name, partial(new, getattr(owner, name)))


def answering(fake: "Fake", operation: str, change: Callable[[Call, Answer], object]) -> None:
    """Changes in place what an operation answers, if it does."""

    async def handle(handler: Handler, call: Call) -> Answer:
        answer = await handler(call)
        change(call, answer)
        return answer

    fake.handlers[operation] = partial(handle, fake.handlers[operation])


def set_part(name: str, fake: "Fake", value: Any) -> None:
    setattr(fake, name, value)
