"""Compares the effects of POST and PATCH, for each body that was sent by both."""

from __future__ import annotations

import re

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import METHODS, MODIFIES, MODIFY, PATCH
from contract_tests.oracle.calls import TEXTS, Call
from contract_tests.oracle.model import Model, TrackedAssistant
from contract_tests.oracle.refusals import ODD_TEXT, Shape, shape
from contract_tests.requirements.findings import Findings, answer


class Verbs:
    """`conclude` compares at the end of the run, because a later call may make a result doubtful."""

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model = model
        self.findings = findings
        # For each body, by method: true if the result was right, and the calls that show it.
        self._results: dict[Shape, dict[str, tuple[bool, tuple[Exchange, ...]]]] = {}
        self._spoiled: set[str] = set()
        self._doubtful: set[Shape] = set()
        self._posts_answer_201 = False
        self._patches_with_201: list[Exchange] = []

    def conclude(self) -> None:
        """Compares the effects of the two methods, for each body that was sent by both."""
        for body, verbs in self._results.items():
            if len(verbs) == 2 and body not in self._doubtful:
                names = sorted(name for name, _ in body if name != ODD_TEXT)
                self._compare(", ".join(names) or "no field", verbs)
        self._results = {}
        for exchange in () if self._posts_answer_201 else self._patches_with_201:
            self.findings.add_violation("modify/post-and-patch-alike", "200, as by POST", answer(exchange), exchange)

    def defers_status(self, exchange: Exchange, call: Call) -> bool:
        """True for a PATCH that answers 201: `conclude` judges the status, because a later POST may answer 201 too."""
        if exchange.response.status != 201:
            return False
        self._posts_answer_201 |= call.operation == MODIFY
        if call.operation == PATCH:
            self._patches_with_201.append(exchange)
        return call.operation == PATCH

    def spoil(self, id: str) -> None:
        """Results on this assistant prove nothing from now on: another call may be their cause, not the method."""
        self._spoiled.add(id)

    def note_result(self, exchange: Exchange, call: Call, right: bool, tracked: TrackedAssistant | None) -> None:
        """Stores the result of a body by POST and by PATCH; the first wrong result replaces a right one.

        Two bodies are alike if they have the same fields with the same values, but for the number of a text. After a
        wrong result on an assistant a right one proves nothing there: an earlier call may have had the effect. A wrong
        one proves nothing if an earlier modify was not read back: that one may have had no effect.
        """
        if not right:
            self._spoiled.add(call.id)
        shared = tracked and tracked.role != call.role  # the key may be the cause
        if call.free or shared or exchange.request.group or not isinstance(call.body, dict):
            return
        if call.id in self._spoiled and right:
            return
        if call.id in self._spoiled and self._was_modified(tracked):
            self._doubtful.add(self._unnumbered(exchange, call))
            return
        verbs = self._results.setdefault(self._unnumbered(exchange, call), {})
        if verbs.get(exchange.request.method, (True,))[0]:
            verbs[exchange.request.method] = (right, (*(tracked.trail[:1] if tracked else ()), exchange))

    def _unnumbered(self, exchange: Exchange, call: Call) -> Shape:
        """The fields of a body with their values; a text without the number that the run gives each of its texts."""
        texts = {name: str(call.fields[name]) for name in TEXTS if call.fields.get(name) is not None}
        words = {name: re.sub(rf"{re.escape(self.model.tag)} \d+", "", text) for name, text in texts.items()}
        return frozenset((name, words.get(name, value)) for name, value in shape(exchange, call))

    def _was_modified(self, tracked: TrackedAssistant | None) -> bool:
        """True if the assistant was modified since it was last read."""
        writes = self.model.since_read(tracked) if tracked else []
        return any(each.id == tracked.id and each.call.operation in MODIFIES for each in writes if tracked)

    # page: "PATCH /v1/assistants/{id} (REST alias — same as POST)"
    def _compare(self, body: str, verbs: dict[str, tuple[bool, tuple[Exchange, ...]]]) -> None:
        """Compares the two methods: both right, or both wrong, is alike."""
        wrong = next((method for method, (right, _) in verbs.items() if not right), "PATCH")
        (right,) = verbs.keys() - {wrong}
        evidence = verbs[right][1] + verbs[wrong][1]
        self.findings.judge(
            "modify/post-and-patch-alike",
            verbs[METHODS[MODIFY]][0] == verbs[METHODS[PATCH]][0],
            PATCH,
            f"a body with {body}: the same effect by POST and by PATCH",
            f"as it should be by {'POST' if wrong == 'PATCH' else 'PATCH'}, but not by {wrong}: {answer(evidence[-1])}",
            *evidence,
        )
