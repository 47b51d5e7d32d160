"""A scene: a few calls, counted beforehand, that decide some requirements; and the assistants that the scenes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.generators.session import BlockedError, Session
from contract_tests.generators.tour.create import INSTRUCTIONS
from contract_tests.generators.tour.ignored import ROUNDS
from contract_tests.http import operations
from contract_tests.http.messages import Json

TWINS = ("one", "other")


class Cast:
    """The ids of the assistants that scenes share, each made when it is first asked for. Raises BlockedError.

    rich has texts that tend to get mangled, and every ignored field; one and other are made at the same time, of the
    same name and nothing else; plain has a name of its own and nothing else; last is made when all else is over.
    `second` is the role of a second key of the organization, where there is one; `others` are the ids that the first
    walk showed, newest first.
    """

    def __init__(self, session: Session, others: list[str]) -> None:
        self.session = session
        self.others = others
        self.second = "sibling" if "sibling" in session.target.keys else "primary"
        self._makers: dict[str, Callable[[], None]] = {"rich": self._rich, "plain": self._plain, "last": self._last}
        self._makers |= dict.fromkeys(TWINS, self._twins)
        self._ids: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name in self._makers:
            self._makers.pop(name)()
        if name not in self._ids:
            raise BlockedError(f"{name} was not created")
        return self._ids[name]

    def _plain(self) -> None:
        self._ids["plain"] = self.session.created_id(
            self.session.send(operations.create({"name": self.session.unique_text("plain")}))
        )

    def _last(self) -> None:
        self._ids["last"] = self.session.create_assistant()

    def _rich(self) -> None:
        """Where all at once is refused, the texts alone are tried, and each ignored field alone."""
        texts = {
            "name": f"  {self.session.unique_text()}  Grüße 日本 🤖 e\u0301 <b>&amp;</b> \" ' \\ ",
            "instructions": self._long(),
        }
        answered = self.session.send(operations.create(texts | ROUNDS[0]))
        if not answered.response.accepted:
            answered = self.session.send(operations.create(texts))
            each_alone(self.session, operations.modify, self["one"], ROUNDS[0])
        self._ids["rich"] = self.session.created_id(answered)

    def _long(self) -> str:
        """Ten thousand characters with the run's tag among them, the last as telling as the first."""
        text = "".join(INSTRUCTIONS) + self.session.unique_text()
        return (text + " Sätze und Zeichen, 文字, 🤖;" * 400)[:9997] + " ! "

    def _twins(self) -> None:
        body = {"name": self.session.unique_text("twin")}
        both = self.session.send_parallel(lambda group: [operations.create(body, group=group)] * 2)
        for name, exchange in zip(TWINS, both, strict=True):
            self._makers.pop(name, None)
            if exchange.response.accepted:
                self._ids[name] = self.session.created_id(exchange)


def each_alone(session: Session, verb: operations.Modify, id: str, fields: Mapping[str, Json]) -> None:
    """Each ignored field in a call of its own, to tell which of them was refused."""
    for name, value in fields.items():
        session.send(verb(id, {name: value}))


@dataclass(frozen=True)
class Scene:
    """`requests` are the scene's own, beside the creates of its `cast`; `reserve` those that it sends besides where the
    target refuses what it should take. `ends` are those of the cast that it deletes; `needs` is what it wants of the
    target, or of the user; a `control` is played whatever is chosen, for refusals to be held against it. One
    without requirements decides free choices alone."""

    name: str
    promise: str
    requirements: tuple[str, ...]
    requests: int
    act: Callable[[Cast], None]
    cast: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reserve: int = 0
    control: bool = False


class Script(list[Scene]):
    """The scenes of a profile, in their order."""

    def scene(
        self, requests: int, *requirements: str, **more: Any
    ) -> Callable[[Callable[[Cast], None]], Callable[[Cast], None]]:
        """Adds a function as a scene; its docstring is its promise."""

        def add(act: Callable[[Cast], None]) -> Callable[[Cast], None]:
            name = act.__name__.replace("_", " ")
            self.append(Scene(name, (act.__doc__ or "").strip(), requirements, requests, act, **more))
            return act

        return add
