"""The fake's limiter, on a clock that the test sets."""

import httpx2
import pytest

from fake_server.compose import compose
from fake_server.domain.errors import TooManyRequests
from fake_server.domain.limiter import Limiter
from fake_server.fake import Fake


class Clock:
    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(2, 60, clock)


@pytest.fixture
def fake(clock: Clock) -> Fake:
    return compose(rate_limit=6, now=clock)


def used_up(limiter: Limiter) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as refused:
        limiter.count_call("a")
    return refused.value


def test_refuses_the_call_past_the_limit(limiter: Limiter) -> None:
    """Two calls pass, and the third gets the whole seconds to wait."""
    limiter.count_call("a")
    limiter.count_call("a")

    assert used_up(limiter).headers == {"retry-after": "60"}


def test_the_window_slides(limiter: Limiter, clock: Clock) -> None:
    """Each call becomes available a minute after it was made, not all calls at once."""
    limiter.count_call("a")
    clock.time += 30.5
    limiter.count_call("a")
    clock.time += 29.5

    limiter.count_call("a")

    assert used_up(limiter).headers == {"retry-after": "31"}


def test_a_refused_call_costs_nothing(limiter: Limiter, clock: Clock) -> None:
    """Refused calls do not extend the wait."""
    limiter.count_call("a")
    limiter.count_call("a")
    clock.time += 59
    used_up(limiter)
    clock.time += 1

    limiter.count_call("a")

    assert limiter.headers("a")["x-ratelimit-remaining"] == "1"


def test_the_wait_that_it_names_suffices(limiter: Limiter, clock: Clock) -> None:
    """After Retry-After a call passes, also in the middle of a second."""
    limiter.count_call("a")
    limiter.count_call("a")
    clock.time += 0.7
    wait = int(used_up(limiter).headers["retry-after"])
    clock.time += wait

    limiter.count_call("a")

    assert wait == 60


def test_a_clock_set_back_names_no_wait_beyond_the_minute(limiter: Limiter, clock: Clock) -> None:
    """Retry-After stays from 1 to 60."""
    limiter.count_call("a")
    limiter.count_call("a")
    clock.time -= 1_000

    assert used_up(limiter).headers == {"retry-after": "60"}


@pytest.mark.parametrize(("fixed", "block"), [(False, 0), (True, 0), (False, 30), (True, 90)])
def test_a_clock_set_back_locks_nobody_out(limiter: Limiter, clock: Clock, fixed: bool, block: int) -> None:
    """A minute after the clock was set back by hours all calls are there again."""
    limiter.fixed, limiter.block = fixed, block
    limiter.count_call("a")
    limiter.count_call("a")
    used_up(limiter)
    clock.time = -9_000.0
    used_up(limiter)
    clock.time += max(60, block)

    assert limiter.state("a") == (2, 0, 2, 0)
    limiter.count_call("a")


def test_a_clock_set_back_gives_no_calls_away(limiter: Limiter, clock: Clock) -> None:
    """The calls before count on: who sets the clock back gets no second budget."""
    limiter.count_call("a")
    clock.time -= 9_000
    limiter.count_call("a")

    assert used_up(limiter).headers == {"retry-after": "60"}


def test_the_refusal_names_the_limit(clock: Clock) -> None:
    """A person reads the limit, for whom it counts, and the option that removes it."""
    limiter = Limiter(1, 60, clock)
    limiter.count_call("a")

    assert "1 request a minute per key" in used_up(limiter).message
    assert "--rate-limit off" in used_up(limiter).message


def test_each_key_has_its_own_budget(limiter: Limiter) -> None:
    """The calls of one key do not count for another key."""
    limiter.count_call("a")
    limiter.count_call("a")

    limiter.count_call("b")

    assert limiter.headers("b") == {"x-ratelimit-limit": "2", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "60"}


def test_off_says_nothing(clock: Clock) -> None:
    """Without a limit nothing is refused, and no limit header is sent."""
    limiter = Limiter(None, 60, clock)
    for _ in range(100):
        limiter.count_call("a")

    assert limiter.headers("a") == {}


def test_a_key_is_forgotten_with_each_of_its_operations(limiter: Limiter) -> None:
    """With a limit for each operation, forget clears all budgets of one key and of no other key."""
    for caller in ("a", "a getAssistant", "ab"):
        limiter.count_call(caller)

    limiter.forget({"a"})

    assert [limiter.state(caller).used for caller in ("a", "a getAssistant", "ab")] == [0, 0, 1]


def test_all_operations_share_a_budget(primary: httpx2.Client) -> None:
    """Six operations use one budget, also when a handler refuses; the seventh call gets 429."""
    primary.get("/assistants")
    made = primary.post("/assistants", json={"name": "a"}).json()["id"]
    for verb in ("GET", "POST", "PATCH"):
        primary.request(verb, f"/assistants/{made}", json={})
    last = primary.delete("/assistants/asst-nothing")
    refused = primary.delete(f"/assistants/{made}")

    assert last.headers["x-ratelimit-remaining"] == "0"
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert refused.json()["error"] | {"message": ""} == {
        "message": "",
        "type": "rate_limit_error",
        "param": None,
        "code": "rate_limit_exceeded",
    }


def test_calls_without_a_key_or_a_known_url_are_not_counted(primary: httpx2.Client) -> None:
    """An unknown key, an unknown URL, a wrong method and a preflight are not counted."""
    primary.get("/assistants", headers={"Authorization": "Bearer nobody"})
    primary.get("/nothing")
    primary.put("/assistants")
    primary.options("/assistants", headers={"Origin": "http://page", "Access-Control-Request-Method": "POST"})

    answer = primary.get("/assistants")

    assert answer.headers["x-ratelimit-remaining"] == "5"


def test_a_refused_create_makes_nothing(fake: Fake, primary: httpx2.Client) -> None:
    """A call refused with 429 has no effect."""
    before = list(fake.store.projects("org-acme"))
    for _ in range(6):
        primary.get("/assistants")

    answer = primary.post("/assistants", json={"name": "a"})

    assert answer.status_code == 429
    assert list(fake.store.projects("org-acme")) == before


def test_a_window_later_all_is_well(clock: Clock, primary: httpx2.Client) -> None:
    """The limiter uses the clock of the fake."""
    for _ in range(6):
        primary.get("/assistants")
    clock.time += 60

    answer = primary.get("/assistants")

    assert answer.status_code == 200
