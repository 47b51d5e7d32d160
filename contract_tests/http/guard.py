"""The guard checks each request before the send. The suite may change only assistants that this run created, ids that
it invented, and the assistants that the target file declares for it.

The guard sends nothing itself. It gets each request and each answer, so the clients of the SDK suite can use it too.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

from contract_tests.http.messages import Json
from contract_tests.http.operations import CREATE, METHODS, bare, id_below_collection, is_collection
from contract_tests.http.target import Target

READS = ("GET", "HEAD", "OPTIONS", "TRACE")
DECODINGS = 3  # of percent-encoding: a gateway and a server may each decode a path, and more than two are rare
CREATING = ("POST", "PATCH", "PUT")


class GuardError(Exception):
    """A defect of this suite: a request would change an assistant that the run did not create. Nothing was sent."""


class TakenError(GuardError):
    """No defect: the id was invented to name nothing, but an answer of the target has shown it. Nothing was sent."""


class Guard:
    """`created` maps each id that this run created to the role of the create. `gone` has the ids that were deleted.
    `unproven` has each id in `gone` whose delete was answered by a 404, or without `deleted: true`: a gateway may have
    answered. `unclaimed` maps ids of creates of this run that are like somebody else's: nobody may delete them.

    Two ids are one if they differ only by the case of letters, by percent-encoding or by the prefix, because a server
    may take them for one. So an id is somebody else's if an answer has shown it before in another spelling.

    With a `tag`, an id counts as created here only if the answer shows a text with the tag. So a server that answers a
    create with the assistant of somebody else does not make that assistant ours. `ask_self` allows the delete of the
    bound assistant, which tests that the server refuses it.
    """

    def __init__(self, target: Target, tag: str = "", ask_self: bool = True) -> None:
        self.created: dict[str, str] = {}
        self.gone: set[str] = set()
        self.unproven: set[str] = set()
        self.unclaimed: dict[str, str] = {}
        self._tag = tag
        self._free = {likeness(target.expendable_id)} if target.expendable_id else set()
        self._bound = likeness(target.bound_id) if target.bound_id and ask_self else None
        self._ours: set[str] = set()
        self._others: dict[str, str] = {}  # the spelling that was seen first, by the likeness
        self._invented: set[str] = set()

    def knows(self, id: str) -> bool:
        """True if an answer has shown this id."""
        return likeness(id) in self._ours or likeness(id) in self._others

    def owns(self, id: str) -> bool:
        """True if this run created the id."""
        return likeness(id) in self._ours

    def is_others(self, id: str) -> bool:
        """True if an answer has shown the id in another spelling before: then it is an assistant of somebody else."""
        return self._others.get(likeness(id), id) != id and not self.owns(id)

    def invent(self, id: str) -> None:
        """Allows changes of an invented id, as long as no answer shows the id."""
        self._invented.add(likeness(id))

    def adopt(self, id: str, role: str) -> None:
        """Counts the id as created by this run. The create was refused, or interrupted, or in the run of a ledger.

        Raises GuardError for an id of others.
        """
        if self.is_others(id):
            raise GuardError(f"{id} was shown before, in another spelling: this run did not create it.")
        self.created[id] = role
        self._ours.add(likeness(id))

    def check(self, method: str, path: str, role: str) -> None:
        """Raises GuardError if the call is not allowed. `path` is the raw path below the base URL."""
        path = path.partition("?")[0]
        if method in READS or (method == METHODS[CREATE] and is_collection(path)):
            return
        id = _likeness_in(path)
        if id is None:
            raise GuardError(f"{method} {path} names no assistant, and might change all of the organization.")
        if method == "DELETE" and role == "primary" and id == self._bound:
            return
        if id in self._invented and id in self._others and id not in self._ours | self._free:
            raise TakenError(f"{method} {path} would change {id}, which was invented, but an answer has shown it.")
        if id not in self._ours | self._free and (id in self._others or id not in self._invented):
            raise GuardError(f"{method} {path} would change {id}, which this run did not create.")

    def may_create(self, method: str, path: str) -> bool:
        """True if a call may create an assistant: a create, or a modify of an invented id."""
        return method in CREATING and (is_collection(path) or (_likeness_in(path) or "") in self._invented)

    def note_answer(self, method: str, path: str, role: str, answer: Json) -> str | None:
        """Learns the ids in the answer of an accepted call that is no delete. Returns a created id, or None."""
        creates, created_id = self.may_create(method, path), None
        for item in items(answer):
            id = item["id"]
            is_new = creates and id not in self.created and self._is_ours(item)
            if is_new and likeness(id) not in self._others:
                self.adopt(id, role)
                created_id = id
            elif is_new and self.is_others(id):
                self.unclaimed[id] = role
            elif likeness(id) not in self._ours:
                self._others.setdefault(likeness(id), id)
        return created_id

    def note_delete(self, path: str, role: str, status: int, answer: Json = None) -> str | None:
        """Learns the answer to a delete. Returns the id if the answer proves that an assistant of this run is gone.

        An answer to another spelling says nothing about the assistant, except one without the prefix.
        """
        deleted = bare(id_below_collection(path) or "")
        id = next((id for id in self.created if id not in self.gone and bare(id) == deleted), None)
        if id is None or not (200 <= status < 300 or (status == 404 and role == self.created[id])):
            return None
        self.gone.add(id)
        if status < 300 and isinstance(answer, dict) and answer.get("deleted") is True:
            self.unproven.discard(id)
            return id
        self.unproven.add(id)
        return None

    def _is_ours(self, item: dict[str, Json]) -> bool:
        texts = (item.get("name"), item.get("instructions"))
        return not self._tag or any(isinstance(text, str) and self._tag in text for text in texts)


@lru_cache(maxsize=4096)  # each page of a list has the same ids
def likeness(id: str) -> str:
    """One text for all spellings that a server may take for the same id."""
    for _ in range(DECODINGS):
        id = unquote(id)
    return bare(id.casefold())


def _likeness_in(path: str) -> str | None:
    """The likeness of the id in the path; None if no server can take the path for an assistant's."""
    id = id_below_collection(path)
    return None if id is None else likeness(id)


def items(answer: Json) -> list[dict[str, Json]]:
    """The objects with an id in an answer: one assistant, or those in a page or in a bare array. An id that is a number
    becomes the text that stands for it in a path."""
    found = answer if isinstance(answer, list) else [answer]
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        found = answer["data"]
    ids = ((item, _id_text(item.get("id"))) for item in found if isinstance(item, dict))
    return [{**item, "id": id} for item, id in ids if id]


def _id_text(id: Json) -> str:
    """Empty for a value that cannot be an id."""
    is_number = isinstance(id, int) and not isinstance(id, bool)
    return str(id) if is_number or isinstance(id, str) else ""
