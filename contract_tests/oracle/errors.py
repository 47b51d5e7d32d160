"""Judges refusals: the status, the envelope, and that a refusal gives nothing away."""

from __future__ import annotations

from collections.abc import Callable, Sized

from contract_tests.http.messages import Exchange, Json
from contract_tests.http.operations import LIST
from contract_tests.oracle.calls import TEXTS, Call
from contract_tests.oracle.expectations import Demand
from contract_tests.oracle.model import Model
from contract_tests.requirements.findings import Findings, answer, brief

SELF_DELETE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
TYPES = {
    400: ("invalid_request_error",),
    401: ("authentication_error", "invalid_request_error"),
    404: ("not_found_error", "invalid_request_error"),
    429: ("rate_limit_error", "requests"),
}
# How a call may be refused that an implementation is free to refuse.
TOLERATED = frozenset({400, 413, 414, 415, 422, 431})
UNHEARD_STATUSES = frozenset({400, 501})  # how a method may be refused that few servers know
ANY_REFUSAL = frozenset(range(400, 500))


class Errors:
    """Knows the model, so as to see whether a refusal gives away what it holds."""

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model = model
        self.findings = findings
        self._foreign: list[tuple[Exchange, Call]] = []
        self._not_404 = 0
        self._otherwise: list[tuple[Exchange, Call, list[Demand]]] = []
        self._self_deletes: list[tuple[Exchange, Call, str, Json]] = []
        self._bare: list[tuple[str, str, Exchange]] = []
        self._not_found: list[tuple[Exchange, Call]] = []  # bad input for an assistant, answered by 404

    def conclude(self, is_explained: Callable[[Exchange, Call], bool]) -> None:
        """Judges the refusals that had to wait for the end of the run.

        A refusal with another status than the demanded one may be a refusal of the call's body. The refusal is then
        explained by a good call with such a body that was refused too. A missing envelope at an unknown URL is a
        violation only if the operations have the envelope.
        """
        for exchange, call in self._foreign:
            status = exchange.response.status
            if status not in TOLERATED or not is_explained(exchange, call):
                judge = self.findings.judge
                judge("org/others-look-unknown", status == 404, call.operation, "404", str(status), exchange)
        for exchange, call, demands in self._otherwise:
            if not is_explained(exchange, call):
                self._add_wrong_status(exchange, demands)
        for exchange, call, name, value in self._self_deletes:
            if not is_explained(exchange, call) and not (name == "type" and self._other_types_are_wrong()):
                actual = f"error.{name}: {brief(error_of(exchange.response.json).get(name))}"
                self.findings.add_violation("delete/self-refused", f"error.{name}: {value}", actual, exchange)
        for exchange, call in self._not_found:
            tracked = self.model.find(call.id)
            if not (tracked and tracked.is_missed):  # else the loss is the violation, as is known only at the end
                self.findings.add_violation("errors/bad-input-is-400", "400", answer(exchange), exchange)
        if not self.findings.broken("errors/envelope"):
            for requirement, expected, exchange in self._bare:
                self.findings.add_violation(requirement, expected, answer(exchange), exchange)
        self._foreign, self._otherwise, self._self_deletes, self._bare, self._not_found = [], [], [], [], []

    def _other_types_are_wrong(self) -> bool:
        """Refusals of another kind have a wrong type too, so errors/types is the cause."""
        mine = [exchange for exchange, *_ in self._self_deletes]
        return any(each.exchanges[-1] not in mine for each in self.findings.broken("errors/types"))

    def _add_wrong_status(self, exchange: Exchange, demands: list[Demand]) -> None:
        for demand in demands:
            self.findings.add_violation(demand.requirement, _statuses(demand.statuses), answer(exchange), exchange)

    @property
    def doubts(self) -> int:
        """The number of findings that wait for the end of the run."""
        waiting: list[Sized] = [self._otherwise, self._bare, self._self_deletes, self._not_found]
        return sum(len(each) for each in waiting) + self._not_404

    def demanded(self, exchange: Exchange, call: Call, demands: list[Demand]) -> bool:
        """Judges a call that had to be refused. True if the refusal is right."""
        statuses = frozenset().union(*(demand.statuses for demand in demands)) | (TOLERATED if call.free else set())
        status = exchange.response.status
        if status == 404 and call.id and all(demand.bad_input for demand in demands):
            self._not_found.append((exchange, call))
            return False
        if status not in statuses and not self._has_other_bad_input_status(exchange, demands):
            if status in TOLERATED and statuses != TOLERATED:
                self._otherwise.append((exchange, call, demands))
            else:
                self._add_wrong_status(exchange, demands)
            return False
        if len(demands) == 1 and (status in demands[0].statuses or demands[0].bad_input):
            if demands[0].proves:
                self.findings.hold(demands[0].requirement, call.operation)
            self._particulars(exchange, call, demands[0])
        return True

    # OpenAI's error codes: "BadRequestError: 400, your request was malformed or missing some required parameters"
    def _has_other_bad_input_status(self, exchange: Exchange, demands: list[Demand]) -> bool:
        """True if bad input was refused, but not with 400: that is one violation, whatever was bad.

        A call with another fault may be refused for that one first, with its own status.
        """
        faults = {demand.bad_input for demand in demands}
        if not exchange.response.refused or True not in faults:
            return False
        if False in faults and exchange.response.status not in TOLERATED:
            return False
        self.findings.add_violation("errors/bad-input-is-400", "400", answer(exchange), exchange)
        return True

    def _particulars(self, exchange: Exchange, call: Call, demand: Demand) -> None:
        if demand.bad_input and exchange.response.status == 400:
            self.findings.hold("errors/bad-input-is-400", call.operation)
        if demand.requirement == "org/closed-to-others" and not call.free:
            self._foreign.append((exchange, call))
            self._not_404 += exchange.response.status != 404
        if demand.requirement == "delete/self-refused":
            self._self_delete(exchange, call)
        if demand.requirement.startswith(("auth/", "org/")):
            self._gives_nothing_away(exchange, call, demand)

    # page, Delete: "attempting to delete the assistant bound to the API key's own default project returns:
    # 400 invalid_request_error"
    def _self_delete(self, exchange: Exchange, call: Call) -> None:
        error = error_of(exchange.response.json)
        if not _is_envelope(error):
            return  # errors/envelope says so
        expected = {"type": "invalid_request_error", "message": SELF_DELETE}
        for name, value in expected.items():
            if error.get(name) != value:
                self._self_deletes.append((exchange, call, name, value))

    def _gives_nothing_away(self, exchange: Exchange, call: Call, demand: Demand) -> None:
        text = exchange.response.body.decode("utf-8", "replace")
        assistants = (tracked.document or {} for tracked in self.model.assistants.values())
        secrets = (document.get(name) for document in assistants for name in TEXTS)
        sent = str(call.fields.get("name")), str(call.fields.get("instructions"))
        told = next(
            (
                secret
                for secret in secrets
                if isinstance(secret, str) and len(secret) > 8 and secret not in sent and secret in text
            ),
            None,
        )
        if told:
            self.findings.add_violation(
                demand.requirement, "a refusal that gives nothing away", f"{told} in it", exchange
            )

    def envelope(self, exchange: Exchange, call: Call) -> None:
        """Judges the body of a refusal of an operation."""
        judge, operation, status = self.findings.judge, call.operation, exchange.response.status
        body = exchange.response.json
        error = error_of(body)
        right = _is_envelope(error)
        requirement = "rate/envelope" if status == 429 else "errors/envelope"
        judge(requirement, right, operation, '{"error": {"message", "type", …}}, both text', answer(exchange), exchange)
        if not error:
            return
        judge(
            "errors/param-and-code-present",
            {"param", "code"} <= error.keys(),
            operation,
            "param and code, be they null",
            f"{brief(error)}",
            exchange,
        )
        judge(
            "errors/code-is-text-or-null",
            isinstance(error.get("code"), str | None),
            operation,
            "code: text or null",
            f"code: {brief(error.get('code'))}",
            exchange,
        )
        if status in TYPES:
            judge(
                "errors/types",
                error.get("type") in TYPES[status],
                operation,
                f"{status}: type {' or '.join(TYPES[status])}",
                f"type: {brief(error.get('type'))}",
                exchange,
            )

    def requirement_of_no_operation(self, call: Call) -> str:
        """The requirement of a call to an unknown URL, or with a wrong method."""
        return "errors/wrong-method-is-405-or-404" if call.known_url else "errors/unknown-url-is-404"

    def judge_no_operation(self, exchange: Exchange, call: Call) -> None:
        """Judges a URL or a method that is no operation's. A stranger may be told that he is one."""
        requirement = self.requirement_of_no_operation(call)
        statuses = {405, 404} if call.known_url else {404}
        if call.role not in ("primary", "sibling", "foreign"):
            statuses = statuses | {401}
        expected = f"{_statuses(frozenset(statuses))}, in the envelope"
        right = exchange.response.status in statuses
        if right and not is_text(error_of(exchange.response.json).get("message")):
            self._bare.append((requirement, expected, exchange))
        else:
            self.findings.judge(requirement, right, LIST, expected, answer(exchange), exchange)


def error_of(body: Json) -> dict[str, Json]:
    """The error in an envelope; empty where there is no envelope."""
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _is_envelope(error: dict[str, Json]) -> bool:
    return is_text(error.get("message")) and isinstance(error.get("type"), str)


def is_text(value: Json) -> bool:
    """True for a text that is neither empty nor an object as a program prints it."""
    return isinstance(value, str) and bool(value.strip()) and not value.startswith(("[object ", "[{", "{'"))


def _statuses(statuses: frozenset[int]) -> str:
    return "a refusal (4xx)" if statuses == ANY_REFUSAL else " or ".join(map(str, sorted(statuses)))
