"""What the generators play on: sends a call, shows it to the oracle, remembers what is shared and what was made."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from contract_tests.generators import create_ladder
from contract_tests.http import operations
from contract_tests.http.client import Client
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.target import Target, TargetError
from contract_tests.oracle.oracle import Oracle

Item = TypeVar("Item")


class BlockedError(Exception):
    """A step cannot go on: what it stands on (mostly a create) was not granted. The oracle has seen why."""


@dataclass(frozen=True)
class Step:
    """A step of the tour. `needs` names what it wants of the target; a `wide` one is left out under a limiter."""

    name: str
    promise: str
    requirements: tuple[str, ...]
    needs: tuple[str, ...]
    wide: bool
    act: Callable[[Session], None]


STEPS: list[Step] = []
# What every refusal puts to the test beside its own requirement.
REFUSALS = (
    "errors/envelope",
    "errors/param-and-code-present",
    "errors/types",
    "errors/code-is-text-or-null",
    "errors/json-content-type",
)


def step(
    *requirements: str, needs: Iterable[str] = (), wide: bool = False
) -> Callable[[Callable[[Session], None]], Callable[[Session], None]]:
    """Adds a function to the tour; its docstring is its promise."""

    def add(act: Callable[[Session], None]) -> Callable[[Session], None]:
        name = act.__name__.replace("_", " ")
        STEPS.append(Step(name, (act.__doc__ or "").strip(), requirements, tuple(needs), wide, act))
        return act

    return add


class Session:
    """One run's stage. `tag` begins every text that it sends, so that what it made can be told from all else."""

    def __init__(self, client: Client, oracle: Oracle) -> None:
        self.client = client
        self.oracle = oracle
        self.tag = oracle.model.tag
        self._marks = 0
        self._groups = 0
        self._subjects: dict[str, str] = {}
        self._climbed = False
        self._create_fields: Mapping[str, Json] = {}

    @property
    def target(self) -> Target:
        return self.client.target

    def some(self, items: Sequence[Item], few: int) -> Sequence[Item]:
        """All of them; the first few where a limit makes every call dear."""
        return items[:few] if self.client.limited else items

    def send(self, request: Request) -> Exchange:
        """The exchange, which the oracle has seen. Raises BlockedError where no answer came in time."""
        exchange = self._send(create_ladder.climb(request, self._create_fields))
        if self._needs_the_ladder(exchange):
            self._climb()
            return self.send(request)
        if exchange.response.hung:
            raise BlockedError("a call was never answered")
        return exchange

    def _send(self, request: Request) -> Exchange:
        exchange = self.client.send(request)
        self.oracle.observe(exchange)
        return exchange

    def _needs_the_ladder(self, exchange: Exchange) -> bool:
        """The first good create was refused. A plan counts its calls, and leaves none for this."""
        new = not self._climbed and self.client.budget is None
        return new and self.oracle.refuses_good_creates(exchange)

    def _climb(self) -> None:
        """Finds the fewest fields with which a create is accepted, and sends them with every create from now on."""
        self._climbed = True
        for fields, request in create_ladder.rungs(self.unique_text("ladder"), self.target.create):
            if self._send(request).response.accepted:
                self._create_fields = fields
                return

    def admitted(self, request: Request, refusals: Container[int] = (401, 403)) -> Exchange:
        """The first call with a key. Raises TargetError where that alone says that there is nothing to judge."""
        exchange, base_url = self.client.send(request), self.target.base_url
        response = exchange.response
        if not response.status:
            raise TargetError(f"{base_url} does not answer: {response.fault}.")
        if 300 <= response.status < 400:
            elsewhere = response.headers.get("location")
            raise TargetError(f"{base_url} redirects to {elsewhere}: give that to be judged. No key went there.")
        if response.status in refusals:
            variable = self.target.variables.get(request.role, request.role)
            raise TargetError(f"{base_url} refuses the {request.role} key ({variable}): {response.status}.")
        self.oracle.observe(exchange)
        return exchange

    def send_parallel(self, build: Callable[[int], Iterable[Request]]) -> list[Exchange]:
        """Sends in parallel what `build` makes with the number of the group."""
        self._groups += 1
        exchanges = self.client.send_parallel(build(self._groups))
        for exchange in exchanges:
            self.oracle.observe(exchange)
        return exchanges

    def unique_text(self, note: str = "") -> str:
        """A text that no other call of this run, and nobody else, has sent."""
        self._marks += 1
        return f"{self.tag} {self._marks:04} {note}".rstrip()

    def create_assistant(self, role: str = "primary", **body: Json) -> str:
        """The id of a new assistant, with instructions unless told otherwise. Raises BlockedError."""
        body = {"name": self.unique_text("assistant"), "instructions": self.unique_text("instructions"), **body}
        return self.created_id(self.send(operations.create(body, role)))

    def created_id(self, exchange: Exchange) -> str:
        """The id that a create answered. Raises BlockedError where it answered none of ours."""
        answer = exchange.response.json
        id = answer.get("id") if isinstance(answer, dict) else None
        if not exchange.response.accepted or not isinstance(id, str) or id not in self.client.guard.made:
            raise BlockedError("a create was not granted")
        return id

    def subject(self, role: str = "primary") -> str:
        """An assistant that steps share: for what is to leave it as it is."""
        if role not in self._subjects or not self._stands(self._subjects[role]):
            self._subjects[role] = self.create_assistant(role)
        return self._subjects[role]

    def _stands(self, id: str) -> bool:
        known = self.oracle.model.find(id)
        return known is not None and known.present

    def read(self, id: str, role: str = "primary") -> Exchange:
        return self.send(operations.retrieve(id, role))

    def walk(self, role: str = "primary", first: bool = False, **query: object) -> list[str]:
        """Every id of the list, page by page as the SDKs go; ends where a page says so, is empty or repeats itself."""
        return [id for page in self.pages(role, first, **query) for id in page]

    def pages(self, role: str = "primary", first: bool = False, **query: object) -> Iterator[list[str]]:
        """The ids of one page after another, of which the next is asked for when it is wanted.

        Where it is the `first` call with the key, raises TargetError as `admitted` does.
        """
        ids: set[str] = set()
        query = {name: value for name, value in {"limit": 100, **query}.items() if value is not None}
        after: dict[str, str] = {}
        while True:
            page = (self.admitted if first and not after else self.send)(operations.list_(role, **query, **after))
            found = page_ids(page)
            if not found or ids.intersection(found):
                return
            yield found
            ids.update(found)
            after = {"after": found[-1]}
            if page.response.json.get("has_more", True) is False:
                return

    def unknown_id(self, like: str = "") -> str:
        """An id of the shape that this server gives, which names nothing: a real one with its last letters turned.

        Where ids are short, so that the next one may be somebody's, it is made longer by far.
        """
        project = (like or self.subject()).removeprefix("asst-")
        if len(project) < 12:
            project = project[:1] * 12 + project
        for turns in range(1, 11):
            id = "asst-" + project[:-4] + "".join(_turned(char, turns) for char in project[-4:])
            if not self.client.guard.knows(id) and id not in self.oracle.model.assistants:
                self.client.guard.invent(id)
                return id
        raise BlockedError("no id could be made up that names nothing")


def page_ids(exchange: Exchange) -> list[str]:
    """The ids of a page, or none where it is no page."""
    body = exchange.response.json
    data = body.get("data") if isinstance(body, dict) and exchange.response.accepted else None
    items = data if isinstance(data, list) else []
    return [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]


def _turned(char: str, turns: int) -> str:
    for alphabet in ("0123456789", "abcdef", "ABCDEF", "ghijklmnopqrstuvwxyz", "GHIJKLMNOPQRSTUVWXYZ"):
        if char in alphabet:
            return alphabet[(alphabet.index(char) + turns) % len(alphabet)]
    return char
