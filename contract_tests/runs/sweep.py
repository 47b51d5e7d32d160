"""The sweep: deletes the assistants that a killed run has left. The ledger names them; nothing else is deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from contract_tests.generators.session import Session
from contract_tests.http import ledger, operations
from contract_tests.http.client import Client
from contract_tests.http.guard import items
from contract_tests.http.messages import Exchange, Json
from contract_tests.http.target import Clock, Target, TargetError, from_file, from_ledger
from contract_tests.oracle.oracle import Oracle
from contract_tests.runs.unnamed_creates import owner


class Sweep:
    """`confirm` decides about each assistant if the ledger has its text but not its id. `say` gets a line for each
    delete. `declared` is the target file of the run, if there is one: a ledger has no headers for a gateway. Raises
    TargetError if the ledger or the target cannot be used."""

    def __init__(
        self,
        path: Path,
        confirm: Callable[[str], bool],
        say: Callable[[str], None],
        clock: Clock | None = None,
        declared: Path | None = None,
    ) -> None:
        self.path = path
        self.account = ledger.load(path)
        self.target = replace(self._target(declared), clock=clock or Clock())
        self.confirm = confirm
        self.say = say
        self.seen: list[Exchange] = []
        self.session = Session(Client(self.target, self.seen.append), Oracle(self.target, ""))

    def _target(self, declared: Path | None) -> Target:
        if declared is None:
            return from_ledger(self.account.base_url, self.account.keys, self.path)
        target = from_file(declared)
        if target.base_url != self.account.base_url:
            raise TargetError(f"{self.path}: the run was on {self.account.base_url}, and not on {target.base_url}.")
        return target

    def run(self) -> list[str]:
        """Deletes; returns the ids that are left."""
        left = [id for id, role in reversed(self.account.created.items()) if not self._remove(id, role)]
        for role, item in self._unnoted():
            found = f"{item['id']} {item.get('name')!r} was created by the run, which ended before it noted the id."
            if not self.confirm(f"{found} Delete it?") or not self._remove(item["id"], role):
                left.append(item["id"])
        return left

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
        for role, sent in self.account.open.values():
            marks[owner(self.session, role)] += sent
        for role, wanted in marks.items():
            self.seen.clear()
            self.session.walk(role, first=True)
            listed = {item["id"]: item for page in self.seen for item in items(page.response.json)}
            for id, item in listed.items():
                text = f"{item.get('name')} {item.get('instructions')}"
                if id not in self.account.created and any(ledger.is_marked(text, mark) for mark in wanted):
                    yield role, item
