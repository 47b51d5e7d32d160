"""Judges the constants, which are equal on every assistant, and checks that no ignored field keeps a sent value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, ignored_fields, ignored_names
from contract_tests.oracle.calls import Call, taken_from, texts_in
from contract_tests.oracle.model import Model
from contract_tests.oracle.schema import schema_faults
from contract_tests.requirements.findings import Findings, Violation, brief

DEFAULTS = "ignored/model-and-temperature-are-the-organizations"


@dataclass
class Change:
    """Another value of the organization's than before. `reverted` is true if a third or the first value came after."""

    value: Json
    expected: str
    exchanges: list[Exchange] = field(default_factory=list)
    reverted: bool = False


class IgnoredFields:
    """`sent` maps a field and value to the last call that sent them, and to True if the value was absurd. `within` maps
    a text to the field that was sent with it, at any depth, and to the call. The values of `_usual` were shown before
    any call sent them.
    """

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model = model
        self.findings = findings
        self.sent: dict[tuple[str, str], tuple[Exchange, bool]] = {}
        self._doubtful: list[tuple[str, Violation]] = []
        self._usual: set[tuple[str, str]] = set()
        self._changes: dict[str, Change] = {}  # by the field and the organization
        self.within: dict[str, tuple[str, Exchange]] = {}

    def inherit(self, earlier: IgnoredFields) -> None:
        """Takes over the values that were shown before any call sent them."""
        self._usual |= earlier._usual

    @property
    def doubts(self) -> int:
        """The number of findings that wait for the end of the run."""
        return len(self._doubtful) + sum(len(each.exchanges) for each in self._changes.values())

    def conclude(self) -> None:
        """Adds the violations that waited for the end of the run."""
        self._judge_changes()
        self._judge_doubtful()

    def _judge_doubtful(self) -> None:
        """Judges wrong values that differ from the values sent. If the field is also wrong without such a call, the
        call is not the cause. An absurd value is not the cause if good values of the field are kept too.
        """
        wrong_anyway = self.findings.violated
        for otherwise, violation in self._doubtful:
            requirement = otherwise if otherwise in wrong_anyway else violation.requirement
            self.findings.violations.append(replace(violation, requirement=requirement))
        self._doubtful = []

    def _judge_changes(self) -> None:
        """Judges the changes of an organization's default. One change to a value that no call has sent, for good, may
        be an administrator's: nobody can tell that from a fault.
        """
        for name, change in self._changes.items():
            if change.reverted:
                for exchange in change.exchanges:
                    actual = f"{name.partition(' ')[0]} {brief(change.value)}"
                    self.findings.add_violation(DEFAULTS, change.expected, actual, exchange)
            else:
                self.findings.waived[DEFAULTS] = (
                    f"{name} became {brief(change.value)} during the run, which no call has sent: somebody may have "
                    "changed the organization"
                )
        self._changes = {}

    # page, Mapping: "Accepted-but-ignored for SDK compatibility; returned as constants",
    # "Read-through from org default; per-project override not persisted yet"
    def judge(self, exchange: Exchange, call: Call, document: dict[str, Json], organization: str) -> None:
        """Compares each constant and each default of the organization with the first value that was seen."""
        faulty = schema_faults(document)
        for name in ignored_names():
            if name in faulty and name != "tools":
                self._break_the_schema(exchange, call, document, name, faulty[name])
        for name in (name for name in ignored_names(CONSTANT) if name not in faulty):
            self._constant(exchange, call, document, name, "everywhere", "ignored/constants-hold")
        for name in (name for name in ignored_names(ORGANIZATION) if name not in faulty):
            self._constant(exchange, call, document, name, organization, DEFAULTS)
        if "tools" not in ignored_names():
            return
        if "tools" not in document:
            self._break_the_schema(exchange, call, document, "tools", "missing")
        self._tools(exchange, call, document)

    def _break_the_schema(
        self, exchange: Exchange, call: Call, document: dict[str, Json], name: str, fault: str
    ) -> None:
        """Judges a value that breaks the schema. If a call sent the value, the server has kept the value. Otherwise the
        answer breaks the schema."""
        requirement = "ignored/tools-are-file-search" if name == "tools" else "create/answers-the-assistant"
        expected, is_there = "an assistant by its schema", name in document
        shown = (name, _key(document[name]) if is_there else "")
        is_sent = name in call.fields or (is_there and bool(self._was_sent(name, document[name])))
        if not is_sent:
            self._usual.add(shown)
        if not is_sent or shown in self._usual or not (is_there or self._was_shown(name)):
            self.findings.add_violation(requirement, expected, f"{name}: {brief(fault)}", exchange)
        elif is_there:
            self._kept(exchange, call, name, document[name], expected, requirement)
        else:
            self.findings.add_violation(ignored_fields()[name].not_kept_id, expected, f"no {name}", exchange)

    def _was_shown(self, name: str) -> bool:
        """True if an earlier answer has shown the field as it should be."""
        return any(name == shown for _, shown in self.model.constants)

    def _constant(
        self, exchange: Exchange, call: Call, document: dict[str, Json], name: str, where: str, requirement: str
    ) -> None:
        value = document.get(name)
        if name not in document:
            return
        known, first = (where, name) in self.model.constants, self.model.constants.get((where, name))
        if known and same(value, first):
            self.findings.hold(requirement, call.operation)
            if change := self._changes.get(f"{name} of {where}"):
                change.reverted = True
            return
        if name not in call.fields and not self._was_sent(name, value):
            self._usual.add((name, _key(value)))
            self.model.constants.setdefault((where, name), value)
        if not known:
            return
        if requirement == DEFAULTS and not self._is_from_a_call(call, name, value):
            change = self._changes.setdefault(
                f"{name} of {where}", Change(value, f"{name} {brief(first)}, as everywhere")
            )
            change.exchanges.append(exchange)
            change.reverted |= not same(change.value, value)
        else:
            self._kept(exchange, call, name, value, f"{name} {brief(first)}, as everywhere", requirement)

    # page, Mapping: "tools | [{type: "file_search"}] | RAG is always on"
    def _tools(self, exchange: Exchange, call: Call, document: dict[str, Json]) -> None:
        tools = document.get("tools")
        right = (
            isinstance(tools, list)
            and len(tools) == 1
            and isinstance(tools[0], dict)
            and tools[0].get("type") == "file_search"
        )
        if right:
            self.findings.hold("ignored/tools-are-file-search", call.operation)
        elif "tools" in document and self._is_usual(call, tools):
            expected = "tools has file_search and nothing else"
            self.findings.add_violation("ignored/tools-are-file-search", expected, f"tools {brief(tools)}", exchange)
        elif "tools" in document:
            self._kept(
                exchange,
                call,
                "tools",
                tools,
                "tools has file_search and nothing else",
                "ignored/tools-are-file-search",
            )

    def _is_usual(self, call: Call, tools: Json) -> bool:
        """True if the wrong tools are the same as before any call sent tools."""
        if "tools" not in call.fields and not self._was_sent("tools", tools):
            self.model.constants.setdefault(("everywhere", "tools"), tools)
        return same(self.model.constants.get(("everywhere", "tools"), ...), tools)

    def _kept(self, exchange: Exchange, call: Call, name: str, value: Json, expected: str, requirement: str) -> None:
        """Judges a value that is not the constant: it was kept from this call, kept from an earlier call, or is simply
        different.
        """
        earlier, actual = self._was_sent(name, value), f"{name} {brief(value)}"
        is_own = name in call.fields and same(call.fields[name], value)
        if not earlier and not is_own and (found := self._was_within(call, value)):
            owner, sender = found
            self.findings.add_violation(
                ignored_fields()[owner].not_kept_id, expected, actual, sender or exchange, exchange
            )
            return
        if name not in call.fields and not earlier:
            self.findings.add_violation(requirement, expected, actual, exchange)
            return
        evidence = (earlier[0], exchange) if earlier and not is_own else (exchange,)
        absurd = earlier[1] if earlier and not is_own else name in call.absurd
        meant = "ignored/absurd-values-are-harmless" if absurd else ignored_fields()[name].not_kept_id
        if (name, _key(value)) in self._usual and not absurd:
            self.findings.add_violation(requirement, expected, actual, exchange)
        elif absurd:
            self._doubtful.append((ignored_fields()[name].not_kept_id, Violation(meant, expected, actual, evidence)))
        elif earlier or is_own:
            self.findings.add_violation(meant, expected, actual, *evidence)
        else:
            self._doubtful.append((requirement, Violation(meant, expected, actual, evidence)))

    def remember(self, exchange: Exchange, call: Call) -> None:
        """Records the values that a call sent for the ignored fields, also if the call was refused."""
        for name in call.ignored:
            self.within |= dict.fromkeys(texts_in(call.fields[name]), (name, exchange))
            self.sent[name, _key(call.fields[name])] = (exchange, name in call.absurd)

    def _was_within(self, call: Call, value: Json) -> tuple[str, Exchange | None] | None:
        """Another field that was sent with this text, and the earlier call that sent it."""
        if taken := taken_from(call, value):
            return taken, None
        return self.within.get(value) if isinstance(value, str) else None

    def _is_from_a_call(self, call: Call, name: str, value: Json) -> bool:
        """True if this call or an earlier one has sent the value, also within another field."""
        own = same(call.fields.get(name), value)
        return own or bool(self._was_sent(name, value) or self._was_within(call, value))

    def _was_sent(self, name: str, value: Json) -> tuple[Exchange, bool] | None:
        return self.sent.get((name, _key(value)))


def _key(value: Json) -> str:
    return json.dumps(float(value) if isinstance(value, int) and not isinstance(value, bool) else value, sort_keys=True)
