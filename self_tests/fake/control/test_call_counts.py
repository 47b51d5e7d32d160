"""expect(create=1): assertions on the calls that came."""

from __future__ import annotations

from typing import Any

import pytest

from fake_server.control.call_counts import check_counts
from fake_server.control.request_log import MOST_REQUESTS


def logged(*operations: str | None) -> list[Any]:
    """Logged requests, the newest first."""
    return [{"operation": each, "method": "POST", "path": "/v1/assistants", "status": 200} for each in operations]


def test_the_expected_calls_pass() -> None:
    """Each named operation must have its number of calls; the other operations are free."""
    check_counts(logged("createAssistant", "listAssistants", "createAssistant"), {"create": 2, "delete": 0})


def test_other_calls_are_named() -> None:
    """The error has the expected and the actual numbers, and the calls in their order."""
    requests = [{"operation": None, "method": "GET", "path": "/v2", "status": None}, *logged("listAssistants")]
    with pytest.raises(AssertionError) as raised:
        check_counts(requests, {"create": 1, "list": 1})

    assert str(raised.value).splitlines() == [
        "Expected: create 1, list 1. Actual: no operation 1, list 1.",
        "  POST /v1/assistants 200",
        "  GET /v2 no answer",
    ]


@pytest.mark.parametrize("expected", [{}, {"crate": 1}, {"createAssistant": 1}])
def test_a_name_that_is_no_operation_is_an_error(expected: dict[str, int]) -> None:
    """A typing error in a name never lets a test pass."""
    with pytest.raises(ValueError, match="list, create, get, modify, patch, delete"):
        check_counts(logged(), expected)


def test_a_full_log_proves_nothing() -> None:
    """The log keeps the last calls alone, so a full log cannot prove a number."""
    with pytest.raises(AssertionError, match="full"):
        check_counts(logged(*["listAssistants"] * MOST_REQUESTS), {"list": MOST_REQUESTS})
