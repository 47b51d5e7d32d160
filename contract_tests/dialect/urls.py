"""The free choices of URLs and methods that no operation has."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import choice
from contract_tests.http.messages import Json
from contract_tests.http.operations import raw_path


@choice("urls.trailing_slash", "status|header\\.location|error.*|body.*|page.*")
def trailing_slash(observation: Observation) -> Iterator[Json]:
    request = observation.exchange.request
    if request.method != "GET" or request.path != raw_path(""):
        return
    if observation.accepted:
        yield "ignored"
    elif 300 <= observation.status < 400:
        yield "redirect"
    elif observation.status == 404:
        yield "unknown"


@choice("urls.put", "status|assistant.*|error.*|body.*")
def put(observation: Observation) -> Iterator[Json]:
    if observation.exchange.request.method == "PUT" and observation.call.id:
        if observation.assistants:
            yield "modify"
        elif observation.status in (404, 405):
            yield "refuse"
