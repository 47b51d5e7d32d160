"""The guard: two spellings of one id are one assistant, and an assistant of others stays as it is."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from contract_tests.http.guard import Guard, GuardError, TakenError, likeness
from contract_tests.http.operations import path, raw_path
from contract_tests.http.target import Target
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.http.server import serve
from fake_server.storage import seed

KEYS = {key.label: key.secret for key in seed.KEYS}
TOUR = RunOptions(generators=frozenset({"tour"}))
TAG = "contract-1-abc"
COLLECTION = "/assistants"
SPELLINGS = ("asst-Ab%2dc", "asst-aB%2Dc", "ASST-AB-C", "ab-c", "asst-ab%252dc", "AB-C", "asst-ab-c")


@pytest.fixture
def guard() -> Guard:
    return Guard(Target("http://127.0.0.1:9/v1", {"primary": "sk-x"}), TAG)


def created(id: str) -> dict[str, str]:
    """The answer to a create of this run, with this id."""
    return {"id": id, "name": f"{TAG} 0001 assistant"}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("seen", SPELLINGS)
def test_an_id_that_was_seen_in_another_spelling_is_somebody_elses(guard: Guard, seen: str, spelling: str) -> None:
    """A create that answers such an id has made nothing of ours, though the text is ours."""
    guard.note_answer("GET", COLLECTION, "primary", {"data": [{"id": seen, "name": "A customer's"}]})
    made = guard.note_answer("POST", COLLECTION, "primary", created(spelling))

    assert (made, guard.created) == (None, {})
    with pytest.raises(GuardError):
        guard.check("DELETE", path(spelling), "primary")


def test_an_invented_id_that_is_shown_in_another_spelling_is_not_changed(guard: Guard) -> None:
    """The id was to name nothing."""
    guard.invent("asst-ab-c")
    guard.note_answer("GET", COLLECTION, "primary", {"data": [{"id": "ASST-AB-C"}]})
    with pytest.raises(TakenError):
        guard.check("PATCH", path("asst-ab-c"), "primary")


def test_a_ghost_in_another_spelling_is_not_adopted(guard: Guard) -> None:
    """Not even with a text of the run: somebody's assistant was there before in another spelling."""
    guard.note_answer("GET", COLLECTION, "primary", {"data": [{"id": "asst-ab-c"}, created("asst-AB-C")]})
    with pytest.raises(GuardError):
        guard.adopt("asst-AB-C", "primary")


def test_an_own_id_may_be_changed_in_every_spelling(guard: Guard) -> None:
    """The tour sends ids that are nearly an id of the run."""
    guard.note_answer("POST", COLLECTION, "primary", created("asst-ab-c"))
    for spelling in SPELLINGS:
        guard.check("DELETE", raw_path(spelling), "primary")

    assert list(guard.created) == ["asst-ab-c"]


def test_a_404_to_another_spelling_does_not_say_that_the_assistant_is_gone(guard: Guard) -> None:
    """Most servers know an id in one spelling only, so the clean-up still deletes the assistant."""
    guard.note_answer("POST", COLLECTION, "primary", created("asst-ab-c"))
    gone = [guard.note_delete(path(id), "primary", 404) for id in ("asst-AB-C", "asst-xy", "asst-ab-c")]

    assert gone == [None, None, "asst-ab-c"]


def test_a_long_chain_of_escapes_is_read(guard: Guard) -> None:
    """A hostile id costs no more than any other."""
    guard.note_answer("GET", COLLECTION, "primary", {"data": [{"id": "%" + "25" * 100_000}]})

    assert likeness("ASST-A%2525B") == "a%b"


def test_a_server_that_lies_about_ids_loses_no_assistant_of_others() -> None:
    """Each create answers with the id of a customer's assistant in capitals. Nothing of the customer's is changed, and
    what the run has made is deleted: the list shows it."""
    fake, changes = compose(rate_limit=None), []
    customers = f"asst-{next(iter(fake.store.projects('org-acme'))).id}"
    before = list(fake.store.projects("org-acme"))

    @web.middleware
    async def lie(request: web.Request, handler: Any) -> Any:
        if request.method != "GET" and customers.casefold() in unquote(request.path).casefold():
            changes.append(f"{request.method} {request.path}")
        response = await handler(request)
        if request.path.endswith("/assistants") and request.method == "POST" and response.status < 300:
            return web.json_response(json.loads(response.body) | {"id": customers.upper()}, status=response.status)
        return response

    fake.middlewares.append(lie)
    with serve(fake) as base_url:
        run = Run(Target(base_url, KEYS), TOUR, lambda id: id.startswith("create/"))
        run.judge()

    assert changes == []
    assert (list(fake.store.projects("org-acme")), run.result.remains) == (before, [])
