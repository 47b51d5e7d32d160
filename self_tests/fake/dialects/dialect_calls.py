"""Calls that show the effect of dialect settings, and functions that select a part of the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from fake_server.compose import compose
from fake_server.dialect.settings import Dialect
from fake_server.fake import Fake
from fake_server.http.server import serve

BOUND, OTHER, FOREIGN = "asst-acme-support", "asst-acme-research", "asst-globex-sales"
SHAPES = {"hex": "[0-9a-f]{24}", "uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "short": "[0-9a-f]{12}",
          "number": "[0-9]{1,6}", "letters": "[0-9A-Za-z]{24}"}  # fmt: skip
BUDGET = 9


class Place:
    """A served fake with BUDGET calls per minute, and a client. Its clock starts ten seconds before a full minute."""

    def __init__(self, dialect: Dialect) -> None:
        self.time = 60_050.0
        self.fake: Fake = compose(rate_limit=BUDGET, now=lambda: self.time, dialect=dialect)

    def ask(self, method: str, path: str = "", *, key: str | None = "sk-fake-primary", **sent: Any) -> httpx2.Response:
        headers = {"content-type": "application/json"} | ({} if key is None else {"authorization": f"Bearer {key}"})
        return self.client.request(method, f"/assistants{path}", headers=headers | sent.pop("headers", {}), **sent)

    def use_up(self, key: str = "sk-fake-primary", left: int = 0) -> None:
        for _ in range(BUDGET - left):
            self.ask("GET", f"/{BOUND}", key=key)

    @contextmanager
    def served(self) -> Iterator[Place]:
        with serve(self.fake) as url, httpx2.Client(base_url=url, trust_env=False, verify=False) as self.client:
            yield self


def created(**body: Any) -> Callable[[Place], httpx2.Response]:
    return lambda at: at.ask("POST", json={"name": "x", **body})


def asked(*request: str, **sent: Any) -> Callable[[Place], httpx2.Response]:
    return lambda at: at.ask(*request, **sent)


Ask = Callable[[Place], httpx2.Response]
Read = Callable[[Place], Any]


def status(ask: Ask) -> Read:
    return lambda at: ask(at).status_code


def shown(ask: Ask, field: str) -> Read:
    return lambda at: ask(at).json().get(field, "absent")


def error(ask: Ask, field: str) -> Read:
    return lambda at: ask(at).json().get("error", {}).get(field, "absent")


def fields(ask: Ask) -> Read:
    return lambda at: list(ask(at).json())


def header(ask: Ask, name: str) -> Read:
    return lambda at: ask(at).headers.get(name)


def listed(query: str) -> Read:
    return lambda at: len(at.ask("GET", query).json().get("data", "none"))


def first_listed(at: Place) -> str:
    """The name of the first assistant in the list of three."""
    at.ask("POST", json={"name": "Zebra"})
    return str(at.ask("GET").json()["data"][0]["name"])


def shape(at: Place) -> str:
    id = created()(at).json()["id"].removeprefix("asst-")
    return next(name for name, pattern in SHAPES.items() if re.fullmatch(pattern, id))


def cleared(body: Mapping[str, None]) -> Read:
    """The value of the instructions when this modify follows a text."""

    def read(at: Place) -> Any:
        at.ask("PATCH", f"/{BOUND}", json={"instructions": "Be kind."})
        return at.ask("PATCH", f"/{BOUND}", json=body).json().get("instructions", "refused")

    return read


def switched_off(at: Place) -> httpx2.Response:
    at.fake.store.alter("keys", "sk-fake-sibling", {"active": False})
    return at.ask("GET", key="sk-fake-sibling")


LIST = asked("GET")


def after(*use: Callable[[Place], object], then: Ask = LIST) -> Ask:
    """The answer to the call `then`."""

    def ask(at: Place) -> httpx2.Response:
        for each in use:
            each(at)
        return then(at)

    return ask


def used_up(at: Place) -> None:
    at.use_up()


def knocked(at: Place) -> None:
    at.ask("GET")


def strangers(at: Place) -> None:
    at.use_up("sk-nobody")


def waited(seconds: float) -> Callable[[Place], None]:
    def wait(at: Place) -> None:
        at.time += seconds

    return wait


PREFLIGHT = {"origin": "http://page", "access-control-request-method": "POST", "access-control-request-headers": "x-a"}
FRAMEWORK = ["message", "error", "statusCode"]
ONE, LARGE = f"/{BOUND}", b'{"name": "' + b"x" * 70_000 + b'"}'
SMALL = {"bodies.largest": 65_536}
