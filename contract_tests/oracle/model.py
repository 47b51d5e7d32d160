"""The model: the assistants of each organization, as far as the answers have shown them. Pure; judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import WRITE_OPERATIONS
from contract_tests.oracle.calls import Call

ORGANIZATIONS = {"primary": "home", "sibling": "home", "foreign": "abroad"}


@dataclass(frozen=True)
class Write:
    """A create, modify or delete that was requested.

    `requirement` is the one that is violated if the request had a forbidden effect; it is empty for an accepted
    request. `id` is the assistant that was addressed or created.
    """

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
    """An assistant that the run created or that the target file declares, and its expected state.

    - `document`: the expected document. None while nothing is expected: only the id was declared, or a call on the
      assistant broke off.
    - `given`: the texts that were sent for the assistant.
    - `answered`: the texts that the last modify answered. If they differ from the sent ones, the modify alone is wrong.
    - `replaced`: the values that were expected before a read showed others. If a later read shows them again, the
      earlier read alone is wrong.
    - `earlier`: the former documents, as they were expected.
    - `trail`: the exchanges that led to the present state.
    - `wrote`: the last accepted modify.
    - `read_at`: the length of the log when the assistant was last retrieved and right.
    - `listed_at`: the length of the log when the assistant was last in a list, or created.
    - `listed`: false until a list has the assistant.
    - `unlisted`: the roles whose last list was without the assistant.
    - `taken`: the fields of the identity that the server took over from a call. The call alone is wrong.
    - `unsettled`: true after a call that was not answered in time. The server may still carry the call out, so nothing
      is expected from then on.
    """

    id: str
    organization: str
    role: str
    document: dict[str, Json] | None = None
    given: dict[str, Json] = field(default_factory=dict)
    answered: dict[str, Json] = field(default_factory=dict)
    replaced: dict[str, Json] = field(default_factory=dict)
    earlier: list[dict[str, Json]] = field(default_factory=list)
    trail: list[Exchange] = field(default_factory=list)
    wrote: Write | None = None
    read_at: int = 0
    listed_at: int = 0
    listed: bool = False
    gone: bool = False
    lost: bool = False
    unlisted: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    unsettled: bool = False

    @property
    def present(self) -> bool:
        return not self.gone and not self.lost and not self.unsettled

    @property
    def is_missed(self) -> bool:
        """True if a call did not find the assistant, or a list lacked it, though nobody has deleted it."""
        return self.lost or bool(self.unlisted)

    def was_answered(self, name: str, value: Json) -> bool:
        return name in self.answered and same(self.answered[name], value)

    def was_replaced(self, name: str, value: Json) -> bool:
        return name in self.replaced and same(self.replaced[name], value)


@dataclass
class Model:
    """`tag` is in every text that only this run sends.

    `bystanders` are ids in answers that do not belong to this run. `ghosts` maps an id, which a call created although
    it had to create nothing, to the role of its caller. `walked_at` has, for each organization, the length of the log
    at the end of its last complete walk. `constants` holds the first values that were seen.
    """

    tag: str
    assistants: dict[str, TrackedAssistant] = field(default_factory=dict)
    bystanders: dict[str, set[str]] = field(default_factory=lambda: {"home": set(), "abroad": set()})
    ghosts: dict[str, str] = field(default_factory=dict)
    log: list[Write] = field(default_factory=list)
    walked_at: dict[str, int] = field(default_factory=lambda: {"home": 0, "abroad": 0})
    constants: dict[tuple[str, str], Json] = field(default_factory=dict)

    def note_write(self, exchange: Exchange, call: Call, requirement: str = "", id: str = "") -> None:
        """Records a write that may have had an effect although it was not accepted. `requirement` is the one that the
        effect violates; empty if any effect is possible.
        """
        if call.operation in WRITE_OPERATIONS:
            self.log.append(Write(exchange, call, False, requirement, id or call.id))

    def find(self, id: str) -> TrackedAssistant | None:
        return self.assistants.get(id)

    def is_gone(self, id: str) -> bool:
        """True for an assistant that was deleted."""
        known = self.find(id)
        return known is not None and known.gone

    def has_seen(self, id: str) -> bool:
        return id in self.assistants or any(id in ids for ids in self.bystanders.values())

    def taken_over(self) -> set[str]:
        """The ids that modifies have given to other assistants: they no longer tell which assistant is meant."""
        taken = (each for each in self.assistants.values() if "id" in each.taken and each.document)
        shown = ((each, (each.document or {}).get("id")) for each in taken)
        return {id for each, id in shown if isinstance(id, str) and id != each.id}

    def senders(self, texts: set[str]) -> list[Write]:
        """The writes that sent one of these texts, if only this run sends that text. The newest is the last."""
        ours = {text for text in texts if self.tag in text}
        return [write for write in self.log if ours.intersection(write.texts)] if ours else []

    def present(self, organization: str) -> Iterator[TrackedAssistant]:
        return (
            tracked for tracked in self.assistants.values() if tracked.present and tracked.organization == organization
        )

    def since_read(self, tracked: TrackedAssistant) -> list[Write]:
        """The writes since this assistant was last retrieved, newest first."""
        return self.log[tracked.read_at :][::-1]

    def since_listed(self, tracked: TrackedAssistant) -> list[Write]:
        """The writes since this assistant was last in a list, newest first."""
        return self.log[tracked.listed_at :][::-1]

    def note_read(self, tracked: TrackedAssistant) -> list[Write]:
        """Records that the assistant was retrieved and right. Returns the writes since the previous retrieve: none of
        them changed the assistant.
        """
        outlived = self.log[tracked.read_at :]
        tracked.read_at = len(self.log)
        return outlived
