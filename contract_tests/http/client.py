"""The one way to the target: every request of the suite is paced, guarded, counted and sent here."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from contract_tests.http import credentials, operations
from contract_tests.http.guard import Guard, items
from contract_tests.http.ledger import Ledger
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import ROLES, Target, TargetError

if TYPE_CHECKING:
    from contract_tests.http.transport import Transport

MINUTE = 60.0
GATEWAY = (502, 503, 504)  # the answers of a gateway before a server that starts, or that still works on the call
BETWEEN_TRIES = 1.0  # seconds
PATIENCE = 3  # waits for one request that is answered 429 again and again; also faults in a row
PLAIN = operations.list_(limit=1)


class GoneError(TargetError):
    """The target no longer takes connections."""


class RefusedKeyError(TargetError):
    """The target refuses a key that it accepted before."""


class BudgetError(Exception):
    """A defect of this suite: it was about to send a request that was not planned. The request was not sent."""


class Client:
    """Sends requests to one target. The `guard` checks each request before it is sent.

    `limited` is true if the target declares a rate limit, or has answered 429. `count` is the number of requests that
    were sent, `waited` the number that were answered 429. `budget` is the most requests that may be sent, those
    answered 429 not counted; None means any number. A request that may create an assistant goes into the `ledger`
    before it is sent. It is `pending` until an answer names the assistant, or refuses; `named` and `refused` have those
    requests. `unanswered` has the exchanges of pending requests.
    """

    def __init__(
        self,
        target: Target,
        watch: Callable[[Exchange], None] = lambda _: None,
        guard: Guard | None = None,
        ledger: Ledger | None = None,
        tag: str = "",
    ) -> None:
        self.target = target
        self.watch = watch
        self.guard = guard or Guard(target)
        self.ledger = ledger
        self.tag = tag
        self.count = 0
        self.waited = 0
        self.budget: int | None = None
        self.pending: list[Request] = []
        self.unanswered: list[Exchange] = []
        self.refused: list[Request] = []
        self.named: list[Request] = []
        self.limited = bool(target.rate_limit)
        self._faults = 0
        self._good_keys: set[str] = set()  # the roles whose keys were accepted
        self._key_checks = 0
        self._calls: deque[float] = deque()
        self._until = 0.0
        self._transport = _transport(target)
        self._secrets = Secrets(target)
        self._of_target = {"accept": "application/json", "user-agent": "assistants-contract", **target.sent_headers}

    def send(self, request: Request) -> Exchange:
        """Sends one request. After a 429, waits and sends it again. Raises TargetError, GuardError, BudgetError."""
        for _ in range(PATIENCE):
            exchange = self.send_once(request)
            if exchange.response.status != 429:
                return exchange
            self._wait(exchange)
        raise TargetError(
            f"{self.target.base_url} keeps answering 429: {PATIENCE} times to one request, with a wait after each. "
            "Others may use up the limit of the key."
        )

    def send_once(self, request: Request) -> Exchange:
        """As `send`, but returns a 429 like any other answer."""
        self.guard.check(request.method, request.path, request.role)
        self._keep_pace()
        intent = self._intend(request)
        exchange = self._exchange(request)
        self._note_answer(exchange, intent)
        self._count_faults(exchange.response)
        self._check_key(exchange)
        return exchange

    def send_parallel(self, requests: Iterable[Request]) -> list[Exchange]:
        """Sends the requests at the same time. The exchanges are in the order of the requests."""
        batch = list(requests)
        for request in batch:
            self.guard.check(request.method, request.path, request.role)
            self._keep_pace()
        if self.target.rate_limit:  # all are sent now, not when the pace allowed each
            for _ in batch:
                self._calls.pop()
            self._calls.extend(self.target.clock.now() for _ in batch)
        intents = [self._intend(request) for request in batch]
        with ThreadPoolExecutor(max_workers=len(batch)) as threads:
            try:
                exchanges = list(threads.map(self._exchange, batch))
            except KeyboardInterrupt:
                self._transport.close()  # the threads would wait for their answers until the deadline
                raise
        for exchange, intent in zip(exchanges, intents, strict=True):
            self._note_answer(exchange, intent)
        return [self._send_again(exchange) if exchange.response.status == 429 else exchange for exchange in exchanges]

    def _send_again(self, refused: Exchange) -> Exchange:
        self._wait(refused)
        return self.send(refused.request)

    def _wait(self, refused: Exchange) -> None:
        self.limited = True
        self.waited += 1
        self.rest(_retry_after(refused.response, self.target.clock.now()))

    def rest(self, seconds: float) -> None:
        """Waits for this number of seconds on the target's clock."""
        self.target.clock.rest(seconds)

    def _keep_pace(self) -> None:
        """Waits until one more call is within the declared limit, and until the target accepts calls again if other
        clients have used up its limit. One second is added, because the target counts when calls arrive."""
        clock, limit = self.target.clock, self.target.rate_limit
        if self.budget is not None and self.count - self.waited >= self.budget:
            raise BudgetError(f"{self.budget} requests were planned, and all of them have been sent.")
        if not limit:
            return
        while self._calls and self._calls[0] <= clock.now() - MINUTE - 1:
            self._calls.popleft()
        if len(self._calls) >= limit:
            clock.rest(max(0.0, self._calls[0] + MINUTE + 1 - clock.now()))
            self._calls.popleft()  # not before: an interrupted rest leaves the call counted
        if self._until > clock.now():
            clock.rest(self._until - clock.now())
        self._calls.append(clock.now())

    def _note_reset(self, response: Response) -> None:
        """After X-RateLimit-Remaining: 0, the next call waits for the announced reset."""
        reset = response.headers.get("x-ratelimit-reset", "")
        if response.headers.get("x-ratelimit-remaining") == "0" and re.fullmatch(r"\d{1,3}", reset):
            self._until = max(self._until, self.target.clock.now() + min(float(reset), MINUTE) + 0.5)

    def _intend(self, request: Request) -> int:
        if not self.guard.may_create(request.method, request.path):
            return 0
        intent = self._note_intent(request)
        self.pending.append(request)
        return intent

    def _note_intent(self, request: Request) -> int:
        """Raises TargetError if the ledger cannot be written: nobody could find what a killed run has left then."""
        if not self.ledger:
            return 0
        try:
            return self.ledger.intend(request, self.tag)
        except OSError as fault:
            reason = f"cannot be written ({fault.strerror or fault}). The run created nothing after that"
            raise TargetError(f"--ledger {self.ledger.path}: {reason}.") from fault

    def _exchange(self, request: Request) -> Exchange:
        if not self.count:
            self._wait_for_start()
        self.count += 1
        number, clock = self.count, self.target.clock
        began = clock.now()
        raw = self._answer(request)
        if raw.stale:  # the first create may have arrived, so it stays pending
            self.unanswered.append(Exchange(number, request, raw, began, clock.now()))
            self._intend(request)
            raw = self._answer(request)
        return Exchange(number, request, self._masked(raw), began, clock.now())

    def _masked(self, response: Response) -> Response:
        """A careless server may repeat a key. The key is masked here, so no other code sees the key."""
        headers, body = self._secrets.mask_headers(response.headers), self._secrets.mask_bytes(response.body)
        return replace(response, headers=headers, body=body)

    def _answer(self, request: Request) -> Response:
        path = credentials.path_of(request.path, request.role, self.target.keys.get("primary", ""))
        return self._transport.send(request.method, path, request.body, self._headers(request))

    def _wait_for_start(self) -> None:
        """Sends plain calls until the server has started, if the target allows it time. Raises GoneError."""
        clock, wait = self.target.clock, self.target.wait
        end = clock.now() + wait
        while wait:
            raw = self._answer(PLAIN)
            if raw.status:
                self._calls.append(clock.now())
            if raw.too_large or (raw.status and raw.status not in GATEWAY):
                return
            if clock.now() >= end:
                reason = raw.fault or f"the last answer was {raw.status}"
                raise GoneError(f"{self.target.base_url} did not start within {wait:g} s: {reason}.")
            clock.wait_for("start of the server", BETWEEN_TRIES)

    def add_exchange(self, request: Request, response: Response, began: float, ended: float) -> Exchange:
        """Adds an exchange that another client has sent under the same guard, as if this client had sent it."""
        self.count += 1
        exchange = Exchange(self.count, request, self._masked(response), began, ended)
        self._note_answer(exchange, self._intend(request))
        return exchange

    def _check_key(self, exchange: Exchange) -> None:
        """After a 401 to a key that was accepted before, sends one plain call with that key. Raises RefusedKeyError if
        that call gets 401 too. A second key may be refused once its own assistant is gone."""
        role, response = exchange.request.role, exchange.response
        if role == "sibling" or role not in self.target.keys:
            return
        if response.accepted:
            self._good_keys.add(role)
            if exchange.request == operations.delete(self.target.bound_id or ""):
                self._good_keys.discard(role)  # after this delete, which is a violation, a key may be refused
        elif response.status == 401 and role in self._good_keys and self._key_checks < PATIENCE:
            self._key_checks += 1
            if self._exchange(replace(PLAIN, role=role)).response.status == 401:
                raise RefusedKeyError(
                    f"{self.target.base_url} refuses the key in {self.target.variables.get(role, role)} since request "
                    f"{exchange.number}, and accepted it before."
                )

    def _count_faults(self, response: Response) -> None:
        """After three faults in a row, sends one plain call. Raises GoneError if that call gets no answer either."""
        self._faults = 0 if response.status or response.too_large else self._faults + 1
        if self.count == 1 and response.unreachable:
            raise GoneError(f"{self.target.base_url} cannot be tested: {response.fault}.")
        if self._faults >= PATIENCE:
            last = self._exchange(PLAIN).response
            if not last.status:
                raise GoneError(f"{self.target.base_url} is gone: {PATIENCE + 1} calls in a row failed: {last.fault}.")
            self._faults = 0

    def _headers(self, request: Request) -> dict[str, str]:
        return self._of_target | dict(request.headers) | authorize(request.role, self.target.keys)

    def _may_have_made(self, request: Request, response: Response) -> bool:
        """The call may have made an assistant, and no answer has named the assistant."""
        named = [item["id"] for item in items(response.json_or_guess) if self.guard.owns(item["id"])]
        return (
            not named
            and not response.refused
            and operations.parse(request.method, request.path).operation == operations.CREATE
        )

    def _note_answer(self, exchange: Exchange, intent: int) -> None:
        request, response = exchange.request, exchange.response
        if request.method == operations.METHODS[operations.DELETE]:
            gone = self.guard.note_delete(request.path, request.role, response.status, response.json)
            if gone and self.ledger:
                self.ledger.note_gone(gone)
        elif response.accepted:
            answer = response.json_or_guess
            created_id = self.guard.note_answer(request.method, request.path, request.role, answer)
            if created_id and self.ledger:
                self.ledger.note_created(created_id, request.role, intent)
        if any(each is request for each in self.pending):
            if self._may_have_made(request, response):
                self.unanswered.append(exchange)
            else:
                self._settle(request, response, intent)
        self._note_reset(response)
        self.watch(exchange)

    def _settle(self, request: Request, response: Response, intent: int) -> None:
        """The answer says what the request has created, if anything."""
        # Not `remove`: a call that is made again equals the first call, which may still be pending.
        del self.pending[next(place for place, each in enumerate(self.pending) if each is request)]
        (self.refused if response.refused else self.named).append(request)
        if self.ledger and response.refused:
            self.ledger.note_refused(intent, request, self.tag)


def _transport(target: Target) -> Transport:
    from contract_tests.http.transport import Transport  # here: a plan does not need ssl, which is slow to import

    return Transport(target)


def authorize(role: str, keys: Mapping[str, str]) -> dict[str, str]:
    """The headers with the key of a role, or of a role of credentials.INVALID."""
    return {"authorization": f"Bearer {keys[role]}"} if role in ROLES else credentials.headers_of(role, keys)


def _retry_after(response: Response, now: float) -> float:
    """The seconds to wait: as the header says in seconds or by a date, two minutes at most; a minute if it is odd."""
    text = response.headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,9}", text):
        return min(max(float(text), 1.0), 2 * MINUTE)
    with suppress(ValueError):
        return min(max(parsedate_to_datetime(text).timestamp() - now, 1.0), 2 * MINUTE)
    return MINUTE
