"""A session: sends the calls of every generator, and gives each exchange to the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from contract_tests.generators import create_ladder
from contract_tests.http import openapi, operations
from contract_tests.http.client import Client
from contract_tests.http.guard import TakenError
from contract_tests.http.messages import Exchange, Json, Request, Response
from contract_tests.http.target import Target, TargetError
from contract_tests.requirements.findings import answer, brief

if TYPE_CHECKING:  # `explain` and `plan` list steps, and start without the oracle
    from contract_tests.oracle.oracle import Oracle

Item = TypeVar("Item")


class BlockedError(Exception):
    """A step cannot go on, because a call that it depends on (mostly a create) failed. The oracle has seen the call.

    `by` is the violated requirement that kept the call from being sent; empty if the call was sent.
    """

    def __init__(self, reason: str, by: str = "") -> None:
        super().__init__(reason)
        self.by = by


class UnansweredError(BlockedError):
    """A call that a step depends on was not answered in time. The text says the time."""


class Session:
    """The calls of one run to one target.

    Every text that the session sends begins with `tag`. `others` are the ids that the opening walk found, newest first;
    `before` has the ids of the other keys' walks too. `page_size` is the largest limit of a walk: less than the
    contract's if such a page is too large to be read. `first_answers` has the answer to the first call of each key. A
    `thorough` session reads at once what it has written. Any other session leaves that to the last walk of the run. A
    session that `repeats` sends the creates of an earlier session unchanged: it does not add the fields that each
    create must have.
    """

    def __init__(self, client: Client, oracle: Oracle, thorough: bool = True, repeats: bool = False) -> None:
        self.client = client
        self.oracle = oracle
        self.thorough = thorough
        self.tag = oracle.model.tag
        self.others: list[str] = []
        self.before: set[str] = set()
        self.page_size = openapi.page_limit().maximum
        self._texts = 0
        self._groups = 0
        self.first_answers: dict[str, Response] = {}
        self._in_use: set[str] = set()
        self._subject = ""
        self._climbed = False
        self._create_fields: Mapping[str, Json] = {} if repeats else openapi.first_fields(self.target.create)
        self._has_patch = True

    @property
    def target(self) -> Target:
        return self.client.target

    @property
    def second(self) -> str:
        """The role of the second key of the organization, or of the first key if there is no second."""
        return "sibling" if "sibling" in self.target.keys else "primary"

    def sample(self, items: Sequence[Item], size: int) -> Sequence[Item]:
        """All items. Only the first `size` under a rate limit, or in a session that is not thorough."""
        return items if self.thorough and not self.client.limited else items[:size]

    def send(self, request: Request) -> Exchange:
        """The exchange, which the oracle has seen. Raises UnansweredError if no answer came in time.

        An operation that seems never to succeed is not sent again: its last refusal is the answer. A server may leave
        PATCH out, in an edition that says so: then a modify is sent by POST.
        """
        fitting = self._fit(request, self._has_patch)
        if refusal := self.oracle.find_known_refusal(operations.parse(fitting.method, fitting.path).operation):
            return _answered(refusal)
        self._check_deletable(fitting)
        exchange = self._send(fitting)
        if self.oracle.is_not_offered(exchange):
            self._has_patch = False
            return self.send(request)
        if self._needs_the_ladder(exchange):
            self._climb()
            return self.send(request)
        return _answered(exchange)

    def send_without(self, field: str, body: Mapping[str, Json]) -> Exchange:
        """Sends a create without a field that every create must have, or with the value that the body gives to it."""
        others = {name: value for name, value in self._create_fields.items() if name != field}
        return _answered(self._send(operations.create({**others, **body})))

    def adapt(self, request: Request) -> Request:
        """The request in a form that every right server accepts. A create gets the required fields. A modify is a POST,
        unless PATCH is mandatory or was accepted.
        """
        is_sure = not openapi.optional_operations() or operations.PATCH in self.oracle.refusals.succeeded
        return self._fit(request, self._has_patch and is_sure)

    def _fit(self, request: Request, has_patch: bool) -> Request:
        """The request with the fields that a create needs here. Without PATCH, a modify is a POST."""
        if not has_patch and operations.parse(request.method, request.path).operation == operations.PATCH:
            request = operations.modify_instead(request)
        return create_ladder.climb(request, self._create_fields)

    def _send(self, request: Request) -> Exchange:
        try:
            exchange = self.client.send(request)
        except TakenError as taken:
            raise BlockedError(str(taken)) from taken
        self.oracle.observe(exchange)
        return exchange

    def _check_deletable(self, request: Request) -> None:
        """Raises BlockedError for a create if deletes seem never to succeed."""
        if self.stopped_creating and self.client.guard.may_create(request.method, request.path):
            raise self._no_delete()

    def _no_delete(self) -> BlockedError:
        refusal = self.oracle.find_known_refusal(operations.DELETE)
        if refusal and refusal.response.hung:
            return UnansweredError(refusal.response.fault)
        return BlockedError("nothing can be deleted", self.oracle.refusals.dead()[operations.DELETE])

    @property
    def stopped_creating(self) -> bool:
        """True if deletes seem never to succeed. Then the run leaves no more assistants behind."""
        return self.oracle.find_known_refusal(operations.DELETE) is not None

    def _needs_the_ladder(self, exchange: Exchange) -> bool:
        """True if the first good create was refused. A plan has no requests for the ladder, so it never climbs."""
        new = not self._climbed and self.client.budget is None
        return new and self.oracle.refuses_good_creates(exchange)

    def _climb(self) -> None:
        """Finds the fewest fields with which a create is accepted. Every create has them from now on."""
        self._climbed = True
        for fields, request in create_ladder.rungs(self.unique_text("ladder"), self.target.create):
            if self._send(request).response.accepted:
                self._create_fields = fields
                return

    def send_first(self, request: Request) -> Exchange:
        """The first call with a key. Raises TargetError if the target does not answer, redirects or refuses the key.

        Only a list that answers 403 refuses the key: a 403 about one assistant is a verdict on that call. A later call
        with the key is sent like any other.
        """
        if request.role in self.first_answers:
            return self.send(request)
        exchange, base_url = self.client.send(request), self.target.base_url
        response, is_list = exchange.response, request.path.partition("?")[0] == operations.COLLECTION
        if not response.status and not response.too_large:
            raise TargetError(f"{base_url} does not answer: {response.fault}.")
        if 300 <= response.status < 400:
            location = brief(response.headers.get("location", "nowhere"))
            raise TargetError(f"{base_url} redirects to {location}: give that to be judged. No key went there.")
        if response.status == 401 or (response.status == 403 and is_list):
            variable = self.target.variables.get(request.role, request.role)
            raise TargetError(f"{base_url} refuses the {request.role} key ({variable}): {_refusal(exchange)}")
        self.first_answers[request.role] = response
        self.oracle.observe(exchange)
        return exchange

    def send_group(self, build: Callable[[int], Iterable[Request]]) -> list[Exchange]:
        """Sends in parallel the requests that `build` gives for the number of a new group. Raises BlockedError."""
        self._groups += 1
        return self.send_parallel(list(build(self._groups)))

    def send_parallel(self, requests: Sequence[Request]) -> list[Exchange]:
        """Sends the requests at the same time. Raises BlockedError."""
        for request in requests:
            self._check_deletable(request)
        exchanges = self.client.send_parallel([self._fit(each, self._has_patch) for each in requests])
        for exchange in exchanges:
            self.oracle.observe(exchange)
        return exchanges

    def unique_text(self, note: str = "") -> str:
        """A text that no other call, of this run or of others, has sent."""
        self._texts += 1
        return f"{self.tag} {self._texts:04} {note}".rstrip()

    def create_assistant(self, role: str = "primary", **body: Json) -> str:
        """The id of a new assistant with a name and instructions; `body` adds to them. Raises BlockedError.

        If the run has stopped creating, returns the id of an assistant that the run has.
        """
        if self.stopped_creating and not body:
            return self._present_assistant(role)
        body = {"name": self.unique_text("assistant"), "instructions": self.unique_text("instructions"), **body}
        return self.created_id(self.send(operations.create(body, role)))

    def _present_assistant(self, role: str) -> str:
        """An assistant of this role that the present step does not have yet. Raises BlockedError."""
        known = map(self.oracle.model.find, self.client.guard.created)
        usable = (each for each in known if each and each.present and each.document and each.role == role)
        found = next((each for each in usable if each.id not in self._in_use), None)
        if not found:
            raise self._no_delete()
        self._in_use.add(found.id)
        return found.id

    def begin_step(self) -> None:
        """A new step may use each assistant again."""
        self._in_use.clear()

    def created_id(self, exchange: Exchange) -> str:
        """The id that a create answered. Raises BlockedError if the create failed, or answered no new id."""
        answer = exchange.response.json
        id = answer.get("id") if isinstance(answer, dict) else None
        if not exchange.response.accepted or not isinstance(id, str) or id not in self.client.guard.created:
            raise BlockedError("a create failed")
        return id

    def subject(self) -> str:
        """The id of an assistant that several calls share; none of them changes it. Raises BlockedError."""
        known = self.oracle.model.find(self._subject) if self._subject else None
        if known is None or not known.present:
            self._subject = self.create_assistant()
        return self._subject

    def retrieve(self, id: str, role: str = "primary") -> Exchange:
        return self.send(operations.retrieve(id, role))

    def verify(self, *ids: str, role: str = "primary") -> None:
        """Retrieves the assistants at once. A session that is not thorough sends nothing: the last walk follows."""
        for id in ids if self.thorough else ():
            self.retrieve(id, role)

    def verify_list(self, role: str = "primary") -> None:
        """Walks the list at once. A session that is not thorough sends nothing: the last walk follows."""
        if self.thorough:
            self.walk(role)

    def walk(self, role: str = "primary", first: bool = False, **query: object) -> list[str]:
        """Every id of the list, page by page like the SDKs. Ends at the last page, an empty page or a repeated page."""
        return [id for page in self.pages(role, first, **query) for id in page]

    def pages(self, role: str = "primary", first: bool = False, **query: object) -> Iterator[list[str]]:
        """The ids of one page after another. The next page is requested only when the caller wants it.

        `first` says that this is the first call with the key: raises TargetError as `send_first` does.
        """
        ids: set[str] = set()
        query = {name: value for name, value in {"limit": self.page_size, **query}.items() if value is not None}
        if isinstance(limit := query.get("limit"), int):
            query["limit"] = min(limit, self.page_size)
        after: dict[str, str] = {}
        while True:
            send = self.send_first if first and not after else self.send
            page = send(operations.list_(role, **query, **after))
            if page.response.too_large:
                for smaller in self._smaller_pages(role, first, page, query):
                    yield [id for id in smaller if id not in ids]
                return
            found = page_ids(page)
            if not found or ids.intersection(found):
                return
            yield found
            ids.update(found)
            after = {"after": found[-1]}
            if page.response.json.get("has_more", True) is False:
                return

    def _smaller_pages(
        self, role: str, first: bool, page: Exchange, query: Mapping[str, object]
    ) -> Iterator[list[str]]:
        """The pages from the beginning, each with half of the assistants. Raises TargetError if there is no half, or if
        the calls are planned."""
        query_sent = dict(operations.parse(page.request.method, page.request.path).query)
        asked = int(query_sent.get("limit", openapi.page_limit().default))
        limit = asked // 2
        if not limit or not self.thorough:
            raise TargetError(
                f"{self.target.base_url} lists what cannot be read: with limit={asked}, {page.response.fault}."
            )
        self.page_size = limit
        yield from self.pages(role, first, **{**query, "limit": limit})

    def unknown_id(self, like: str = "") -> str:
        """An id that names nothing, in the shape of this server's ids: a real id with its last characters changed.

        A short id is made much longer first, because the next short id may belong to somebody.
        """
        real = like or self.subject()
        stem = operations.bare(real)
        prefix = real.removesuffix(stem) or openapi.id_prefixes()[0]
        if len(stem) < 12:
            stem = stem[:1] * 12 + stem
        for turns in range(1, 11):
            id = prefix + stem[:-4] + "".join(_turned(char, turns) for char in stem[-4:])
            if not self.client.guard.knows(id) and id not in self.oracle.model.assistants:
                self.client.guard.invent(id)
                return id
        raise BlockedError("no id could be invented that names nothing")


def _answered(exchange: Exchange) -> Exchange:
    if exchange.response.hung:
        raise UnansweredError(exchange.response.fault)
    return exchange


def _refusal(exchange: Exchange) -> str:
    """The status and the message of a refusal; the beginning of the answer if a gateway refused in its own form."""
    body = exchange.response.json
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    text = f"{exchange.response.status} {brief(message)}" if isinstance(message, str) else answer(exchange)
    return text if text.endswith(".") else f"{text}."


def is_page(response: Response) -> bool:
    """True for an accepted answer with a list of data."""
    body = response.json
    return response.accepted and isinstance(body, dict) and isinstance(body.get("data"), list)


def page_ids(exchange: Exchange) -> list[str]:
    """The ids of a page; none if the answer is not a page."""
    body = exchange.response.json
    data = body.get("data") if isinstance(body, dict) and exchange.response.accepted else None
    items = data if isinstance(data, list) else []
    return [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]


def _turned(char: str, turns: int) -> str:
    for alphabet in ("0123456789", "abcdef", "ABCDEF", "ghijklmnopqrstuvwxyz", "GHIJKLMNOPQRSTUVWXYZ"):
        if char in alphabet:
            return alphabet[(alphabet.index(char) + turns) % len(alphabet)]
    return char
