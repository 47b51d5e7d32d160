"""Judges one assistant as an answer shows it: its schema, and whether it is what it should be."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from email.utils import parsedate_to_datetime

from contract_tests.http.editions import per_edition
from contract_tests.http.json_text import REPLACEMENT
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import id_requirement, ignored_fields, ignored_names, kept_fields
from contract_tests.http.operations import CREATE, MODIFIES, RETRIEVE, parse
from contract_tests.oracle import attribution
from contract_tests.oracle.attribution import IDENTITY
from contract_tests.oracle.calls import TEXTS, Call, is_shown, kept_id, own_fields, taken_from
from contract_tests.oracle.kept_fields import REPLACED, Fault, KeptFields, modified_fault, shown_value, was_replaced
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant, Write
from contract_tests.oracle.schema import schema_faults
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Candidate, Findings, answer, brief

NEAR = 900  # seconds; clocks differ, but no time zone is nearer to the next than this
CLEARED = (None, "")


class Assistants:
    """Knows the model, and notes in it what an assistant was found to be."""

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model = model
        self.findings = findings
        self.kept_fields = KeptFields(findings)
        self._outside: set[tuple[str, str]] = set()

    def note_refused_values(self, call: Call) -> None:
        """Takes in the values of a call that had to be refused: no later answer is accused of them."""
        self._outside |= {(name, brief(value)) for name, value in call.fields.items() if name in kept_fields()}

    def shape(self, exchange: Exchange, document: Json, besides: Container[str] = ()) -> bool:
        """True if the document is an assistant by its schema. Each field that breaks the schema is a violation."""
        found = schema_faults(document)
        asked = parse(exchange.request.method, exchange.request.path)
        id = document.get("id") if isinstance(document, dict) else None
        if found and asked.operation == RETRIEVE and id != asked.id:
            self.findings.add_violation("retrieve/equals-created", "an assistant", answer(exchange), exchange)
            return False
        for place, message in found.items():
            # `ignored_fields` judges its own fields, because it knows the values that were sent.
            value = document.get(place) if isinstance(document, dict) else None
            if place not in ignored_names() and place not in besides and (place, brief(value)) not in self._outside:
                self.findings.add_violation(
                    id_requirement() if place == "id" and id else "create/answers-the-assistant",
                    "an assistant by its schema",
                    f"{place or 'the answer'}: {brief(message)}",
                    exchange,
                )
        return not found

    def created(self, exchange: Exchange, call: Call, document: dict[str, Json], identity: Container[str] = ()) -> None:
        """Judges what a create answered against what it was given. The fields of `identity` are judged already."""
        faulty = schema_faults(document)
        if "created_at" not in faulty and "created_at" not in identity:
            self._born_now(exchange, document)
        self.kept_fields.created(exchange, call, document)
        for name in (name for name in TEXTS if name not in faulty):
            given = call.fields.get(name)
            value = document.get(name)
            if not same(value, given) and (taken := taken_from(call, value)):
                self._kept(exchange, taken, name, value)
            elif given in CLEARED and name == "instructions":
                self._unset(exchange, call, document)
            elif isinstance(given, str) and not _surrogate(given) and not same(document.get(name), given):
                self.findings.add_violation(
                    "create/keeps-what-it-is-given",
                    f"{name} {brief(given)}",
                    f"{name} {brief(document.get(name))}",
                    exchange,
                )

    def _kept(self, exchange: Exchange, ignored: str, name: str, value: Json) -> None:
        self.findings.add_violation(
            ignored_fields()[ignored].not_kept_id,
            f"{name} without what {ignored} was sent with",
            f"{name} {brief(value)}",
            exchange,
        )

    def _unset(self, exchange: Exchange, call: Call, document: dict[str, Json]) -> None:
        if call.fields.get("instructions") == "" and document.get("instructions") not in CLEARED:
            self.findings.add_violation(
                "create/keeps-what-it-is-given",
                'no instructions: null or ""',
                f"instructions {brief(document.get('instructions'))}",
                exchange,
            )

    def _born_now(self, exchange: Exchange, document: dict[str, Json]) -> None:
        clocks = [exchange.ended]
        if stamp := exchange.response.headers.get("date"):
            with suppress(ValueError):
                clocks.append(parsedate_to_datetime(stamp).timestamp())
        born = document.get("created_at")
        near = isinstance(born, int) and any(abs(born - clock) <= NEAR for clock in clocks)
        self.findings.judge(
            "create/answers-the-assistant",
            near,
            CREATE,
            f"created_at within {NEAR} s of the answer",
            f"created_at {brief(born)}",
            exchange,
        )

    def modified(self, exchange: Exchange, call: Call, tracked: TrackedAssistant, document: dict[str, Json]) -> bool:
        """Judges the answer of a modify. True if every field is as asked."""
        before, right = tracked.document or {}, True
        faulty = schema_faults(before) | {
            name: fault for name, fault in schema_faults(document).items() if name not in IDENTITY
        }
        for name in (*IDENTITY, *own_fields()):
            if (
                name in before
                and name not in faulty
                and (fault := self._modified_field(call, tracked, name, shown_value(document, name)))
            ):
                right = False
                candidates, expected, actual = fault
                if exchange.request.group and not self.findings.broken(candidates[0].requirement):
                    candidates = [Candidate("parallel/modifies-not-lost"), *candidates]  # alone, it was right so far
                self.findings.add_explained(candidates, expected, actual, *tracked.trail[-2:], last=exchange)
        if before:
            self.findings.hold("modify/keeps-identity", call.operation)
        if was_replaced(call, before.get("metadata"), document.get("metadata")):
            self.findings.hold(REPLACED, call.operation)
        return right

    # page, List, retrieve, modify: "Modify accepts the same fields as create; every field is optional."
    def _modified_field(
        self, call: Call, tracked: TrackedAssistant, name: str, new: Json
    ) -> tuple[list[Candidate], str, str] | None:
        """The explanations of a wrong field, the expected and the actual value; None if the field is right."""
        old, actual = (tracked.document or {})[name], f"{name} {brief(new)}"
        if fault := self._own_fault(call, tracked, name, new):
            requirement, expected, _ = fault
            return [Candidate(requirement)], expected, actual
        if same(old, new) or tracked.was_answered(name, new):
            return None
        if name in IDENTITY:
            return [Candidate("modify/keeps-identity")], f"{name} {brief(old)}, as before", actual
        if name in call.fields:
            return None
        candidates = attribution.unsent_candidates(self.model, tracked, call, name, new)
        return candidates, f"{name} {brief(old)}, which was not sent and keeps its value", actual

    def _own_fault(self, call: Call, tracked: TrackedAssistant, name: str, new: Json) -> Fault | None:
        """The fault of a field with a value that the modify has sent, for this field or for an ignored one."""
        old, actual = (tracked.document or {})[name], f"{name} {brief(new)}"
        if name in TEXTS and not same(call.fields.get(name, old), new) and (taken := taken_from(call, new)):
            return ignored_fields()[taken].not_kept_id, f"{name} without what {taken} was sent with", actual
        if name in call.fields and name in kept_fields():
            return modified_fault(call, name, old, new)
        if name in call.fields and name in TEXTS:
            same_as_before = same(old, new) and not same(tracked.given.get(name), call.fields[name])
            # A text that others send too may be the sent one in another form.
            is_earlier = self.model.tag in str(new) and attribution.is_stale(tracked, name, new)
            stale = same_as_before or is_earlier
            return self._written(call, name, new, actual, "modify/seen-everywhere" if stale else "")
        return None

    # page, List, retrieve, modify: "Passing instructions: "" clears them."
    def _written(self, call: Call, name: str, new: Json, actual: str, stale: str) -> Fault | None:
        """`stale` is the requirement that an old value violates; empty if the value is not an old one."""
        sent = call.fields[name]
        if sent is None or _surrogate(sent) or (name == "name" and not sent.strip()):
            return None
        if sent == "":
            return (
                None
                if new in CLEARED
                else ("modify/empty-instructions-clear", 'instructions cleared: null or ""', actual)
            )
        if same(sent, new):
            return None
        return stale or "create/keeps-what-it-is-given", f"{name} {brief(sent)}, as sent", actual

    def judge_shown(self, exchange: Exchange, call: Call, tracked: TrackedAssistant, document: dict[str, Json]) -> bool:
        """Judges an assistant that retrieve or list shows. True if the assistant is as expected."""
        expected = tracked.document
        if tracked.unsettled:
            return True
        if expected is None or self._is_another(tracked, document):
            return self._met(exchange, tracked, document)
        # `ignored_fields` judges its own fields: they are no matter of this assistant alone.
        expected |= {name: document[name] for name in ignored_names() if name in document}
        own = (name for name in _fields_of_one() if name in expected)
        different = [name for name in own if not same(expected[name], document.get(name))]
        faulty = schema_faults(document) | schema_faults(expected) if different else {}
        right = True
        for name in different:
            value = document.get(name)
            if tracked.was_answered(name, value) or tracked.was_replaced(name, value):
                expected[name] = value  # the modify that answered so, or an earlier read, has the violation
            elif name not in faulty:
                right = False
                self._differs(exchange, tracked, name, document.get(name, "(absent)"))
        if right:
            self._outlived(call, tracked)
        else:
            tracked.replaced = {name: expected[name] for name in different}
            tracked.earlier.append(expected)
            tracked.document = document
        return right

    def _is_another(self, tracked: TrackedAssistant, document: dict[str, Json]) -> bool:
        """True for an assistant that the run knows by another id: nothing in the answer is about the requested one."""
        id = document.get("id")
        return id != tracked.id and "id" not in tracked.taken and isinstance(id, str) and self.model.has_seen(id)

    def _met(self, exchange: Exchange, tracked: TrackedAssistant, document: dict[str, Json]) -> bool:
        """Judges the id alone."""
        if right := document.get("id") == tracked.id:
            tracked.document = document
            return right
        self.findings.add_violation(
            "retrieve/equals-created", f"id {tracked.id}", f"id {brief(document.get('id'))}", exchange
        )
        return False

    def _differs(self, exchange: Exchange, tracked: TrackedAssistant, name: str, value: Json) -> None:
        assert tracked.document is not None
        requirements, shown = attribution.difference(self.model, tracked, name, value)
        others = attribution.other_candidates(self.model, tracked, name, value, shown)
        expected = f"{name} {brief(tracked.document[name])}"
        for requirement in requirements:
            candidates = [Candidate(requirement, tuple(shown)), *others]
            self.findings.add_explained(
                candidates, expected, f"{name} {brief(value)}", *tracked.trail[:1], last=exchange
            )

    def _outlived(self, call: Call, tracked: TrackedAssistant) -> None:
        """Records that a read showed the right assistant: no call since the previous read has changed it."""
        assert tracked.document is not None
        hold, operation = self.findings.hold, call.operation
        if operation == RETRIEVE:
            hold("retrieve/equals-created", operation)
        for name, text in tracked.given.items():
            if text and is_shown(name, text, tracked.document.get(name)):
                hold(kept_id(name), operation)
        for write in self.model.note_read(tracked):
            self._outlived_change(write, tracked, operation)

    def _outlived_change(self, write: Write, tracked: TrackedAssistant, operation: str) -> None:
        hold, call = self.findings.hold, write.call
        if not write.accepted:
            if write.id == tracked.id:
                hold(write.requirement, operation)
            return
        modified = call.operation in MODIFIES
        if write.id != tracked.id:
            if call.operation != CREATE and ORGANIZATIONS.get(call.role) == tracked.organization:
                hold("modify/only-its-target" if modified else "delete/only-its-target", operation)
            return
        for name in call.ignored:
            not_kept = ignored_fields()[name].not_kept_id
            if not_kept and name not in call.absurd and not same(call.fields[name], (tracked.document or {}).get(name)):
                hold(not_kept, operation)
        if call.absurd:
            hold("ignored/absurd-values-are-harmless", operation)
        if modified:
            self._outlived_modify(write, operation)

    def _outlived_modify(self, write: Write, operation: str) -> None:
        sent = write.call.fields
        if write.exchange.request.group:
            self.findings.hold("parallel/modifies-not-lost", operation)
        if sent == {}:
            self.findings.hold("modify/empty-body-changes-nothing", operation)
        elif sent.get("instructions") == "":
            self.findings.hold("modify/empty-instructions-clear", operation)
        elif sent.keys() & set(own_fields()):
            self.findings.hold("modify/seen-everywhere", operation)
        if len(sent.keys() & set(TEXTS)) == 1:
            self.findings.hold("modify/partial", operation)


@per_edition
def _fields_of_one() -> tuple[str, ...]:
    """The fields that are a matter of one assistant: the others are the same on every one."""
    return tuple(name for name in catalogue.fields("Assistant") if name not in ignored_names())


def _surrogate(text: Json) -> bool:
    """True for a text with a lone surrogate: no requirement says what a server makes of one."""
    return isinstance(text, str) and REPLACEMENT in text
