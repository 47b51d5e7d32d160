"""The requirement that a wrong value or a missing assistant violates: the calls since the last right read decide."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import CREATE, DELETE, MODIFIES
from contract_tests.oracle.calls import Call, kept_id, own_fields
from contract_tests.oracle.expectations import parse_call
from contract_tests.oracle.model import Model, TrackedAssistant, Write
from contract_tests.requirements.findings import Candidate, Findings

SHARED = "org/shared-by-its-keys"
IDENTITY = ("id", "object", "created_at")


def other_candidates(
    model: Model, tracked: TrackedAssistant, name: str, value: Json, accused: Sequence[Exchange]
) -> list[Candidate]:
    """The explanations of a difference by calls before the accused ones. There are none if the value itself names its
    call.
    """
    writes = model.since_read(tracked)
    if _is_from_the_run(model, value) and by_its_value(model, tracked, name, value, writes):
        return []
    found: dict[str, list[Exchange]] = {}
    without = [*accused]
    while accused:
        requirements, accused = difference(model, tracked, name, value, without)
        found.setdefault(requirements[-1], []).extend(accused)
        without += accused
    if name in own_fields() and is_stale(tracked, name, value):
        found.setdefault("modify/seen-everywhere", [])
    for candidate in _cleared_elsewhere(writes, tracked, name, value, _may_have_cleared):
        found.setdefault(candidate.requirement, []).extend(candidate.accused)
    return [Candidate(requirement, tuple(calls)) for requirement, calls in found.items()]


def difference(
    model: Model, tracked: TrackedAssistant, name: str, value: Json, without: Container[Exchange] = ()
) -> tuple[list[str], list[Exchange]]:
    """The requirements that a wrong value violates, by the newest call that can have caused the value. The calls in
    `without` are left out.
    """
    writes = [write for write in model.since_read(tracked) if write.exchange not in without]
    if told := by_its_value(model, tracked, name, value, writes):
        return [told[0]], [told[1]]
    own = [write for write in writes if write.id == tracked.id]
    if name in IDENTITY and any(write.call.operation in MODIFIES for write in own):
        return ["modify/keeps-identity"], [own[0].exchange]
    refused = (write for write in own if not write.accepted)
    if wrong := next((each for each in refused if _can_have_left(each, own, tracked, name, value)), None):
        return [wrong.requirement], [wrong.exchange]
    wrote = next((write for write in own if write.accepted and write.call.operation in MODIFIES), None)
    if wrote:
        return _badly_stored(model, wrote, tracked, name, value), [wrote.exchange]
    if cleared := next(_cleared_elsewhere(writes, tracked, name, value, _sent), None):
        return [cleared.requirement], [*cleared.accused]
    if made := next((write for write in own if write.call.operation == CREATE), None):
        return _badly_made(made, name, value), []
    if tracked.wrote and tracked.wrote.exchange not in without and is_stale(tracked, name, value):
        return _badly_stored(model, tracked.wrote, tracked, name, value), [tracked.wrote.exchange]
    other = next((write for write in writes if write.accepted and write.call.operation in MODIFIES), None)
    if other and name in own_fields() and not _is_mangled(value, tracked.document or {}, name):
        return ["modify/only-its-target"], [other.exchange]
    return ["retrieve/equals-created"], []


def _is_mangled(value: Json, document: dict[str, Json], name: str) -> bool:
    """True if the value is the expected text, cut or in another case. No other call sent such a text."""
    expected = document.get(name)
    if not isinstance(value, str) or not isinstance(expected, str) or not value.strip():
        return False
    return expected.strip().casefold().startswith(value.strip().casefold())


def unsent_candidates(model: Model, tracked: TrackedAssistant, call: Call, name: str, value: Json) -> list[Candidate]:
    """The explanations of a modify that answers another value of a field it has not sent, the likeliest first."""
    writes = model.since_read(tracked)
    told = by_its_value(model, tracked, name, value, writes)
    named = [Candidate(told[0], (told[1],))] if told else []
    if named and _is_from_the_run(model, value):
        return named
    unsent = Candidate("modify/empty-body-changes-nothing" if call.fields == {} else "modify/partial")
    unstored = _unstored(writes, tracked, name, value)
    cleared = _cleared_elsewhere(writes, tracked, name, value, _may_have_cleared)
    return list(dict.fromkeys([unsent, *named, *unstored, *cleared]))


def _cleared_elsewhere(
    writes: Iterable[Write],
    tracked: TrackedAssistant,
    name: str,
    value: Json,
    is_suspect: Callable[[Write, str, Json], bool],
) -> Iterator[Candidate]:
    """The suspect calls on other assistants, by the requirement that each violates if the field is empty because of the
    call."""
    found: dict[str, list[Exchange]] = {}
    elsewhere = (write for write in writes if write.id != tracked.id and is_suspect(write, name, value))
    for write in elsewhere if is_blank(value) else ():
        found.setdefault(_guilt(write, tracked, name, None), []).append(write.exchange)
    return (Candidate(requirement, tuple(calls)) for requirement, calls in found.items() if requirement)


def by_its_value(
    model: Model, tracked: TrackedAssistant, name: str, value: Json, writes: Sequence[Write]
) -> tuple[str, Exchange] | None:
    """The requirement that the value gives away, with the call. Either one of `writes` sent this value and must not
    change this field, or the field had this value before the newest modify of the field.

    Two assistants may be without a text. So an empty value tells nothing about the calls on another assistant.
    """
    newest = _newest_modify(writes, tracked, name)
    stale = name in own_fields() and is_stale(tracked, name, value)
    # An earlier value of its own explains a text as well, unless the run has sent the text once.
    own_alone = stale and newest and not _is_from_the_run(model, value)
    for write in writes:
        can_tell = write.id == tracked.id or not (own_alone or is_blank(value))
        if can_tell and _sent(write, name, value) and (found := _guilt(write, tracked, name, newest)):
            return found, write.exchange
    # A value that others send too may be the default that a later call has restored.
    if newest and stale and _is_from_the_run(model, value):
        return _badly_written(newest, tracked, name, value)[0], newest.exchange
    return None


def _unstored(writes: Iterable[Write], tracked: TrackedAssistant, name: str, value: Json) -> list[Candidate]:
    """The explanation of an earlier value by the newest modify that has sent the field, and was not stored."""
    newest = _newest_modify(writes, tracked, name)
    if newest is None or name not in own_fields() or not is_stale(tracked, name, value):
        return []
    return [Candidate("modify/seen-everywhere", (newest.exchange,))]


def _newest_modify(writes: Iterable[Write], tracked: TrackedAssistant, name: str) -> Write | None:
    """The newest accepted modify that has sent this field to the assistant."""
    modifies = (each for each in writes if each.accepted and each.call.operation in MODIFIES)
    return next((each for each in modifies if each.id == tracked.id and name in each.call.fields), None)


def _is_from_the_run(model: Model, value: Json) -> bool:
    """True for a text that only this run sends: such a text tells which call has sent it."""
    return model.tag in str(value)


def _sent(write: Write, name: str, value: Json) -> bool:
    """True if the write sent this value. A cleared text may read null or empty."""
    if name not in write.call.fields:
        return False
    cleared = name == "instructions" and not value and not write.call.fields[name]
    return cleared or same(write.call.fields[name], value)


def _may_have_cleared(write: Write, name: str, value: Json) -> bool:
    """True if the call cleared the field, or was refused with this field."""
    was_refused = not write.accepted and write.call.operation in MODIFIES and name in write.call.fields
    return was_refused or _sent(write, name, value)


def _can_have_left(refused: Write, own: list[Write], tracked: TrackedAssistant, name: str, value: Json) -> bool:
    """True if a refused call can be the cause of this value, in one of two cases. The call sent a value like this one.
    Or the call is the newest change, and the value is neither an earlier one nor the expected one in another form.

    A create cannot have cleared a field that nobody has read.
    """
    sent = [str(each).strip().casefold() for each in refused.call.fields.values()]
    if str(value).strip().casefold() in sent:
        return True
    newer = own[: own.index(refused)]
    if is_stale(tracked, name, value) or any(each.accepted and each.call.operation in MODIFIES for each in newer):
        return False
    if _is_mangled(value, tracked.document or {}, name):
        return False
    # Without an accepted write the field was right when it was read last.
    return bool(value) or refused.call.operation in MODIFIES or not any(write.accepted for write in own)


def is_blank(value: Json) -> bool:
    return value is None or value in ("", [], {})


def is_stale(tracked: TrackedAssistant, name: str, value: Json) -> bool:
    """True if the field of the assistant had this value before."""
    return any(same(earlier.get(name), value) for earlier in tracked.earlier)


def _guilt(write: Write, tracked: TrackedAssistant, name: str, newest: Write | None) -> str:
    """The requirement that an effect of this write on the field violates; empty if the effect is right. `newest` is the
    last accepted modify that sent the field to this assistant.
    """
    if not write.accepted:
        return write.requirement
    if write.call.operation not in MODIFIES:
        return ""
    own = "modify/seen-everywhere" if name in own_fields() and write is newest else ""  # it answered another value
    return "modify/only-its-target" if write.id != tracked.id else own


def _badly_stored(model: Model, wrote: Write, tracked: TrackedAssistant, name: str, value: Json) -> list[str]:
    """The violated requirements if a modify answered right, and a later read shows another value. If the modify did not
    send the field, and the read shows an old text of this run, the read is stale."""
    unsent = name in own_fields() and name not in wrote.call.fields
    if (
        unsent
        and not wrote.exchange.request.group
        and _is_from_the_run(model, value)
        and is_stale(tracked, name, value)
    ):
        return ["modify/seen-everywhere"]
    return _badly_written(wrote, tracked, name, value)


def _badly_written(wrote: Write, tracked: TrackedAssistant, name: str, value: Json) -> list[str]:
    if wrote.exchange.request.group:
        return ["parallel/modifies-not-lost"]
    if name == "instructions" and wrote.call.fields.get(name) == "":
        return ["modify/empty-instructions-clear"]
    if name in own_fields() and name not in wrote.call.fields:
        return ["modify/partial" if wrote.call.fields else "modify/empty-body-changes-nothing"]
    stale = is_stale(tracked, name, value)
    if name in own_fields() and not stale:
        return [kept_id(name), "retrieve/equals-created"]
    return ["modify/seen-everywhere"] if name in own_fields() else ["retrieve/equals-created"]


def _badly_made(made: Write, name: str, value: Json) -> list[str]:
    """A text may have been kept wrongly, or be shown wrongly: nobody can tell that from one read. Null and an empty
    text both mean that there is no text.
    """
    given = made.call.fields.get(name)
    is_kept_otherwise = name in own_fields() and given is not None and not (is_blank(given) and is_blank(value))
    kept = [kept_id(name)] if is_kept_otherwise else []
    return [*kept, "retrieve/equals-created"]


def losses(
    writes: Sequence[Write], tracked: TrackedAssistant, role: str, otherwise: str, *, was_there: bool = True
) -> list[Candidate]:
    """The explanations of an assistant that should be there and is not, the likeliest first. `writes` are those since
    the assistant was last seen there, newest first. `was_there` is false for a list that has never had it.
    """
    in_parallel = bool(tracked.trail) and tracked.trail[0].request.group
    unkept = [Candidate("parallel/creates-all-kept")] if in_parallel else []
    deletes = [write for write in writes if write.call.operation == DELETE]
    own = [write for write in deletes if not write.accepted and write.id == tracked.id]
    refused = [Candidate(write.requirement, (write.exchange,)) for write in own]
    other = [write for write in deletes if write.exchange.response.accepted and write.id != tracked.id]
    strayed = [Candidate("delete/only-its-target", (write.exchange,)) for write in other]
    unshared = [Candidate(SHARED)] if is_shared(tracked, role) else []
    observed = [*unshared, *unkept, Candidate(otherwise)]
    first = [] if tracked.listed else unkept
    # A refused call has taken nothing out of a list that has never had it, or only what it took from everywhere.
    likely = [*refused[:1], *strayed[:1], *observed] if was_there else [*strayed[:1], *observed, *refused[:1]]
    return list(dict.fromkeys([*first, *likely]))


def unless_unshared(findings: Findings, tracked: TrackedAssistant, role: str, otherwise: str) -> str:
    """The requirement for a missing assistant: `otherwise`, or SHARED if SHARED is violated already. A server that
    hides the assistants of other keys may also hide the second key's own, and the declared assistant of another key.
    """
    may_be = role == "sibling" or (tracked.role != role and not _is_made(tracked))
    return SHARED if may_be and (SHARED in findings.known or findings.broken(SHARED)) else otherwise


def is_shared(tracked: TrackedAssistant, role: str) -> bool:
    """True if the key can reach the assistant only as a key of the same organization. The run knows the makers of its
    own assistants, and takes the first key for the maker of the declared ones.
    """
    return role != (tracked.role if _is_made(tracked) else "primary")


def _is_made(tracked: TrackedAssistant) -> bool:
    """True if the run has created the assistant."""
    return bool(tracked.trail) and parse_call(tracked.trail[0].request).operation == CREATE
