"""The sweep: deletes the assistants that a killed run has left. The ledger names them; nothing else is deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from contract_tests.generators.session import Session, is_page
from contract_tests.http import ledger, operations
from contract_tests.http.client import Client
from contract_tests.http.guard import items
from contract_tests.http.ledger import Account
from contract_tests.http.messages import Exchange, Json, Response
from contract_tests.http.target import Target, TargetError
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements.findings import answer
from contract_tests.runs import open_creates
from contract_tests.runs.unnamed_creates import owner, text_of


class Sweep:
    """`account` is the content of the ledger at `path`, and `target` the server that the user has accepted.

    `confirm` decides about each assistant if the ledger has its text but not its id. `say` gets a line for each delete
    and for a wait. `run` raises TargetError if the target cannot be used.
    """

    def __init__(
        self, path: Path, account: Account, target: Target, confirm: Callable[[str], bool], say: Callable[[str], None]
    ) -> None:
        self.path = path
        self.account = account
        self.target = target
        self.confirm = confirm
        self.say = say
        self.seen: list[Exchange] = []
        self.session = Session(Client(self.target, self.seen.append), Oracle(self.target, ""))

    def run(self) -> list[str]:
        """Deletes; returns the ids that are left. A server may still work on a create that got no answer. So the lists
        are read again after the deadline of the last create, if they were read before."""
        clock, until = self.target.clock, self._deadline()
        began = clock.now()
        left = [id for id, role in reversed(self.account.created.items()) if not self._remove(id, role)]
        left += self._delete_unnoted(left)
        if began < until:
            seconds = max(0.0, until - clock.now())
            self.say(f"waiting {seconds:.0f} s for a create that got no answer")
            clock.wait_for("late create", seconds)
            left += self._delete_unnoted(left)
        return left

    def _deadline(self) -> float:
        """The time until which a create of the ledger may still make an assistant. A time in the future is no time of a
        create: a clock was wrong."""
        sent = [min(each.at, self.target.clock.now()) for each in self.account.open.values()]
        return max(sent, default=0.0) + open_creates.DEADLINE

    def _delete_unnoted(self, left: list[str]) -> list[str]:
        """Deletes the assistants that only their texts show. Returns the ids that are left."""
        still = []
        for role, item in list(self._unnoted()):
            id = item["id"]
            found = f"{id} {item.get('name')!r} has a text that only this run has sent."
            if id not in left and not (self.confirm(f"{found} Delete it?") and self._remove(id, role)):
                still.append(id)
        return still

    def _remove(self, id: str, role: str) -> bool:
        """Deletes an assistant of the ledger. Its text must have the tag of the run, or the user says yes: a ledger may
        come from somebody else."""
        guard, session = self.session.client.guard, self.session
        role = owner(session, role)
        guard.adopt(id, role)
        shown = session.client.send(operations.retrieve(id, role)).response
        if shown.accepted and self.account.tag not in text_of(shown.json) and not self.confirm(_question(id, shown)):
            self.say(f"{id} not deleted")
            return False
        answered = session.client.send(operations.delete(id, role))
        if id in guard.gone and id not in guard.unproven:
            self._note_gone(id)
            self.say(f"{id} deleted")
            return True
        variable = self.target.variables.get(role, role)
        if answered.response.status == 404 and self._is_unlisted(id, role):
            self.say(f"{id} was not found: it was deleted before, or the key in {variable} is of another organization")
            return True
        self.say(f"{id} not deleted: {answer(answered)}. Is the key in {variable} right?")
        return False

    def _note_gone(self, id: str) -> None:
        """Raises TargetError if the ledger cannot be written."""
        try:
            ledger.append(self.path, {"gone": id})
        except OSError as fault:
            raise TargetError(
                f"{self.path}: cannot be written ({fault.strerror or fault}). {id} was deleted; make room, and call "
                "sweep again."
            ) from fault

    def _is_unlisted(self, id: str, role: str) -> bool:
        """True if the list can be read and does not have the assistant. A gateway may answer 404 to everything."""
        listed = self._list(role)
        return listed is not None and id not in listed

    def _list(self, role: str) -> dict[str, dict[str, Json]] | None:
        """The listed assistants by id; None if the list cannot be read."""
        self.seen.clear()
        self.session.walk(role, first=True)
        pages = [each.response for each in self.seen]
        if not all(map(is_page, pages)):
            return None
        return {item["id"]: item for page in pages for item in items(page.json)}

    def _unnoted(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """Each assistant with a mark that only this run has sent, and the role of its organization."""
        marks: dict[str, list[str]] = defaultdict(list)
        for sent in self.account.open.values():
            marks[owner(self.session, sent.role)] += sent.marks
        for role, wanted in marks.items():
            for id, item in (self._list(role) or {}).items():
                if not self._is_known(id) and any(ledger.is_marked(text_of(item), mark) for mark in wanted):
                    yield role, item

    def _is_known(self, id: str) -> bool:
        return id in self.account.created or id in self.account.others or id in self.session.client.guard.gone


def _question(id: str, shown: Response) -> str:
    name = shown.json.get("name") if isinstance(shown.json, dict) else None
    return f"{id} {name!r} has no text of the run. Delete it?"
