"""The bodies that a create or a modify may accept or refuse, and the maximum length of a body and of its texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from contract_tests.dialect import schema
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, Resolver, UnresolvedError, choice, describe
from contract_tests.http.messages import Json, Odd
from contract_tests.http.operations import MODIFIES, MODIFY, WITH_A_BODY

INVALID = (400, 422)  # the statuses that refuse the content of a body, not its length
PADDED = 4096  # bytes; a longer empty object was sent to find the maximum
KINDS = {
    "tools": ("code_interpreter", "file_search", "function"),
    "response_format": ("text", "json_object", "json_schema"),
}
NUL = "\x00"
NAME_PLACES = r"status|assistant\.name( .*)?"  # an accepted text is visible in later answers too
INSTRUCTIONS_PLACES = r"status|assistant\.instructions( .*)?"


def _only(observation: Observation, *fields: str) -> bool:
    """True if the body has exactly these fields, beside a name or instructions."""
    others = observation.fields.keys() - {"name", "instructions"}
    return observation.call.operation in WITH_A_BODY and others == set(fields)


def _acceptance(observation: Observation) -> Iterator[bool]:
    if observation.accepted or observation.status in INVALID:
        yield observation.accepted


def _shows(observation: Observation, *names: str) -> bool:
    """True if the answer shows these fields as they were sent. A text that is cut or ignored was not accepted."""
    return bool(observation.assistants) and all(
        item.get(name) == observation.fields[name] for item in observation.assistants for name in names
    )


def _strictness(observation: Observation) -> Iterator[Json]:
    yield from ("ignore" if accepted else "refuse" for accepted in _acceptance(observation))


@choice("bodies.absurd_values", "status")
def absurd_values(observation: Observation) -> Iterator[Json]:
    """An accepted call decides for all its fields. A refused call decides only if it sends one field."""
    absurd = observation.call.absurd
    decisive = observation.accepted or (len(absurd) == 1 and _only(observation, *absurd))
    plain = all(_plainly_absurd(name, observation.fields[name]) for name in absurd)
    if observation.call.free == {"absurd-ignored-fields"} and decisive and plain:
        yield from _strictness(observation)


def _plainly_absurd(name: str, value: Json) -> bool:
    """True for a number, or for tools that are a text. Servers differ in how closely they check objects and texts."""
    return isinstance(value, int | float) or (name == "tools" and isinstance(value, str))


@choice("bodies.absurd_contents", "status")
def absurd_contents(observation: Observation) -> Iterator[Json]:
    """A tool or a response format of a type that does not exist."""
    for name, known in KINDS.items():
        given = observation.fields.get(name)
        given = given if isinstance(given, list) else [given]
        types = [item.get("type") for item in given if isinstance(item, dict)]
        strange = types and all(type not in known for type in types)
        if strange and _only(observation, name) and observation.call.free == {"absurd-ignored-fields"}:
            yield from _strictness(observation)


@choice("bodies.metadata", "status")
def metadata(observation: Observation) -> Iterator[Json]:
    """An object that OpenAI's reference does not allow."""
    if (
        _only(observation, "metadata")
        and "metadata" in observation.call.absurd
        and isinstance(observation.fields["metadata"], dict)
    ):
        yield from ("any" if accepted else "openai" for accepted in _acceptance(observation))


@choice("bodies.unknown_fields", "status")
def unknown_fields(observation: Observation) -> Iterator[Json]:
    if (
        observation.call.operation in WITH_A_BODY
        and observation.call.free == {"unknown-fields"}
        and not observation.call.ignored
    ):
        yield from _strictness(observation)


@choice("bodies.reasoning_effort", "status")
def reasoning_effort(observation: Observation) -> Iterator[Json]:
    if _only(observation, "reasoning_effort") and not observation.call.free:
        yield from _acceptance(observation)


@choice("bodies.name_min", NAME_PLACES)
def name_min(observation: Observation) -> Iterator[Json]:
    if _only(observation) and observation.fields.get("name") == "" and observation.call.free == {"empty-name"}:
        yield from (
            0 if accepted else 1 for accepted in _acceptance(observation) if not accepted or _shows(observation, "name")
        )


@choice("bodies.unstorable", r"status|assistant\.(name|instructions)( .*)?")
def unstorable(observation: Observation) -> Iterator[Json]:
    """An accepted text is kept only if the answer shows the whole text."""
    texts = {name: text for name, text in observation.fields.items() if isinstance(text, str)}
    if _only(observation) and any(NUL in text for text in texts.values()) and observation.call.free == {"odd-text"}:
        if observation.status in INVALID:
            yield "refuse"
        elif observation.accepted:
            yield "keep" if _shows(observation, *texts) else "change"


@choice("bodies.null_name", NAME_PLACES)
def null_name(observation: Observation) -> Iterator[Json]:
    yield from _null(observation, "name")


@choice("bodies.null_instructions", INSTRUCTIONS_PLACES)
def null_instructions(observation: Observation) -> Iterator[Json]:
    yield from _null(observation, "instructions")


def _null(observation: Observation, name: str) -> Iterator[Json]:
    """Decided by a null for a text that the assistant had before."""
    before = (observation.before or {}).get(name)
    if observation.call.operation in MODIFIES and observation.fields == {name: None} and before:
        if observation.status in INVALID:
            yield "refuse"
        for item in observation.assistants:
            yield "keep" if item.get(name) == before else "clear" if item.get(name) in (None, "") else "change"


@choice("bodies.empty_modify", "status")
def empty_modify(observation: Observation) -> Iterator[Json]:
    if observation.call.operation == MODIFY and observation.call.body is Odd.EMPTY and observation.before:
        yield from ("accept" if accepted else "refuse" for accepted in _acceptance(observation))


def _resolve_length(setting: str) -> Resolver:
    """The longest accepted length, if the next length was refused. Resolving raises UnresolvedError otherwise."""
    default = schema.default(setting)

    def resolve(facts: Sequence[Fact]) -> Resolved:
        accepted = max((fact for fact in facts if fact[0][1]), key=lambda fact: fact[0][0], default=None)
        refused = min((fact for fact in facts if not fact[0][1]), key=lambda fact: fact[0][0], default=None)
        if accepted is None:
            raise UnresolvedError(f"every length that was tried was refused: {describe(facts[0][1])[:60]}")
        longest = accepted[0][0]
        if refused is None:
            if longest <= default:
                raise UnresolvedError(f"{longest:,} were accepted, and no more were tried")
            unbounded = None if not schema.fault(setting, None) else longest
            return Resolved(unbounded, [accepted[1]], f"{longest:,} were accepted, and no more were tried")
        if refused[0][0] != longest + 1:
            raise UnresolvedError(
                f"{longest:,} were accepted and {refused[0][0]:,} refused; no length between was tried"
            )
        return Resolved(longest, [accepted[1], refused[1]], f"{longest + 1:,} are refused")

    return resolve


def _length(name: str) -> Callable[[Observation], Iterator[Json]]:
    def rule(observation: Observation) -> Iterator[Json]:
        text, alone = observation.fields.get(name), observation.fields.keys() == {name}
        if (
            observation.before
            and observation.call.operation in MODIFIES
            and alone
            and isinstance(text, str)
            and text.isprintable()
        ):
            whole = name == "description" or _shows(observation, name)
            yield from (
                (len(text), accepted) for accepted in _acceptance(observation) if text and (whole or not accepted)
            )

    return rule


for _name in ("name", "instructions", "description"):
    choice(f"bodies.{_name}_max", rf"status|assistant\.{_name}( .*)?", _resolve_length(f"bodies.{_name}_max"))(
        _length(_name)
    )


@choice("bodies.largest", "status", _resolve_length("bodies.largest"))
def largest(observation: Observation) -> Iterator[Json]:
    """Decided by an empty object that is padded with spaces."""
    if padded(observation):
        yield len(observation.exchange.request.body or b""), observation.accepted


def padded(observation: Observation) -> bool:
    body = observation.exchange.request.body or b""
    return observation.call.operation in MODIFIES and len(body) > PADDED and body.strip(b"{ }") == b""
