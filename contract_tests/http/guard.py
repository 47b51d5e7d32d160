"""What the suite may change: what this run made, and nothing else. Every request of ours passes here before it is sent.

Pure, and fed with what goes out and what comes back, so that the SDK suite's own clients can stand behind it too.
"""

from __future__ import annotations

from contract_tests.http.messages import Json
from contract_tests.http.operations import CREATE, METHODS, id_below_collection, is_collection
from contract_tests.http.target import Target

READS = ("GET", "HEAD", "OPTIONS")
MAKING = ("POST", "PATCH", "PUT")


class GuardError(Exception):
    """A defect of this suite: it was about to change an assistant that it did not make. Nothing was sent."""


class Guard:
    """`made` maps each id that this run created to the role that did, `gone` has those that were removed since.

    With a `tag`, an id counts as made here only if the answer that gave it shows a text with the tag in it: a server
    that answers a create with somebody else's assistant does not make it ours. Deleting the bound assistant, to see it
    refused, is let through where `ask_self` says so.
    """

    def __init__(self, target: Target, tag: str = "", ask_self: bool = True) -> None:
        self.made: dict[str, str] = {}
        self.gone: set[str] = set()
        self._tag = tag
        self._free = {bare(target.expendable_id)} if target.expendable_id else set()
        self._bound = bare(target.bound_id) if target.bound_id and ask_self else None
        self._ours: set[str] = set()
        self._others: set[str] = set()
        self._invented: set[str] = set()

    def knows(self, id: str) -> bool:
        """Whether an answer has shown this id, whoever's it is."""
        return bare(id) in self._ours or bare(id) in self._others

    def owns(self, id: str) -> bool:
        """Whether this run made it."""
        return bare(id) in self._ours

    def invent(self, id: str) -> None:
        """From now on the id may be asked to change: it was made up, and names nothing that anybody has shown us."""
        self._invented.add(bare(id))

    def adopt(self, id: str, role: str) -> None:
        """The id was made here, though no answer to a create said so: a ghost, or one that a ledger tells of."""
        self.made[id] = role
        self._ours.add(bare(id))

    def check(self, method: str, path: str, role: str) -> None:
        """Raises GuardError. `path` is below the base URL, as it is sent."""
        path = path.partition("?")[0]
        if method in READS or (method == METHODS[CREATE] and is_collection(path)):
            return
        id = bare_id_of(path)
        if id is None:
            raise GuardError(f"{method} {path} names no assistant, and might change every one of the organization.")
        if method == "DELETE" and role == "primary" and id == self._bound:
            return
        if id not in self._ours | self._free and (id in self._others or id not in self._invented):
            raise GuardError(f"{method} {path} would change {id}, which this run did not make.")

    def may_make(self, method: str, path: str) -> bool:
        """Whether a call may leave a new assistant behind: a create, or a modify of what is not there."""
        return method in MAKING and (is_collection(path) or (bare_id_of(path) or "") in self._invented)

    def learn(self, method: str, path: str, role: str, answer: Json) -> str | None:
        """Takes in what an accepted call but a delete answered; gives the id if it made one."""
        creates, born = self.may_make(method, path), None
        for item in items(answer):
            id = item["id"]
            if creates and not self.knows(id) and self._is_ours(item):
                self.adopt(id, role)
                born = id
            elif bare(id) not in self._ours:
                self._others.add(bare(id))
        return born

    def removed(self, path: str, role: str, status: int) -> str | None:
        """Takes in what a delete was answered; gives the id if what we made is gone by it, or was before."""
        id = next((id for id in self.made if bare(id) == bare_id_of(path) and id not in self.gone), None)
        if id is None or not (200 <= status < 300 or (status == 404 and role == self.made[id])):
            return None
        self.gone.add(id)
        return id

    def _is_ours(self, item: dict[str, Json]) -> bool:
        texts = (item.get("name"), item.get("instructions"))
        return not self._tag or any(isinstance(text, str) and self._tag in text for text in texts)


def bare(id: str) -> str:
    """An id without its prefix, which some servers leave out, and some do not need."""
    return id.removeprefix("asst-")


def bare_id_of(path: str) -> str | None:
    """The bare id in the path of an assistant; None if no server can read an assistant's path in it."""
    id = id_below_collection(path)
    return None if id is None else bare(id)


def items(answer: Json) -> list[dict[str, Json]]:
    """What an answer shows that has an id: an assistant, a page of them, or a bare array where a server gives one."""
    found = answer if isinstance(answer, list) else [answer]
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        found = answer["data"]
    return [item for item in found if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]]
