"""What shall go wrong, for whom and how often; knows no HTTP library."""

import re
from collections.abc import Mapping
from itertools import count
from random import Random
from typing import Any

from fake_server.domain.errors import InvalidParameter, Kind
from fake_server.fake import Passage

HEADER = "X-Fake-Fault"
GRAMMAR = (
    f"{HEADER} takes a status from 400 to 599, latency=MS, latency=MS-MS, hang, reset, half or malformed, "
    "or several of them with commas between them, such as '503, latency=200'"
)
FLAGS = ("hang", "reset", "half", "malformed")
DEEDS = ("status", "latency_ms", *FLAGS)
WORD = re.compile(
    rf"(?P<status>[45]\d\d)|latency=(?P<least>\d{{1,6}})(-(?P<most>\d{{1,6}}))?|{'|'.join(FLAGS)}", re.ASCII
)
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class Fault:
    """`given` keeps the schema NewFault of control.yaml."""

    def __init__(self, id: str, given: Mapping[str, Any]) -> None:
        self.id = id
        self.given = given
        self.struck = 0
        # The same seed strikes the same of the calls that fit, and makes them wait as long.
        self.random = Random(given.get("seed", 0))

    @property
    def left(self) -> int | None:
        return self.given["times"] - self.struck if "times" in self.given else None

    def fits(self, passage: Passage) -> bool:
        key, operation = passage.key, passage.operation
        if key is None or operation is None:
            return False
        asked = {"operation": operation.id, "key": key.secret, "organization": key.organization}
        return all(self.given.get(name, value) == value for name, value in asked.items())

    def strikes(self) -> bool:
        """Whether it strikes this call, which fits."""
        if self.left == 0 or self.random.random() >= self.given.get("share", 1):
            return False
        self.struck += 1
        return True

    def seconds(self) -> float:
        """How long the call is kept waiting."""
        latency = self.given.get("latency_ms", 0)
        return (self.random.uniform(*latency) if isinstance(latency, list) else latency) / 1000

    def kind(self) -> Kind:
        status = self.given["status"]
        usual = TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
        return Kind(status, self.given.get("type", usual), self.given.get("code"))

    def message(self) -> str:
        usual = f"The fake was told to answer {self.given['status']} here, by the fault '{self.id}'."
        return str(self.given.get("message", usual))

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, **self.given, "struck": self.struck, "left": self.left}


class Faults:
    """In the order in which they are tried: the first that fits a call and strikes it is the only one that does."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.all: dict[str, Fault] = {}
        self.numbers = count(1)
        self.spread = Random(0)

    def clear_of(self, organization: str, keys: set[str]) -> None:
        """Those that are about this organization, or about one of its keys."""
        self.all = {
            id: fault
            for id, fault in self.all.items()
            if fault.given.get("organization") != organization and fault.given.get("key") not in keys
        }

    def add(self, given: Mapping[str, Any]) -> Fault:
        """Raises InvalidParameter for what says nothing, or says it twice."""
        if not given.keys() & set(DEEDS):
            raise InvalidParameter(f"Nothing would go wrong. Give one or more of {', '.join(DEEDS)}.")
        if "times" in given and "share" in given:
            raise InvalidParameter("Give either 'times' or 'share', not both.", "times")
        latency = given.get("latency_ms")
        if isinstance(latency, list) and latency[0] > latency[1]:
            raise InvalidParameter("'latency_ms' must give the shorter time first.", "latency_ms")
        fault = Fault(f"fault-{next(self.numbers)}", given)
        self.all[fault.id] = fault
        return fault

    def striking(self, passage: Passage) -> Fault | None:
        return next((each for each in self.all.values() if each.fits(passage) and each.strikes()), None)

    def of_header(self, text: str) -> Fault:
        """One for this call alone. Raises InvalidParameter."""
        fault = Fault("header", read_header(text))
        fault.random = self.spread
        return fault


def read_header(text: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for word in (each.strip() for each in text.split(",")):
        found = WORD.fullmatch(word)
        if found is None:
            raise InvalidParameter(f"{GRAMMAR}, not '{word:.40}'.", HEADER)
        if found["status"]:
            given["status"] = int(found["status"])
        elif found["least"]:
            given["latency_ms"] = sorted([int(found["least"]), int(found["most"] or found["least"])])
        else:
            given[word] = True
    return given
