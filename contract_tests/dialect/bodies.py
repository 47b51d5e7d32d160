"""What a create or a modify takes that it need not take, and how long a body and its texts may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from contract_tests.dialect import schema
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, Settle, UnresolvedError, choice, named
from contract_tests.http.messages import Json, Odd
from contract_tests.http.operations import CREATE, MODIFIES, MODIFY

WRITES = (CREATE, *MODIFIES)
INVALID = (400, 422)  # how a body is refused for what it says, rather than for how much it is
PADDED = 4096  # bytes from which on an empty object is a body made long
KINDS = {
    "tools": ("code_interpreter", "file_search", "function"),
    "response_format": ("text", "json_object", "json_schema"),
}
NUL = "\x00"
NAMED = r"status|assistant\.name( .*)?"  # a text that was taken is seen from then on
TOLD = r"status|assistant\.instructions( .*)?"


def _only(sight: Observation, *fields: str) -> bool:
    """Whether the body sends these, beside texts that everybody takes."""
    return sight.call.operation in WRITES and sight.fields.keys() - {"name", "instructions"} == set(fields)


def _taken(sight: Observation) -> Iterator[bool]:
    if sight.accepted or sight.status in INVALID:
        yield sight.accepted


def _shows(sight: Observation, *names: str) -> bool:
    """Whether the answer has these fields as they were sent: what is cut or passed over was not taken."""
    return bool(sight.shown) and all(item.get(name) == sight.fields[name] for item in sight.shown for name in names)


def _strictness(sight: Observation) -> Iterator[Json]:
    yield from ("ignore" if taken else "refuse" for taken in _taken(sight))


@choice("bodies.absurd_values", "status")
def absurd_values(sight: Observation) -> Iterator[Json]:
    """All at once where they were taken; where they were refused, the one that was sent alone."""
    absurd = sight.call.absurd
    telling = sight.accepted or (len(absurd) == 1 and _only(sight, *absurd))
    plain = all(_plainly_absurd(name, sight.fields[name]) for name in absurd)
    if sight.call.free == {"absurd-ignored-fields"} and telling and plain:
        yield from _strictness(sight)


def _plainly_absurd(name: str, value: Json) -> bool:
    """A number out of range, or where none belongs: objects and texts may be judged more or less closely."""
    return isinstance(value, int | float) or (name == "tools" and isinstance(value, str))


@choice("bodies.absurd_contents", "status")
def absurd_contents(sight: Observation) -> Iterator[Json]:
    """A tool or a format of a type that nobody has heard of."""
    for name, known in KINDS.items():
        given = sight.fields.get(name)
        given = given if isinstance(given, list) else [given]
        types = [item.get("type") for item in given if isinstance(item, dict)]
        strange = types and all(type not in known for type in types)
        if strange and _only(sight, name) and sight.call.free == {"absurd-ignored-fields"}:
            yield from _strictness(sight)


@choice("bodies.metadata", "status")
def metadata(sight: Observation) -> Iterator[Json]:
    """An object that OpenAI's reference would not have."""
    if _only(sight, "metadata") and "metadata" in sight.call.absurd and isinstance(sight.fields["metadata"], dict):
        yield from ("any" if taken else "openai" for taken in _taken(sight))


@choice("bodies.unknown_fields", "status")
def unknown_fields(sight: Observation) -> Iterator[Json]:
    if sight.call.operation in WRITES and sight.call.free == {"unknown-fields"} and not sight.call.ignored:
        yield from _strictness(sight)


@choice("bodies.reasoning_effort", "status")
def reasoning_effort(sight: Observation) -> Iterator[Json]:
    if _only(sight, "reasoning_effort") and not sight.call.free:
        yield from _taken(sight)


@choice("bodies.name_min", NAMED)
def name_min(sight: Observation) -> Iterator[Json]:
    if _only(sight) and sight.fields.get("name") == "" and sight.call.free == {"empty-name"}:
        yield from (0 if taken else 1 for taken in _taken(sight) if not taken or _shows(sight, "name"))


@choice("bodies.unstorable", r"status|assistant\.(name|instructions)( .*)?")
def unstorable(sight: Observation) -> Iterator[Json]:
    """Taken is kept only where the answer shows it whole."""
    texts = {name: text for name, text in sight.fields.items() if isinstance(text, str)}
    if _only(sight) and any(NUL in text for text in texts.values()) and sight.call.free == {"odd-text"}:
        if sight.status in INVALID:
            yield "refuse"
        elif sight.accepted:
            yield "keep" if _shows(sight, *texts) else "change"


@choice("bodies.null_name", NAMED)
def null_name(sight: Observation) -> Iterator[Json]:
    yield from _null(sight, "name")


@choice("bodies.null_instructions", TOLD)
def null_instructions(sight: Observation) -> Iterator[Json]:
    yield from _null(sight, "instructions")


def _null(sight: Observation, name: str) -> Iterator[Json]:
    """What null does to a text that was there."""
    before = (sight.before or {}).get(name)
    if sight.call.operation in MODIFIES and sight.fields == {name: None} and before:
        if sight.status in INVALID:
            yield "refuse"
        for item in sight.shown:
            yield "keep" if item.get(name) == before else "clear" if item.get(name) in (None, "") else "change"


@choice("bodies.empty_modify", "status")
def empty_modify(sight: Observation) -> Iterator[Json]:
    if sight.call.operation == MODIFY and sight.call.body is Odd.EMPTY and sight.before:
        yield from ("accept" if taken else "refuse" for taken in _taken(sight))


def _bound(setting: str) -> Settle:
    """The longest that was taken, where one more was refused."""
    default = schema.default(setting)

    def settle(facts: Sequence[Fact]) -> Resolved:
        taken = max((fact for fact in facts if fact[0][1]), key=lambda fact: fact[0][0], default=None)
        refused = min((fact for fact in facts if not fact[0][1]), key=lambda fact: fact[0][0], default=None)
        if taken is None:
            raise UnresolvedError(f"none was taken that was tried: {named(facts[0][1])[:60]}")
        longest = taken[0][0]
        if refused is None:
            if longest <= default:
                raise UnresolvedError(f"{longest:,} were taken, and no more were tried")
            unbounded = None if not schema.fault(setting, None) else longest
            return Resolved(unbounded, [taken[1]], f"{longest:,} were taken, and no more were tried")
        if refused[0][0] != longest + 1:
            raise UnresolvedError(
                f"{longest:,} were taken and {refused[0][0]:,} refused; what is between was not tried"
            )
        return Resolved(longest, [taken[1], refused[1]], f"{longest + 1:,} are refused")

    return settle


def _length(name: str) -> Callable[[Observation], Iterator[Json]]:
    def rule(sight: Observation) -> Iterator[Json]:
        text, alone = sight.fields.get(name), sight.fields.keys() == {name}
        if sight.before and sight.call.operation in MODIFIES and alone and isinstance(text, str) and text.isprintable():
            whole = name == "description" or _shows(sight, name)
            yield from ((len(text), taken) for taken in _taken(sight) if text and (whole or not taken))

    return rule


for _name in ("name", "instructions", "description"):
    choice(f"bodies.{_name}_max", rf"status|assistant\.{_name}( .*)?", _bound(f"bodies.{_name}_max"))(_length(_name))


@choice("bodies.largest", "status", _bound("bodies.largest"))
def largest(sight: Observation) -> Iterator[Json]:
    """Of a body that says nothing, but at length."""
    if padded(sight):
        yield len(sight.exchange.request.body or b""), sight.accepted


def padded(sight: Observation) -> bool:
    body = sight.exchange.request.body or b""
    return sight.call.operation in MODIFIES and len(body) > PADDED and body.strip(b"{ }") == b""
