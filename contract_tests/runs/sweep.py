"""The sweep: deletes the assistants that a killed run has left. The ledger names them; nothing else is deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from contract_tests.generators.session import Session
from contract_tests.http import ledger, operations
from contract_tests.http.client import Client
from contract_tests.http.guard import items
from contract_tests.http.ledger import Account
from contract_tests.http.messages import Exchange, Json
from contract_tests.http.target import Target
from contract_tests.oracle.oracle import Oracle
from contract_tests.runs import open_creates
from contract_tests.runs.unnamed_creates import owner


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
            found = f"{id} {item.get('name')!r} was created by the run, which ended before it noted the id."
            if id not in left and not (self.confirm(f"{found} Delete it?") and self._remove(id, role)):
                still.append(id)
        return still

    def _remove(self, id: str, role: str) -> bool:
        guard = self.session.client.guard
        guard.adopt(id, role)
        answered = self.session.client.send(operations.delete(id, owner(self.session, role))).response
        gone = id in guard.gone
        if gone:
            ledger.append(self.path, {"gone": id})
        self.say(f"{id} {'deleted' if answered.accepted else 'was deleted before' if gone else 'not deleted'}")
        return gone

    def _unnoted(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """Each assistant with a mark that only this run has sent, and the role of its organization."""
        marks: dict[str, list[str]] = defaultdict(list)
        for sent in self.account.open.values():
            marks[owner(self.session, sent.role)] += sent.marks
        for role, wanted in marks.items():
            self.seen.clear()
            self.session.walk(role, first=True)
            listed = {item["id"]: item for page in self.seen for item in items(page.response.json)}
            for id, item in listed.items():
                text = f"{item.get('name')} {item.get('instructions')}"
                if not self._is_known(id) and any(ledger.is_marked(text, mark) for mark in wanted):
                    yield role, item

    def _is_known(self, id: str) -> bool:
        return id in self.account.created or id in self.account.others or id in self.session.client.guard.gone
