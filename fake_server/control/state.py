"""The state of the control side, and how everything goes back to what it was."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fake_server.control.faults import Faults
from fake_server.control.request_log import Requests
from fake_server.domain.clock import Clock
from fake_server.domain.errors import NotThere
from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.storage.file_format import Tables


class Snapshot(NamedTuple):
    """`organization` is None for one of everything; `taken_at` by the fake's clock."""

    organization: str | None
    tables: Tables
    taken_at: float


@dataclass
class Control:
    """`host` is the name under which the fake listens, `limit` the limiter's at first.

    `made` are the organizations that were made since, as they were then: what a reset of one of them goes back to.
    """

    fake: Fake
    clock: Clock
    ids: Ids | None
    host: str
    token: str | None
    limit: int | None
    faults: Faults = field(default_factory=Faults)
    requests: Requests = field(default_factory=Requests)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    made: dict[str, Tables] = field(default_factory=dict)

    def reset(self) -> None:
        """Everything as the seed has it. Raises NotKept."""
        self.fake.store.restore(self.fake.seed)
        self.made.clear()
        self.faults.clear()
        self.requests.clear()
        self.clock.reset()
        self.fake.limiter.limit = self.limit
        self.fake.limiter.own.clear()
        self.fake.limiter.forget_all()
        if self.ids is not None:
            self.ids.begin()

    def reset_organization(self, organization: str) -> None:
        """As the seed has it, or as it was made. Raises NotThere and NotKept."""
        wanted = self.made.get(organization) or part(self.fake.seed, organization)
        if not wanted["organizations"]:
            raise NotThere(f"Neither has the seed an organization '{organization:.100}', nor was it made since.")
        keys = {key.secret for key in self.fake.store.keys_of(organization)}
        keys |= {row["secret"] for row in wanted["keys"].values()}
        self.fake.store.restore(wanted, organization)
        self.faults.clear_of(organization, keys)
        self.requests.clear(organization)
        self.fake.limiter.own.pop(organization, None)
        for secret in keys:
            self.fake.limiter.forget(secret)
        if self.ids is not None:
            self.ids.begin(organization)


def part(tables: Tables, organization: str) -> Tables:
    return {
        name: {number: row for number, row in table.items() if row.get("organization", row.get("id")) == organization}
        for name, table in tables.items()
    }


@dataclass
class Asked:
    """A call of the control side that has passed every check; `name` is what its path names ("" for nothing)."""

    control: Control
    name: str
    body: Mapping[str, Any]
    query: Mapping[str, Any]


# Gives the answer's JSON.
Handler = Callable[[Asked], Awaitable[Any]]
