"""A call on its way through the fake; knows no HTTP library."""

from dataclasses import dataclass
from typing import Any

from fake_server.assistants import Key
from fake_server.contract import Operation


@dataclass(slots=True)
class Passage:
    """What is known of the call, each part as soon as it is: `caller` is whose budget it counts in, `body` as it came,
    `fault` what was made to go wrong with it (control.faults), `seconds` how long its answer took.
    """

    key: Key | None = None
    operation: Operation | None = None
    caller: str | None = None
    body: bytes | None = None
    fault: Any = None
    seconds: float = 0.0
