"""The faults that are set: their effect, the calls that they match, and how often they apply. Knows no HTTP library."""

import re
from collections.abc import Mapping
from itertools import count
from random import Random
from typing import Any

from fake_server.domain.errors import InvalidParameter, Kind
from fake_server.fake import RequestContext

HEADER = "X-Fake-Fault"
GRAMMAR = (
    f"{HEADER} accepts a status from 400 to 599, latency=MS, latency=MS-MS, hang, reset, half or malformed, "
    "or several of them separated by commas, such as '503, latency=200'"
)
FLAGS = ("hang", "reset", "half", "malformed")
EFFECTS = ("status", "latency_ms", *FLAGS)
WORD = re.compile(
    rf"(?P<status>[45]\d\d)|latency=(?P<least>\d{{1,6}})(-(?P<most>\d{{1,6}}))?|{'|'.join(FLAGS)}", re.ASCII
)
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class Fault:
    """`settings` conforms to the schema NewFault of control.yaml."""

    def __init__(self, id: str, settings: Mapping[str, Any]) -> None:
        self.id = id
        self.settings = settings
        self.struck = 0
        # With the same seed the fault applies to the same calls, with the same delays.
        self.random = Random(settings.get("seed", 0))

    @property
    def left(self) -> int | None:
        return self.settings["times"] - self.struck if "times" in self.settings else None

    def matches(self, context: RequestContext) -> bool:
        key, operation = context.key, context.operation
        if key is None or operation is None:
            return False
        actual = {"operation": operation.id, "key": key.secret, "organization": key.organization}
        return all(self.settings.get(name, value) == value for name, value in actual.items())

    def applies(self) -> bool:
        """True if the fault applies to this matching call, which is then counted."""
        if self.left == 0 or self.random.random() >= self.settings.get("share", 1):
            return False
        self.struck += 1
        return True

    def seconds(self) -> float:
        """The delay of the call."""
        latency = self.settings.get("latency_ms", 0)
        return (self.random.uniform(*latency) if isinstance(latency, list) else latency) / 1000

    def kind(self) -> Kind:
        status = self.settings["status"]
        usual = TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
        return Kind(status, self.settings.get("type", usual), self.settings.get("code"))

    def message(self) -> str:
        usual = f"The fault '{self.id}' makes the fake answer {self.settings['status']} here."
        return str(self.settings.get("message", usual))

    def render(self) -> dict[str, Any]:
        return {"id": self.id, **self.settings, "struck": self.struck, "left": self.left}


class Faults:
    """Faults in the order in which they are tried. Only the first one that matches and applies is used."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.all: dict[str, Fault] = {}
        self.numbers = count(1)
        self.header_random = Random(0)

    def clear_of(self, organization: str, keys: set[str]) -> None:
        """Remove the faults for this organization or for one of its keys."""
        self.all = {
            id: fault
            for id, fault in self.all.items()
            if fault.settings.get("organization") != organization and fault.settings.get("key") not in keys
        }

    def add(self, settings: Mapping[str, Any]) -> Fault:
        """Raises InvalidParameter for settings that have no effect or contradict each other."""
        if not settings.keys() & set(EFFECTS):
            raise InvalidParameter(f"This fault has no effect. Give one or more of {', '.join(EFFECTS)}.")
        if "times" in settings and "share" in settings:
            raise InvalidParameter("Give either 'times' or 'share', not both.", "times")
        latency = settings.get("latency_ms")
        if isinstance(latency, list) and latency[0] > latency[1]:
            raise InvalidParameter("'latency_ms' must give the shorter time first.", "latency_ms")
        fault = Fault(f"fault-{next(self.numbers)}", settings)
        self.all[fault.id] = fault
        return fault

    def claim(self, context: RequestContext) -> Fault | None:
        return next((each for each in self.all.values() if each.matches(context) and each.applies()), None)

    def fault_from_header(self, text: str) -> Fault:
        """A fault for this call only. Raises InvalidParameter."""
        fault = Fault("header", parse_header(text))
        fault.random = self.header_random
        return fault


def parse_header(text: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for word in (each.strip() for each in text.split(",")):
        found = WORD.fullmatch(word)
        if found is None:
            raise InvalidParameter(f"{GRAMMAR}, not '{word:.40}'.", HEADER)
        if found["status"]:
            settings["status"] = int(found["status"])
        elif found["least"]:
            settings["latency_ms"] = sorted([int(found["least"]), int(found["most"] or found["least"])])
        else:
            settings[word] = True
    return settings
