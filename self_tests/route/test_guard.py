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
    for id in ("asst-AB-C", "asst-xy"):
        guard.note_delete(path(id), "primary", 404)

    assert guard.gone == set()


@pytest.mark.parametrize(
    ("status", "answer", "proven"),
    [
        (200, {"id": "asst-ab-c", "object": "assistant.deleted", "deleted": True}, True),
        (200, {"id": "asst-ab-c", "object": "assistant.deleted", "deleted": False}, False),
        (200, None, False),
        (204, None, False),
        (404, {"error": {"message": "No.", "type": "x"}}, False),
    ],
)
def test_only_the_contracts_answer_proves_a_delete(guard: Guard, status: int, answer: Any, proven: bool) -> None:
    """A gateway may answer a 404, or a page of its own with 200: then the list must show that the assistant is gone."""
    guard.note_answer("POST", COLLECTION, "primary", created("asst-ab-c"))
    guard.note_delete(path("asst-ab-c"), "primary", status, answer)

    assert (guard.gone, guard.unproven) == ({"asst-ab-c"}, set() if proven else {"asst-ab-c"})


def test_ids_of_the_run_may_differ_by_case_alone(guard: Guard) -> None:
    """A server with short ids in letters of both cases makes such ids. Each is the run's."""
    for id in ("asst-ab-c", "asst-AB-C"):
        guard.note_answer("POST", COLLECTION, "primary", created(id))

    assert list(guard.created) == ["asst-ab-c", "asst-AB-C"]


def test_an_id_that_is_a_number_is_the_runs(guard: Guard) -> None:
    """The contract wants a text. The assistant is there all the same, and its path has the digits."""
    made = guard.note_answer("POST", COLLECTION, "primary", {**created(""), "id": 7})
    guard.check("DELETE", path("7"), "primary")

    assert made == "7"


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
