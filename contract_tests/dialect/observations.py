"""Observations: exchanges with the state that a rule needs to decide a choice. Sends nothing, so events are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.http.guard import items
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import ignored_names
from contract_tests.http.operations import CREATE, DELETE, bare
from contract_tests.oracle.calls import Call
from contract_tests.oracle.errors import error_of
from contract_tests.oracle.expectations import parse_call
from contract_tests.oracle.model import ORGANIZATIONS


@dataclass(frozen=True)
class Origins:
    """The first place of each fact in a run. `values` has, by ignored field, each value that a call has sent or an
    answer has shown: the place, and true if it was sent first. `created` has, by id, the place of each accepted create
    and the number of its parallel group."""

    values: dict[str, list[tuple[Json, int, bool]]] = field(default_factory=dict)
    created: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, fields: Mapping[str, Json], place: int, sent: bool) -> None:
        for name in ignored_names():
            if name in fields and self.find(name, fields[name]) is None:
                self.values.setdefault(name, []).append((fields[name], place, sent))

    def find(self, name: str, value: Json) -> tuple[int, bool] | None:
        known = self.values.get(name, ())
        return next(((place, sent) for each, place, sent in known if same(each, value)), None)


@dataclass(frozen=True, eq=False)
class Observation:
    """`before` is the assistant that the path names, as the last answer showed it. `cursor` is the id that the query
    names, if an answer has shown it. `there` is the number of known assistants of the caller's organization. `foreign`
    is true if the path names an assistant of another organization. `place` counts the calls of the run."""

    exchange: Exchange
    call: Call
    before: dict[str, Json] | None
    cursor: str | None
    there: int
    foreign: bool
    place: int
    origins: Origins

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

    def is_own(self, item: dict[str, Json]) -> bool:
        """True if the run has created the assistant."""
        return bare(item["id"]) in self.origins.created

    def is_older(self, one: dict[str, Json], other: dict[str, Json]) -> bool | None:
        """True if the first assistant was created before the other; None if nothing shows it."""
        if one["created_at"] != other["created_at"]:
            return bool(one["created_at"] < other["created_at"])
        first, second = (self.origins.created.get(bare(item["id"])) for item in (one, other))
        if not first or not second or (first[1] and first[1] == second[1]):
            return None
        return first[0] < second[0]

    def sent_first(self, name: str, value: Json) -> bool:
        """True if the run sent this value of an ignored field before any answer had shown it."""
        place, sent = self.origins.find(name, value) or (self.place, False)
        return sent and place <= self.place


def observations(exchanges: Iterable[Exchange]) -> Iterator[Observation]:
    """The observation of each exchange. The exchanges are in the order of the run."""
    known: dict[str, dict[str, Json]] = {}
    organizations: dict[str, str] = {}
    origins = Origins()
    for place, exchange in enumerate(exchanges):
        call = parse_call(exchange.request)
        own = ORGANIZATIONS.get(call.role, "")
        id, cursor = bare(call.id), call.parameters.get("after") or call.parameters.get("before") or ""
        observation = Observation(
            exchange,
            call,
            before=known.get(id),
            cursor=cursor if bare(cursor) in known else None,
            there=sum(organization == own for organization in organizations.values()),
            foreign=bool(own and organizations.get(id, own) != own),
            place=place,
            origins=origins,
        )
        origins.add(call.fields, place, sent=True)
        for item in observation.assistants:
            origins.add(item, place, sent=False)
        yield observation
        for item in observation.assistants:
            known[bare(item["id"])] = item
            organizations.setdefault(bare(item["id"]), own)
            if call.operation == CREATE:
                origins.created.setdefault(bare(item["id"]), (place, exchange.request.group))
        if call.operation == DELETE and observation.accepted:
            known.pop(id, None)
            organizations.pop(id, None)
