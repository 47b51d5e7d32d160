"""The model: what each organization holds as far as the answers have shown it. Pure; judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from contract_tests.http.messages import Exchange, Json
from contract_tests.oracle.expectations import Call

ORGANIZATIONS = {"primary": "home", "sibling": "home", "foreign": "abroad"}


@dataclass(frozen=True)
class Write:
    """A create, modify or delete that was asked for. `requirement` is the one broken if it had an effect that it
    should not have had; empty where it was accepted. `id` is the assistant meant, or made."""

    exchange: Exchange
    call: Call
    accepted: bool
    requirement: str
    id: str

    @property
    def texts(self) -> list[str]:
        return [
            text
            for text in (self.call.fields.get("name"), self.call.fields.get("instructions"))
            if isinstance(text, str)
        ]


@dataclass
class TrackedAssistant:
    """An assistant that the run made, or was told of, and what it is expected to be.

    `document` is None while nothing is expected of it (its id alone was declared, or a call on it broke off).
    `given` are the texts that were sent for it, `earlier` the documents that it was before, `trail` the exchanges that
    brought it here, `wrote` the last modify that was accepted, `read_at` how much of the log was written when it was
    last read and found right.
    """

    id: str
    organization: str
    role: str
    document: dict[str, Json] | None = None
    given: dict[str, Json] = field(default_factory=dict)
    earlier: list[dict[str, Json]] = field(default_factory=list)
    trail: list[Exchange] = field(default_factory=list)
    wrote: Write | None = None
    read_at: int = 0
    gone: bool = False
    lost: bool = False

    @property
    def present(self) -> bool:
        return not self.gone and not self.lost


@dataclass
class Model:
    """`tag` stands in every text that nobody but this run sends. `bystanders` are ids that answers showed and that are
    not ours, `ghosts` (with the role that asked) those that a call made which was to make nothing. `walked_at` says,
    for each organization, how much of the log was written when its list was last walked to the end; `constants` holds
    the values seen first."""

    tag: str
    assistants: dict[str, TrackedAssistant] = field(default_factory=dict)
    bystanders: dict[str, set[str]] = field(default_factory=lambda: {"home": set(), "abroad": set()})
    ghosts: dict[str, str] = field(default_factory=dict)
    log: list[Write] = field(default_factory=list)
    walked_at: dict[str, int] = field(default_factory=lambda: {"home": 0, "abroad": 0})
    constants: dict[tuple[str, str], Json] = field(default_factory=dict)

    def find(self, id: str) -> TrackedAssistant | None:
        return self.assistants.get(id)

    def has_seen(self, id: str) -> bool:
        return id in self.assistants or any(id in ids for ids in self.bystanders.values())

    def sender(self, texts: set[Json]) -> Write | None:
        """The newest change that sent one of these texts, where it is a text that only this run sends."""
        ours = {text for text in texts if isinstance(text, str) and self.tag in text}
        return next((write for write in reversed(self.log) if ours.intersection(write.texts)), None) if ours else None

    def present(self, organization: str) -> Iterator[TrackedAssistant]:
        return (
            tracked for tracked in self.assistants.values() if tracked.present and tracked.organization == organization
        )

    def since_read(self, tracked: TrackedAssistant) -> list[Write]:
        """The changes asked for since this assistant was last read, newest first."""
        return self.log[tracked.read_at :][::-1]

    def read(self, tracked: TrackedAssistant) -> list[Write]:
        """Notes that it was read and found right; gives the changes that it has thereby outlived."""
        outlived = self.log[tracked.read_at :]
        tracked.read_at = len(self.log)
        return outlived
