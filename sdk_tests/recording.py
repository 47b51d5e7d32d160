"""The exchanges that the tests in Node have recorded (`Recorded` in clients.mjs), as values of the suite."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from contract_tests.http.messages import Request, Response
from sdk_tests.sdks import Outcome

GROUPS = 2_000  # this number is far from the groups of the session and of the Python SDK


def unique(outcomes: Iterable[Outcome]) -> dict[str, Mapping[str, Any]]:
    """Each recorded exchange once, by its id, in the order of the run: several tests may need the same creates."""
    return {each["id"]: each for outcome in outcomes for each in outcome.exchanges}


def groups(recorded: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """A number for each batch of parallel calls; a batch of one call has none."""
    sizes = Counter(each["batch"] for each in recorded.values())
    return {batch: number for number, batch in enumerate(sizes, GROUPS) if sizes[batch] > 1}


def parse_request(recorded: Mapping[str, Any], group: int) -> Request:
    body = recorded["sent"]
    headers = tuple(recorded["sent_headers"].items())
    return Request(
        recorded["method"], recorded["path"], recorded["role"], body.encode() if body else None, headers, group
    )


def parse_response(recorded: Mapping[str, Any]) -> Response:
    body = base64.b64decode(recorded["body"])
    slow, large = recorded["hung"], recorded["too_large"]
    return Response(recorded["status"], recorded["headers"], body, recorded["fault"], hung=slow, too_large=large)
