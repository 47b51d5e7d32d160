"""Judges the kept fields (x-kept), which come back as they were sent. The page's edition has none."""

from __future__ import annotations

from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import KeptField, defaults, fields, kept_fields
from contract_tests.oracle.calls import Call, is_shown, kept_id
from contract_tests.oracle.kept_values import NULL
from contract_tests.oracle.schema import schema_faults
from contract_tests.requirements.findings import Findings, brief

DEFAULTS, EVERY_FIELD = "create/defaults", "create/every-field"
REPLACED = "modify/metadata-is-replaced"
# The requirement that is violated, what was expected, and what came.
Fault = tuple[str, str, str]


class KeptFields:
    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self._unset: dict[str, Json] = {}  # the first value of a field that was not sent

    def created(self, exchange: Exchange, call: Call, document: dict[str, Json]) -> None:
        """Judges what a create answered: each field as sent, or with its default."""
        faulty = schema_faults(document)
        for name in (name for name in defaults() if name not in faulty and name not in call.fields):
            self._default(exchange, call, document, name)
        for name, field in kept_fields().items():
            is_shown_at_all = name in document or not faulty
            if name in call.fields and name not in faulty and is_shown_at_all:
                self._judge(exchange, call, document, field)
        self._every_field(exchange, call, document)

    def _default(self, exchange: Exchange, call: Call, document: dict[str, Json], name: str) -> None:
        if name in document:
            default, actual = defaults()[name], document[name]
            self._unset.setdefault(name, actual)
            expected = f"{name} {brief(default)}, which is the default"
            right = same(default, actual)
            self.findings.judge(DEFAULTS, right, call.operation, expected, f"{name} {brief(actual)}", exchange)

    def _judge(self, exchange: Exchange, call: Call, document: dict[str, Json], field: KeptField) -> None:
        sent, shown = call.fields[field.name], shown_value(document, field.name)
        actual = f"{field.name} {brief(document.get(field.name, '(absent)'))}"
        if sent is None:
            right = shown is None or same(shown, field.default) or same(shown, self._unset.get(field.name))
            expected = f"{field.name} null, or {brief(field.default)}"
            self.findings.judge(NULL, right, call.operation, expected, actual, exchange)
        else:
            expected = f"{field.name} {brief(sent)}, as sent"
            right = is_shown(field.name, sent, shown)
            self.findings.judge(field.kept_id, right, call.operation, expected, actual, exchange)

    # recorded: every answer of OpenAI's service has the same 14 fields
    def _every_field(self, exchange: Exchange, call: Call, document: dict[str, Json]) -> None:
        missing = [name for name in fields("Assistant") if name not in document and name not in schema_faults(document)]
        expected, actual = "all fields of an assistant", f"without {', '.join(missing)}"
        self.findings.judge(EVERY_FIELD, not missing, call.operation, expected, actual, exchange)


def shown_value(document: dict[str, Json], name: str) -> Json:
    """The value of a field. A kept field that an answer leaves out stands at its default."""
    kept = kept_fields().get(name)
    return document.get(name, kept.default if kept and kept.default is not ... else None)


@per_edition
def about_kept_fields() -> set[str]:
    """The requirements that say how an answer shows the kept fields, and no more about the call."""
    return {DEFAULTS, EVERY_FIELD, NULL, *(field.kept_id for field in kept_fields().values())}


def was_replaced(call: Call, old: Json, new: Json) -> bool:
    """True if the modify replaced a metadata that had a pair which the new metadata lacks."""
    sent = call.fields.get("metadata")
    return isinstance(sent, dict) and isinstance(old, dict) and not old.keys() <= sent.keys() and same(sent, new)


def modified_fault(call: Call, name: str, old: Json, new: Json) -> Fault | None:
    """The fault of a kept field that a modify sent; None if the field is as sent. The effect of null is free."""
    sent = call.fields[name]
    if sent is None or is_shown(name, sent, new):
        return None
    expected, actual = f"{name} {brief(sent)}, as sent", f"{name} {brief(new)}"
    return (REPLACED if _is_merged(sent, old, new) else kept_id(name)), expected, actual


# recorded: "metadata" of a modify is the whole metadata afterwards
def _is_merged(sent: Json, old: Json, new: Json) -> bool:
    """True if the field has the sent pairs, and old ones beside them."""
    if not all(isinstance(value, dict) for value in (sent, old, new)):
        return False
    return same(new, {**old, **sent})
