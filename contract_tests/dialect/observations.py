"""Observations: exchanges with the state that a rule needs to decide a choice. Sends nothing, so events are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from contract_tests.http.guard import bare, items
from contract_tests.http.messages import Exchange, Json
from contract_tests.http.operations import DELETE
from contract_tests.oracle.calls import Call
from contract_tests.oracle.errors import error_of
from contract_tests.oracle.expectations import read
from contract_tests.oracle.model import ORGANIZATIONS


@dataclass(frozen=True, eq=False)
class Observation:
    """`before` is the assistant that the path names, as the last answer showed it. `cursor` is the id that the query
    names, if an answer has shown it. `there` is the number of known assistants of the caller's organization. `foreign`
    is true if the path names an assistant of another organization."""

    exchange: Exchange
    call: Call
    before: dict[str, Json] | None
    cursor: str | None
    there: int
    foreign: bool

    @property
    def status(self) -> int:
        return self.exchange.response.status

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.exchange.response.headers)

    @property
    def accepted(self) -> bool:
        return self.exchange.response.accepted

    @property
    def refused(self) -> bool:
        """True if the server refused the call itself; a refusal by the limiter does not count."""
        return self.exchange.response.refused and self.status != 429

    @property
    def fields(self) -> dict[str, Json]:
        return self.call.fields

    @cached_property
    def body(self) -> dict[str, Json]:
        """The JSON object in the answer; empty if the answer is no object."""
        body = self.exchange.response.json
        return body if isinstance(body, dict) else {}

    @cached_property
    def error(self) -> dict[str, Json]:
        return error_of(self.body)

    @cached_property
    def assistants(self) -> list[dict[str, Json]]:
        """Each assistant that the answer shows."""
        return [item for item in items(self.body) if item.get("object") == "assistant"] if self.accepted else []


def observations(exchanges: Iterable[Exchange]) -> Iterator[Observation]:
    """The observation of each exchange. The exchanges are in the order of the run."""
    known: dict[str, dict[str, Json]] = {}
    organizations: dict[str, str] = {}
    for exchange in exchanges:
        call = read(exchange.request)
        own = ORGANIZATIONS.get(call.role, "")
        id, cursor = bare(call.id), call.parameters.get("after") or call.parameters.get("before") or ""
        observation = Observation(
            exchange,
            call,
            before=known.get(id),
            cursor=cursor if bare(cursor) in known else None,
            there=sum(organization == own for organization in organizations.values()),
            foreign=bool(own and organizations.get(id, own) != own),
        )
        yield observation
        for item in observation.assistants:
            known[bare(item["id"])] = item
            organizations.setdefault(bare(item["id"]), own)
        if call.operation == DELETE and observation.accepted:
            known.pop(id, None)
            organizations.pop(id, None)
