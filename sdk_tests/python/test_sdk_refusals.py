"""Facts about the SDK's own handling of refusals, shown without a server: its exceptions and its retries."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import openai
import pytest

from sdk_tests.clients import Client
from sdk_tests.wire import Wire, on

pytestmark = [pytest.mark.sdk_fact, pytest.mark.kinds("sync", "async")]

EXCEPTIONS = {
    400: openai.BadRequestError, 401: openai.AuthenticationError, 403: openai.PermissionDeniedError,
    404: openai.NotFoundError, 409: openai.ConflictError, 422: openai.UnprocessableEntityError,
    429: openai.RateLimitError, 500: openai.InternalServerError, 503: openai.InternalServerError,
}  # fmt: skip


@pytest.fixture(scope="module")
def patient(line: list[Wire]) -> Iterator[Client]:
    """A client that retries as often as the SDK does by default. It is sync, so that its pauses can be recorded."""
    with closing(on(line, "sync", max_retries=openai.OpenAI(api_key="sk-fact").max_retries)) as client:
        yield client


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The length of each pause that the SDK would have made, in seconds."""
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    return naps


def test_a_number_as_code_reads_as_text(sdk: Client, wire: Wire) -> None:
    """The exception's code is text, though a number was sent."""
    wire.status, wire.answer = 404, {"error": {"message": "No.", "type": "not_found_error", "param": None, "code": 404}}
    with pytest.raises(openai.NotFoundError) as refusal:
        sdk.retrieve("asst-abc")

    assert refusal.value.code == "404"


@pytest.mark.parametrize(("status", "kind_of_error"), EXCEPTIONS.items())
def test_the_status_tells_the_exception(sdk: Client, wire: Wire, status: int, kind_of_error: type[Exception]) -> None:
    """Each status has an exception of its own; all of 500 and above share one."""
    wire.status, wire.answer = status, {"error": {"message": "No.", "type": "invalid_request_error"}}
    with pytest.raises(kind_of_error):
        sdk.retrieve("asst-abc")


def test_an_unwrapped_refusal_reads_the_same(sdk: Client, wire: Wire) -> None:
    """A refusal whose fields are not wrapped in `error` gives the same type."""
    wire.status, wire.answer = 404, {"message": "No.", "type": "not_found_error", "param": None, "code": None}
    with pytest.raises(openai.NotFoundError) as refusal:
        sdk.retrieve("asst-abc")

    assert refusal.value.type == "not_found_error"


@pytest.mark.usefixtures("naps")
@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_a_busy_server_is_asked_three_times(patient: Client, wire: Wire, status: int) -> None:
    """408, 409, 429 and all from 500 on are retried twice."""
    wire.status = status
    with pytest.raises(openai.APIStatusError):
        patient.retrieve("asst-abc")

    assert len(wire.sent) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_retried(patient: Client, wire: Wire, status: int) -> None:
    """A call that a second attempt cannot mend is sent once."""
    wire.status = status
    with pytest.raises(openai.APIStatusError):
        patient.retrieve("asst-abc")

    assert len(wire.sent) == 1


def test_retry_after_is_waited_for(patient: Client, wire: Wire, naps: list[float]) -> None:
    """Between attempts the SDK sleeps for as long as Retry-After says."""
    wire.status, wire.headers = 429, {"retry-after": "7"}
    with pytest.raises(openai.RateLimitError):
        patient.retrieve("asst-abc")

    assert naps == [7.0, 7.0]


def test_retry_after_of_a_hundred_seconds_is_waited_for(patient: Client, wire: Wire, naps: list[float]) -> None:
    """Up to two minutes; before 2.52 no longer than one, and the SDK came again sooner than it was told."""
    wire.status, wire.headers = 429, {"retry-after": "100"}
    with pytest.raises(openai.RateLimitError):
        patient.retrieve("asst-abc")

    assert naps == [100.0, 100.0]


def test_x_should_retry_has_the_last_word(patient: Client, wire: Wire) -> None:
    """x-should-retry: false ends the retries of what would be retried."""
    wire.status, wire.headers = 429, {"x-should-retry": "false"}
    with pytest.raises(openai.RateLimitError):
        patient.retrieve("asst-abc")

    assert len(wire.sent) == 1
