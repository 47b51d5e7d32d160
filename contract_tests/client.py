"""The one way to the target: every request of the suite is paced, guarded, counted and sent here."""

from __future__ import annotations

import base64
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, TimeoutError

from contract_tests.target import ROLES, Target, TargetError
from contract_tests.wire import Exchange, Json, Request, Response

STRANGER = "sk-stranger-that-nobody-was-given"

# How a request can come without a good key: what its Authorization header holds, made from the primary key.
DISGUISES: Mapping[str, Callable[[str], str | None]] = {
    "nobody": lambda _: None,
    "stranger": lambda _: f"Bearer {STRANGER}",
    "basic": lambda key: "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
    "bare": lambda key: key,
}
COLLECTION = {("/assistants", "POST"), ("/assistants", "PUT")}
TIME_OUT = urllib3.Timeout(connect=5, read=10)
IDLE = 1.0  # seconds; a server may close a connection that rests longer, just as we write on it
MINUTE = 60.0
PATIENCE = 3  # waits for one request that keeps being answered 429


class GoneError(TargetError):
    """The target no longer takes connections."""


class GuardError(Exception):
    """A defect of this suite: it was about to change an assistant that it did not make. Nothing was sent."""


class Client:
    """Sends requests to one target.

    `made` maps each id that this run created to the role that did; `seen` holds every id that an answer showed. A
    modify or a delete is sent only to ids that were made here, to the declared expendable id, to the bound id for the
    question whether deleting it is refused, and to ids that were never seen and so name nothing. `limited` says whether
    calls are dear: a limit is declared, or has shown itself.
    """

    def __init__(self, target: Target, watch: Callable[[Exchange], None] = lambda _: None) -> None:
        self.target = target
        self.watch = watch
        self.made: dict[str, str] = {}
        self.seen: set[str] = set()
        self.count = 0
        self.limited = bool(target.rate_limit)
        self._ours: set[str] = set()
        self._others: set[str] = set()
        self._failures = 0
        self._calls: deque[float] = deque()
        self._used = 0.0
        self._base = urlsplit(target.base_url)
        self._pool = _pool(target.base_url)
        self._secrets = dict(_secrets(target))

    def send(self, request: Request) -> Exchange:
        """The answer to one request. A 429 is waited out, so it is never the answer. Raises GoneError, TargetError."""
        for _ in range(PATIENCE):
            exchange = self.send_once(request)
            if exchange.response.status != 429:
                return exchange
            self.limited = True
            self.rest(_retry_after(exchange.response))
        raise TargetError(f"{self.target.base_url} keeps answering 429, also after the waits that it asked for.")

    def send_once(self, request: Request) -> Exchange:
        """As `send`, but a 429 is an answer like any other."""
        self._let(request)
        self._keep_pace()
        exchange = self._exchange(request)
        self._learn(exchange)
        return exchange

    def send_together(self, requests: Iterable[Request]) -> list[Exchange]:
        """Sends all at once and gives the exchanges in the order of the requests."""
        batch = list(requests)
        for request in batch:
            self._let(request)
            self._keep_pace()
        if self.target.rate_limit:  # they go out now, whenever the pace let them through
            for _ in batch:
                self._calls.pop()
            self._calls.extend(self.target.clock.now() for _ in batch)
        with ThreadPoolExecutor(max_workers=len(batch)) as threads:
            exchanges = list(threads.map(self._exchange, batch))
        for exchange in exchanges:
            self._learn(exchange)
        return [self._again(exchange) if exchange.response.status == 429 else exchange for exchange in exchanges]

    def _again(self, refused: Exchange) -> Exchange:
        self.limited = True
        self.rest(_retry_after(refused.response))
        return self.send(refused.request)

    def rest(self, seconds: float) -> None:
        """Waits for so many seconds of the target's clock."""
        self.target.clock.rest(seconds)

    def _let(self, request: Request) -> None:
        path = unquote(request.path.partition("?")[0])
        if request.method in ("GET", "HEAD", "OPTIONS") or (path, request.method) in COLLECTION:
            return
        if path.rstrip("/") == "/assistants":
            raise GuardError(f"{request.method} {request.path} might change every assistant of the organization.")
        ours = {*map(bare, self.made), bare(self.target.expendable_id or "")}
        protected = {bare(id) for id in self.seen} - ours
        if request.method == "DELETE" and path == f"/assistants/{self.target.bound_id}" and request.role == "primary":
            return
        segments = {bare(segment) for segment in path.split("/")} - {""}
        if named := next(iter(segments & protected), None):
            raise GuardError(f"{request.method} {request.path} would change {named}, which this run did not make.")

    def _keep_pace(self) -> None:
        """Waits until one more call is within what the target declares; a second more, since it counts arrivals."""
        clock, limit = self.target.clock, self.target.rate_limit
        if not limit:
            return
        while self._calls and self._calls[0] <= clock.now() - MINUTE - 1:
            self._calls.popleft()
        if len(self._calls) >= limit:
            clock.rest(max(0.0, self._calls.popleft() + MINUTE + 1 - clock.now()))
        self._calls.append(clock.now())

    def _exchange(self, request: Request) -> Exchange:
        self.count += 1
        number, clock = self.count, self.target.clock
        began = clock.now()
        response = self._answer(request)
        return Exchange(number, request, response, began, clock.now())

    def _answer(self, request: Request) -> Response:
        if time.monotonic() - self._used > IDLE:
            self._pool.close()
            self._pool = _pool(self.target.base_url)
        self._used = time.monotonic()
        try:
            raw = self._pool.urlopen(
                request.method,
                self._base.path + request.path,
                body=request.body,
                headers=self._headers(request),
                redirect=False,
                retries=False,
                timeout=TIME_OUT,
                assert_same_host=False,
            )
        except NewConnectionError as fault:
            return self._unreachable(fault)
        except TimeoutError:
            return Response(0, fault=f"no answer within {TIME_OUT.read_timeout:g} s", hung=True)
        except HTTPError as fault:
            return Response(0, fault=f"the connection broke ({type(fault).__name__})")
        self._failures = 0
        headers = {name.lower(): self._keyless(value.encode()).decode() for name, value in raw.headers.items()}
        return Response(raw.status, headers, self._keyless(raw.data))

    def _keyless(self, text: bytes) -> bytes:
        """What a careless server repeats of our keys goes no further than here."""
        for form, variable in self._secrets.items():
            text = text.replace(form, variable)
        return text

    def _unreachable(self, fault: Exception) -> Response:
        self._failures += 1
        if self.count <= 1 or self._failures >= 3:
            raise GoneError(f"{self.target.base_url} takes no connection: {_reason(fault)}.") from fault
        time.sleep(0.1)
        return Response(0, fault="no connection")

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"accept": "application/json", "user-agent": "assistants-contract", **dict(request.headers)}
        if authorization := authorize(request.role, self.target.keys):
            headers["authorization"] = authorization
        return headers

    def _learn(self, exchange: Exchange) -> None:
        shows = exchange.response.accepted and exchange.request.method != "DELETE"
        answer = exchange.response.json if shows else None
        ids = _ids(answer)
        # A modify can make one too, on a server that takes an unknown id for a new one.
        creates = exchange.request.method in ("POST", "PATCH")
        for id in ids:
            if creates and id not in self.seen and bare(id) not in self._others:
                self.made[id] = exchange.request.role
                self._ours.add(bare(id))
            elif bare(id) not in self._ours:
                self._others.add(bare(id))
            self.seen.add(id)
        self.watch(exchange)


def bare(id: str) -> str:
    """An id without its prefix, which some servers leave out, and some do not need."""
    return id.removeprefix("asst-")


def authorize(role: str, keys: Mapping[str, str]) -> str | None:
    """The Authorization header of a role or of a disguise; None for no header."""
    return f"Bearer {keys[role]}" if role in ROLES else DISGUISES[role](keys["primary"])


def _secrets(target: Target) -> Iterator[tuple[bytes, bytes]]:
    """Each form in which an answer can repeat a key, with the name of the variable that holds the key."""
    for role, key in target.keys.items():
        for form in (key, base64.b64encode(f"{key}:".encode()).decode(), json.dumps(key)[1:-1]):
            yield form.encode(), f"${target.variables.get(role, role)}".encode()


def _ids(answer: Json) -> list[str]:
    """The ids of what an answer shows: an assistant, a page of them, or a bare array where a server gives one."""
    items = answer if isinstance(answer, list) else [answer]
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        items = answer["data"]
    return [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]]


def _retry_after(response: Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(max(float(text), 1.0), 120.0) if re.fullmatch(r"\d{1,9}", text) else MINUTE


def _pool(base_url: str) -> urllib3.HTTPConnectionPool:
    return urllib3.connection_from_url(base_url, maxsize=16)


def _reason(fault: Exception) -> str:
    return str(fault).rpartition(": ")[2].rstrip(".") or type(fault).__name__
