"""The state of the Control API, and the reset."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fake_server.control.access import AllowedHosts
from fake_server.control.faults import Faults
from fake_server.control.key_mask import KeyMask
from fake_server.control.request_log import RequestLog
from fake_server.domain.clock import Clock
from fake_server.domain.errors import NotThere
from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.storage.file_format import Tables


class Snapshot(NamedTuple):
    """`organization` is None for a snapshot of everything; `taken_at` is the time of the fake's clock."""

    organization: str | None
    tables: Tables
    taken_at: float


@dataclass
class Control:
    """`limit` is the initial limit of the limiter.

    `created` has the organizations that were created later, with their initial rows, which a reset restores.
    """

    fake: Fake
    clock: Clock
    ids: Ids | None
    hosts: AllowedHosts
    token: str | None
    limit: int | None
    faults: Faults = field(default_factory=Faults)
    requests: RequestLog = field(default_factory=RequestLog)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    created: dict[str, Tables] = field(default_factory=dict)
    _mask: tuple[int, KeyMask] | None = None
    _parts: tuple[Tables, dict[str, Tables]] | None = None

    def key_mask(self) -> KeyMask:
        """For the keys of this moment. It is built only after a key has changed."""
        version = self.fake.store.table("keys").version
        if self._mask is None or self._mask[0] != version:
            self._mask = version, KeyMask(self.fake.store.all_keys())
        return self._mask[1]

    def _seeds(self) -> dict[str, Tables]:
        """The seed of each organization. It is split only after the seed has changed."""
        if self._parts is None or self._parts[0] is not self.fake.seed:
            self._parts = self.fake.seed, _by_organization(self.fake.seed)
        return self._parts[1]

    def reset(self) -> None:
        """Reset everything to the seed. Raises NotKept."""
        self.fake.store.restore(self.fake.seed)
        self.created.clear()
        self.faults.clear()
        self.requests.clear()
        self.clock.reset()
        self.fake.limiter.limit = self.limit
        self.fake.limiter.organization_limits.clear()
        self.fake.limiter.forget_all()
        if self.ids is not None:
            self.ids.restart()

    def reset_organization(self, organization: str) -> None:
        """Reset one organization to the seed, or to its state when it was created. Raises NotThere, InvalidParameter
        and NotKept.
        """
        wanted = self.created.get(organization) or self._seeds().get(organization)
        if wanted is None:
            raise NotThere(f"No organization '{organization:.100}': neither the seed nor a later call created one.")
        keys = {key.secret for key in self.fake.store.keys_of(organization)}
        keys |= {row["secret"] for row in wanted["keys"].values()}
        self.fake.store.restore(wanted, organization)
        self.faults.clear_of(organization, keys)
        self.requests.clear(organization)
        self.fake.limiter.organization_limits.pop(organization, None)
        self.fake.limiter.forget(keys)
        if self.ids is not None:
            self.ids.restart(organization)


def _by_organization(tables: Tables) -> dict[str, Tables]:
    """The rows of each organization."""
    parts: dict[str, Tables] = {row["id"]: {name: {} for name in tables} for row in tables["organizations"].values()}
    for name, table in tables.items():
        for number, row in table.items():
            parts[row["id"] if name == "organizations" else row["organization"]][name][number] = row
    return parts


@dataclass
class ControlCall:
    """A call of the Control API that passed every check; `name` is the name in its path, or ""."""

    control: Control
    name: str
    body: Mapping[str, Any]
    query: Mapping[str, Any]


# Returns the JSON value of the answer.
Handler = Callable[[ControlCall], Awaitable[Any]]
