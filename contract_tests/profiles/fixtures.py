"""The assistants that the steps of a planned run share: each is created when the first step wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract_tests.generators.create_ladder import LADDER
from contract_tests.generators.field_values import nulls, rounds
from contract_tests.generators.session import BlockedError, Session
from contract_tests.generators.tour.create import INSTRUCTIONS
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json

TWINS = ("one", "other")


class Fixtures:
    """Gives the id of each assistant by its name.

    rich has texts that servers tend to change, and every ignored field, and its create sends an identity; no step
    changes it. one and other are created in parallel with equal names and nothing else. plain has a name of its own and
    nothing else. last has a name and instructions, and is created after the last walk. empty has an empty text for
    instructions, and a name that comes before all others of the run, though it is created last. nulls has null for each
    kept field that may be null.

    If such a create is refused, further creates add the fields that a service may demand.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._creates: dict[str, Callable[[], None]] = {
            "rich": self._rich,
            "plain": self._plain,
            "last": self._last,
            "empty": self._empty,
            "nulls": self._nulls,
        }
        self._creates |= dict.fromkeys(TWINS, self._twins)
        self._ids: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The id; the first call creates the assistant. Raises BlockedError, each time, if the create failed."""
        if name in self._creates:
            self._creates.pop(name)()
        if name not in self._ids:
            raise BlockedError(f"{name} was not created")
        return self._ids[name]

    def _plain(self) -> None:
        self._ids["plain"] = self._create({"name": self.session.unique_text("plain")})

    def _last(self) -> None:
        texts = {"name": self.session.unique_text("assistant"), "instructions": self.session.unique_text("last")}
        self._ids["last"] = self._create(texts)

    def _empty(self) -> None:
        self._ids["empty"] = self._create({"name": f"A {self.session.unique_text('empty')}", "instructions": ""})

    def _nulls(self) -> None:
        created = self.session.send(operations.create({"name": self.session.unique_text("nulls"), **nulls()}))
        self._ids["nulls"] = self.session.created_id(created)

    def _create(self, body: dict[str, Json]) -> str:
        """The id of a new assistant. Tries the fields that a service may demand. Raises BlockedError."""
        for fields in LADDER:
            created = self.session.send(operations.create({**fields, **body}))
            if created.response.accepted:
                break
        return self.session.created_id(created)

    def _rich(self) -> None:
        """A create with all fields and an identity. If it is refused, which a service may do, one without an identity;
        then one with the texts, and a modify for each ignored field."""
        texts: dict[str, Json] = {
            "name": f"  {self.session.unique_text()}  Grüße 日本 🤖 e\u0301 <b>&amp;</b> \" ' \\ ",
            "instructions": self._long_text(),
        }
        created = self.session.send(operations.create(texts | rounds()[0] | self._identity()))
        if not created.response.accepted:
            created = self.session.send(operations.create(texts | rounds()[0]))
        if not created.response.accepted:
            created = self.session.send(operations.create(texts))
            send_each_alone(self.session, operations.modify, self.get("one"), rounds()[0])
        self._ids["rich"] = self.session.created_id(created)

    def _identity(self) -> dict[str, Json]:
        id = {"id": self.session.unknown_id(self._ids["one"])} if "one" in self._ids else {}
        return {**id, "object": "thread", "created_at": 1}

    def _long_text(self) -> str:
        """Ten thousand characters with the run's tag among them; a server that cuts or strips the end is noticed."""
        text = "".join(INSTRUCTIONS) + self.session.unique_text()
        return (text + " Sätze und Zeichen, 文字, 🤖;" * 400)[:9997] + " ! "

    def _twins(self) -> None:
        body: dict[str, Json] = {"name": self.session.unique_text("twin")}
        for fields in LADDER:
            exchanges = self._create_twice({**fields, **body})
            if any(exchange.response.accepted for exchange in exchanges):
                break
        for name, exchange in zip(TWINS, exchanges, strict=True):
            self._creates.pop(name, None)
            if exchange.response.accepted:
                self._ids[name] = self.session.created_id(exchange)

    def _create_twice(self, body: dict[str, Json]) -> list[Exchange]:
        return self.session.send_group(lambda group: [operations.create(body, group=group)] * 2)


def send_each_alone(session: Session, verb: operations.Modify, id: str, fields: Mapping[str, Json]) -> None:
    """Sends each ignored field in a call of its own, to find the refused field."""
    for name, value in fields.items():
        session.send(verb(id, {name: value}))
