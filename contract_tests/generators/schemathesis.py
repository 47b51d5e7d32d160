"""Schemathesis as a generator: schemathesis invents the calls, our client sends them, the oracle judges the answers.

Only three checks of schemathesis run; they compare an answer with the schema. LEFT_OUT has the reasons for the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import hypothesis
import requests
import schemathesis
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema

from contract_tests.generators.session import BlockedError, Session
from contract_tests.http.guard import GuardError, items
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, RETRIEVE, id_below_collection
from contract_tests.http.target import TargetError
from contract_tests.oracle.schema import schema_faults
from contract_tests.requirements import catalogue

HYPOTHESIS = Path(sys.prefix) / "hypothesis"
USED = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
LEFT_OUT = {
    "status_code_conformance": "the oracle knows which status each call may have, 201 for 200 included",
    "response_headers_conformance": "every header of an answer is a free choice",
    "negative_data_rejection": "an ignored field out of range may be refused or not; the oracle tells the cases apart",
    "positive_data_acceptance": "an unknown cursor or a long name fits the schema, and may be refused",
    "missing_required_header": "the tour sends every operation without a key",
    "unsupported_method": "the contract does not promise Allow; the tour sends undeclared methods",
    "allow_header_conformance": "OPTIONS is for browsers, with CORS headers instead of Allow",
    "use_after_free": "the oracle knows what was deleted, modify by POST included",
    "ensure_resource_availability": "the oracle knows what was created",
    "ignored_auth": "sends calls of its own, without the client and its guard",
    "object_level_authorization": "sends calls of its own, and finds no leak in a list",
}
MEANT = {
    LIST: "list/envelope",
    CREATE: "create/answers-the-assistant",
    RETRIEVE: "retrieve/equals-created",
    **dict.fromkeys(MODIFIES, "create/answers-the-assistant"),
    DELETE: "delete/answers-deleted",
}
NOBODYS_METHODS = ("OPTIONS", "HEAD", "TRACE", "QUERY")  # frameworks and HTTP itself answer these
DEEP_EXAMPLES = 100  # for each operation and kind of data
NO_HEADERS = {"user-agent", "accept", "accept-encoding", "connection", "content-length", "authorization"}
Progress = Callable[[str, int, int], None]
Case = schemathesis.Case[Any]


def generate(session: Session, seed: int, deep: bool, progress: Progress) -> None:
    """Sends examples and coverage cases; with `deep`, also fuzzing and links. The same seed gives the same calls."""
    with _hypothesis_elsewhere():
        _generate(session, seed, deep, progress)


@contextmanager
def _hypothesis_elsewhere() -> Iterator[None]:
    """Hypothesis writes files into the current folder of the user. Here it gets a folder of our own environment.

    The folder is kept, because it saves each later run the seconds that the table of Unicode's categories takes. An
    environment that cannot be written gets a temporary folder.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        set_hypothesis_home_dir(HYPOTHESIS if os.access(sys.prefix, os.W_OK) else temporary)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _generate(session: Session, seed: int, deep: bool, progress: Progress) -> None:
    schema = _schema(session)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    for done, operation in enumerate(operations):
        progress(f"schemathesis: {operation.label}", done, len(operations))
        with suppress(BlockedError):
            _fuzz(Fuzzer(session, operation), seed, deep)
    if deep:
        progress("schemathesis: links", 0, 1)
        follow_links(session, schema, seed)


def _fuzz(fuzzer: Fuzzer, seed: int, deep: bool) -> None:
    fuzzer.examples(seed)
    fuzzer.coverage()
    if deep:
        fuzzer.fuzzing(seed)


def _schema(session: Session) -> BaseSchema:
    config = SchemathesisConfig.from_dict({"generation": {"database": "none"}, "cache": {"enabled": False}})
    document = {**catalogue.judged_document(), "servers": [{"url": session.target.base_url}]}
    load_all_checks()
    return cast(BaseSchema, schemathesis.openapi.from_dict(document, config=config))


class Fuzzer:
    """The calls that schemathesis invents for one operation, on assistants that the run creates for them."""

    def __init__(self, session: Session, operation: APIOperation[Any, Any, Any, Any]) -> None:
        self.session = session
        self.operation = operation
        self.schema = operation.schema
        self.by_id = "{" in operation.path

    def examples(self, seed: int) -> None:
        for strategy in self.schema.get_strategies_from_examples(self.operation):
            self._draw(strategy, seed, 1)
        self._verify()

    def coverage(self) -> None:
        config = self.schema.config.generation_for(operation=self.operation, phase="coverage")
        for case in self.schema.iter_coverage_cases(
            self.operation, generation_modes=list(GenerationMode), generation_config=config
        ):
            self.send(case)
        self._verify()

    def fuzzing(self, seed: int) -> None:
        for mode in GenerationMode:
            self._draw(self.operation.as_strategy(generation_mode=mode), seed, DEEP_EXAMPLES)
            self._verify()

    def _draw(self, strategy: Any, seed: int, number: int) -> None:
        @hypothesis.seed(seed)
        @_settings(number)
        @hypothesis.given(case=strategy)
        def draw(case: Case) -> None:
            # Hypothesis would repeat a draw that raises, which says nothing here: the target may answer otherwise.
            with suppress(BlockedError):
                try:
                    if not ended:
                        self.send(case)
                except TargetError as fault:
                    ended.append(fault)

        ended: list[TargetError] = []
        draw()
        if ended:
            raise ended[0]

    def send(self, case: Case) -> None:
        """Sends one case, with the id of an assistant of this run. A call that the guard forbids is not sent."""
        if self.by_id and not _negative_path(case):
            case.path_parameters = {"assistant_id": self.session.subject()}
        request = _request(self.session, case)
        if request is None or request.method in NOBODYS_METHODS:
            return
        if _negative_path(case) and (id := id_below_collection(request.path)):
            self.session.client.guard.invent(id)
        try:
            exchange = self.session.send(request)
        except GuardError:
            return
        check(self.session, case, exchange)

    def _verify(self) -> None:
        """Retrieves the assistant and walks the list, to notice a change that no call may have caused."""
        self.session.retrieve(self.session.subject())
        self.session.walk()


def check(session: Session, case: Case, exchange: Exchange) -> None:
    """Runs schemathesis's own checks on an answer. Each failure is a violation of a requirement."""
    answer = _response(session, exchange)
    # If the oracle has found a violation in the answer, it has named the requirement already.
    if answer is None or session.oracle.deviates(exchange) or _has_a_known_fault(case, exchange):
        return
    try:
        case.validate_response(answer, checks=cast(Any, [CHECKS.get_one(name) for name in USED]))
    except FailureGroup as group:
        for failure in group.exceptions:
            if isinstance(failure, Failure):
                _finding(session, case, exchange, failure)


def _has_a_known_fault(case: Case, exchange: Exchange) -> bool:
    """True if an assistant in an accepted answer breaks the schema. The oracle has judged each of its fields by the
    same schema, and knows the faults that earlier calls have brought in."""
    shows = exchange.response.accepted and _operation(case) != DELETE
    return shows and any(map(schema_faults, items(exchange.response.json)))


def _operation(case: Case) -> str:
    return str(case.operation.definition.raw.get("operationId", LIST))


def _finding(session: Session, case: Case, exchange: Exchange, failure: Failure) -> None:
    requirement = {
        "Server error": "errors/never-5xx",
        "Undocumented Content-Type": "errors/json-content-type",
        "Missing Content-Type header": "errors/json-content-type",
    }.get(failure.title) or ("errors/envelope" if exchange.response.status >= 400 else MEANT[_operation(case)])
    message = " ".join(str(failure.message).split())
    session.oracle.findings.add_violation(
        requirement, "an answer as openapi.yaml has it", f"{failure.title}: {message}", exchange, is_oracles=False
    )


def follow_links(session: Session, schema: BaseSchema, seed: int) -> None:
    """Runs schemathesis's state machine: the links of openapi.yaml say which call follows an answer."""

    class Links(schema.as_state_machine()):  # type: ignore[misc]  # schemathesis builds the base class from the schema
        def call(self, case: Case, **_: Any) -> schemathesis.Response:
            request = _request(session, case)
            try:
                exchange = session.send(request) if request else None
            except GuardError:
                exchange = None
            answer = _response(session, exchange) if exchange else None
            if answer is None:
                hypothesis.reject()
            return answer

        def validate_response(self, *_: Any, **__: Any) -> None:
            """Checks nothing: the oracle has judged the answer already."""

    machine = hypothesis.seed(seed)(Links)
    run_state_machine_as_test(machine, settings=_settings(DEEP_EXAMPLES, stateful_step_count=6))
    session.walk()


def _settings(number: int, **more: Any) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        **more,
    )


def _negative_path(case: Case) -> bool:
    component = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    return component is not None and component.mode.is_negative


def _request(session: Session, case: Case) -> Request | None:
    """The case as a request; None if HTTP cannot carry it."""
    try:
        prepared = requests.Request(**case.as_transport_kwargs(base_url=session.target.base_url)).prepare()
    except (requests.RequestException, UnicodeError, ValueError):
        return None
    url, method = prepared.url or "", prepared.method or "GET"
    base = requests.Request("GET", session.target.base_url).prepare().url or ""
    if not url.startswith(base):
        return None
    headers = tuple((name.lower(), value) for name, value in _headers(prepared) if name.lower() not in NO_HEADERS)
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    return Request(method, url.removeprefix(base), "primary", body if isinstance(body, bytes) else None, headers)


def _headers(prepared: requests.PreparedRequest) -> Iterator[tuple[str, str]]:
    for name, value in prepared.headers.items():
        yield name, value.decode("latin-1") if isinstance(value, bytes) else value


def _response(session: Session, exchange: Exchange) -> schemathesis.Response | None:
    answer, request = exchange.response, exchange.request
    if not answer.status:
        return None
    prepared = requests.Request(request.method, session.target.base_url + request.path, data=request.body).prepare()
    headers = {name: [value] for name, value in answer.headers.items()}
    return schemathesis.Response(answer.status, headers, answer.body, prepared, exchange.ended - exchange.began, True)
