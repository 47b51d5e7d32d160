"""The SDK suite accepts a right server, finds the mistakes of a wrong one, and can run inside another program."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from contract_tests.http import own_fake
from contract_tests.http.guard import GuardError
from contract_tests.http.operations import CREATE, DELETE
from contract_tests.http.target import Target
from contract_tests.reports import reproduce
from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.domain.assistants import PREFIX, Key
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import list_assistants
from fake_server.http.server import serve
from fake_server.storage import seed
from sdk_tests import Outcome, judge
from sdk_tests.clients import Client, Maker
from sdk_tests.open_clients import KINDS, Clients
from self_tests.wrong.wrong_server import around, reading, refusing, serving, unknown

# make contract runs the SDK tests on each Python.
pytestmark = pytest.mark.any_python

KEYS = {key.label: key.secret for key in seed.KEYS}
BOUND = f"asst-{seed.KEYS[0].project}"


def everything(_: str) -> bool:
    return True


def target_at(base_url: str) -> Target:
    return Target(base_url, KEYS, bound_id=BOUND, rate_limit=0)


def judged(fake: Fake, *wanted: str) -> dict[str, set[str]]:
    """The verdicts of each requirement that begins with one of these prefixes."""
    with serve(fake) as base_url:
        outcomes = judge(target_at(base_url), lambda name: name.startswith(wanted))
    verdicts: dict[str, set[str]] = {}
    for outcome in outcomes:
        for name in outcome.requirements:
            verdicts.setdefault(name, set()).add(outcome.verdict)
    return verdicts


@pytest.fixture
def fake() -> Fake:
    return compose(rate_limit=None)


@pytest.fixture(scope="module")
def right() -> Iterator[tuple[Fake, list[Outcome]]]:
    """A right server after a whole run, and the outcomes of that run."""
    fake = compose(rate_limit=None)
    with serve(fake) as base_url:
        yield fake, judge(target_at(base_url), everything)


def test_a_right_server_passes(right: tuple[Fake, list[Outcome]]) -> None:
    """Nothing fails and nothing is skipped if the server is right and everything is declared."""
    assert [outcome for outcome in right[1] if outcome.verdict != "passed"] == []


def test_nothing_is_left_behind(right: tuple[Fake, list[Outcome]]) -> None:
    """After a run the server holds what it held before, unchanged."""
    left = [vars(project) for project in right[0].store.projects("org-acme")]
    initial = [vars(project) for project in compose(rate_limit=None).store.projects("org-acme")]

    assert [row | {"created_at": 0} for row in left] == [row | {"created_at": 0} for row in initial]


def test_every_outcome_has_the_promise_of_its_test(right: tuple[Fake, list[Outcome]]) -> None:
    """Each test has a promise, and a name of its own."""
    assert [outcome.test for outcome in right[1] if not outcome.promise] == []
    assert len({outcome.test for outcome in right[1]}) == len(right[1])


def test_every_requirement_is_in_the_catalogue(right: tuple[Fake, list[Outcome]]) -> None:
    """Every requirement of a test is in the catalogue."""
    claimed = {name for outcome in right[1] for name in outcome.requirements}

    assert claimed - set(catalogue.requirements()) == set()


def test_sync_and_async_prove_the_same(right: tuple[Fake, list[Outcome]]) -> None:
    """Every promise is judged with both clients, except those that only the async client can judge."""
    tests = {outcome.test for outcome in right[1] if "test_parallel.py" not in outcome.test}

    assert {test.replace("async", "sync") for test in tests if "async" in test} == {
        test for test in tests if "async" not in test and "sync" in test
    }


def test_every_kind_of_client_judges(fake: Fake) -> None:
    """The promises are the same over aiohttp, with raw and streaming responses, and with strict validation."""
    with serve(fake) as base_url:
        outcomes = judge(target_at(base_url), lambda name: name == "list/complete", kinds=KINDS)

    assert {outcome.verdict for outcome in outcomes} == {"passed"}
    assert {kind for kind in KINDS for outcome in outcomes if kind in outcome.test} == set(KINDS)


def test_only_the_chosen_tests_run(fake: Fake) -> None:
    """Only the tests run that carry a wanted requirement."""
    assert judged(fake, "list/limit") == {"list/limit": {"passed"}}


def test_that_nothing_ran_is_visible(fake: Fake) -> None:
    """The list of outcomes is empty if nothing is wanted."""
    with serve(fake) as base_url:
        assert judge(target_at(base_url), lambda _: False) == []


# The mistakes. Each is a mistake of a running server, added to the fake.


def show_milliseconds(fake: Fake) -> None:
    show = fake.render
    fake.render = lambda *args: show(*args) | {"created_at": 1763884800000}


def show_text_for_tools(fake: Fake) -> None:
    show = fake.render
    fake.render = lambda *args: show(*args) | {"tools": None}


def list_an_array(fake: Fake) -> None:
    async def bare(call: Call) -> Answer:
        return Answer((await list_assistants(call)).body["data"])

    fake.handlers["listAssistants"] = bare


def list_without_end(fake: Fake) -> None:
    fake.page = lambda projects, query: (list(projects)[: query["limit"]], True)


def list_no_has_more(fake: Fake) -> None:
    async def short(call: Call) -> Answer:
        page = (await list_assistants(call)).body
        return Answer({"object": "list", "data": page["data"]})

    fake.handlers["listAssistants"] = short


def accept_any_key(fake: Fake) -> None:
    fake.authenticate = lambda store, _: store.all_keys()[0]


def give_everyone_one_organization(fake: Fake) -> None:
    authenticate = fake.authenticate
    fake.authenticate = lambda store, header: replace(authenticate(store, header), organization="org-acme")


def bind_every_key_elsewhere(fake: Fake) -> None:
    authenticate = fake.authenticate

    def elsewhere(store: Any, header: str | None) -> Key:
        return replace(authenticate(store, header), project="nowhere")

    fake.authenticate = elsewhere


def take_any_body(fake: Fake) -> None:
    fake.check_body = lambda _, value: {"name": "Nameless", **{key: str(text) for key, text in value.items()}}


def delete_nothing(fake: Fake) -> None:
    async def pretend(call: Call) -> Answer:
        return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})

    fake.handlers["deleteAssistant"] = pretend


def delete_without_a_word(fake: Fake) -> None:
    delete = fake.handlers["deleteAssistant"]

    async def silent(call: Call) -> Answer:
        await delete(call)
        return Answer({})

    fake.handlers["deleteAssistant"] = silent


def crash_on_every_update(fake: Fake) -> None:
    async def crash(_: Call) -> Answer:
        return Answer("Internal Server Error", status=500)

    fake.handlers["modifyAssistant"] = crash


def send_numbers_as_codes(fake: Fake) -> None:
    envelope = fake.envelope
    fake.envelope = lambda *args: {"error": envelope(*args)["error"] | {"code": 400}}


def send_a_bare_detail(fake: Fake) -> None:
    fake.envelope = lambda message, *_: {"detail": message}


MISTAKES: list[tuple[Callable[[Fake], None], str]] = [
    (show_milliseconds, "create/answers-the-assistant"),
    (show_text_for_tools, "ignored/tools-are-file-search"),
    (list_an_array, "list/envelope"),
    (list_without_end, "list/complete"),
    (list_no_has_more, "list/has-more-is-true-to-its-word"),
    (accept_any_key, "auth/unknown-key-refused"),
    (give_everyone_one_organization, "org/closed-to-others"),
    (bind_every_key_elsewhere, "delete/self-refused"),
    (take_any_body, "create/name-required"),
    (take_any_body, "create/name-is-text"),
    (delete_nothing, "delete/gone"),
    (delete_without_a_word, "delete/answers-deleted"),
    (crash_on_every_update, "modify/partial"),
    (send_numbers_as_codes, "errors/code-is-text-or-null"),
    (send_a_bare_detail, "errors/envelope"),
]


@pytest.mark.parametrize(("plant", "breached"), MISTAKES, ids=[f"{plant.__name__}: {name}" for plant, name in MISTAKES])
def test_a_mistake_fails_its_requirement(fake: Fake, plant: Callable[[Fake], None], breached: str) -> None:
    """A mistake of the server fails the requirement that it violates, and never counts as a mistake of the tests."""
    plant(fake)
    verdicts = judged(fake, breached)[breached]

    assert "failed" in verdicts
    assert "error" not in verdicts


def test_a_mistake_fails_nothing_else(fake: Fake) -> None:
    """A promise that a mistake does not affect still passes."""
    crash_on_every_update(fake)

    assert judged(fake, "create/name-suffices", "list/limit") == {
        "create/name-suffices": {"passed"}, "list/limit": {"passed"}
    }  # fmt: skip


def test_an_assistant_that_cannot_be_deleted_is_reported(fake: Fake) -> None:
    """An assistant that cannot be deleted is reported, together with a promise that holds."""

    async def refuse(_: Call) -> Answer:
        return Answer({"error": {"message": "No.", "type": "invalid_request_error"}}, status=400)

    fake.handlers["deleteAssistant"] = refuse
    with serve(fake) as base_url:
        outcomes = judge(target_at(base_url), lambda name: name == "create/name-suffices")

    assert [outcome.verdict for outcome in outcomes] == ["passed", "failed"] * 2
    assert "left behind" in outcomes[1].why


def test_a_test_of_an_undeclared_assistant_is_skipped(fake: Fake) -> None:
    """Without a key or an id the tests that need it are skipped, and say which one is missing."""
    with serve(fake) as base_url:
        bare = Target(base_url, {"primary": KEYS["primary"]}, rate_limit=0)
        outcomes = judge(bare, lambda name: name in ("org/shared-by-its-keys", "delete/self-refused"))

    assert {outcome.verdict for outcome in outcomes} == {"skipped"}
    assert {outcome.why for outcome in outcomes} == {bare.lacks("sibling"), bare.lacks("bound_id")}


def test_an_undeclared_limit_judges_nothing() -> None:
    """A call that was refused with 429 is an error of the run, not a failure of the server."""
    with serve(compose(rate_limit=1)) as base_url:
        outcomes = judge(target_at(base_url), lambda name: name.startswith("retrieve/equals"))

    assert {outcome.verdict for outcome in outcomes if "clean-up" not in outcome.test} == {"error"}


def test_a_declared_limit_is_kept() -> None:
    """A run stays within the rate limit that the target declares."""
    with own_fake.fake(rate_limit=3) as target:
        outcomes = judge(target, lambda name: name == "create/id-is-asst-hyphen")

    assert {outcome.verdict for outcome in outcomes} == {"passed"}


def test_a_crash_of_a_test_is_no_verdict(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that breaks by itself is an error, never a failure of the server."""

    def broken(_: Maker) -> str:
        raise RuntimeError("no name came to mind")

    monkeypatch.setattr(Maker, "name", broken)

    assert judged(fake, "create/name-suffices") == {"create/name-suffices": {"error"}}


def test_no_key_leaves_in_an_outcome(fake: Fake) -> None:
    """A key that the server repeats in its messages does not appear in an outcome."""

    @web.middleware
    async def gossip(request: web.Request, _: Any) -> web.Response:
        error = {"message": f"You sent {request.headers['Authorization']}", "type": "authentication_error"}
        return web.Response(status=401, body=json.dumps({"error": error}), content_type="application/json")

    fake.middlewares.append(gossip)
    with serve(fake) as base_url:
        outcomes = judge(target_at(base_url), lambda name: name.startswith("create/"))

    assert {outcome.verdict for outcome in outcomes} == {"failed"}
    assert [key for key in KEYS.values() if key in repr(outcomes)] == []


def test_it_runs_inside_any_pytest(fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The suite runs inside any pytest: the folder and the settings of that pytest have no influence and stay
    unchanged.
    """
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    before = dict(os.environ)

    assert judged(fake, "create/name-suffices") == {"create/name-suffices": {"passed"}}
    assert dict(os.environ) == before


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK deprecates each of these calls
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_sdks_clients_stand_behind_the_guard(fake: Fake, kind: str) -> None:
    """The SDK's clients cannot delete an assistant that the suite did not create. The guard sends nothing."""
    with serve(fake) as base_url:
        clients = Clients(target_at(base_url))
        with pytest.raises(GuardError):
            clients.with_key_of("primary", kind).delete(f"asst-{seed.KEYS[1].project}")
        clients.close()

    assert len(fake.store.projects(seed.ORGANIZATIONS[0].id)) == 2


def test_an_id_of_another_assistant_in_a_create_is_not_deleted(fake: Fake) -> None:
    """A server that merges a new assistant into an existing one fails, and loses no assistant."""
    theirs = fake.store.add(seed.ORGANIZATIONS[0].id, "Theirs", "Keep.")

    async def merged(call: Call) -> Answer:
        return Answer(call.fake.render(theirs, seed.ORGANIZATIONS[0], call.fake.constants))

    fake.handlers["createAssistant"] = merged
    verdicts = judged(fake, "create/", "modify/", "delete/")

    assert "failed" in verdicts["create/name-suffices"]
    assert {verdict for each in verdicts.values() for verdict in each} <= {"failed", "passed", "skipped"}
    assert fake.store.get(seed.ORGANIZATIONS[0].id, theirs.id) == theirs


# The SDK part of a run: the oracle sees each exchange, and a failed test counts only where it has found nothing.


AREAS = ("create/", "modify/", "delete/", "list/after", "ignored/model", "errors/")


def sdk_verdicts(change: Callable[[Fake], None], create: dict[str, Any] | None = None) -> dict[str, str]:
    """The verdicts of a run on some areas, by its SDK tests alone. `create` is the [create] table of the target."""
    with serving(change) as target:
        options = RunOptions(generators=frozenset({"sdk"}))
        verdicts = Run(replace(target, create=create or {}), options, lambda id: id.startswith(AREAS)).judge().verdicts
    return {each.requirement.id: each.verdict for each in verdicts}


def named(verdicts: dict[str, str]) -> list[str]:
    """The requirements that are violated."""
    return [id for id, verdict in verdicts.items() if verdict in ("fail", "warn")]


def accept_one_model(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("model", "ragen") != "ragen")


def want_one_model(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("model") != "ragen", CREATE)


def want_any_model(fake: Fake) -> None:
    refusing(fake, lambda body: "model" not in body, CREATE)


def want_instructions(fake: Fake) -> None:
    refusing(fake, lambda body: not body.get("instructions"), CREATE)


RAGEN = {"model": "ragen"}
NEEDS: dict[str, tuple[Callable[[Fake], None], dict[str, Any], list[str]]] = {
    "one model, not declared": (accept_one_model, {}, ["ignored/model-accepted"]),
    "one model, declared": (accept_one_model, RAGEN, ["ignored/model-accepted"]),
    "a model that is declared": (want_one_model, RAGEN, ["create/name-suffices", "ignored/model-accepted"]),
    "any model": (want_any_model, {}, ["create/name-suffices"]),
    "instructions": (want_instructions, {}, ["create/name-suffices"]),
}


@pytest.fixture(scope="module")
def passed() -> set[str]:
    """The requirements that pass on a right server, by the SDK tests alone."""
    return {id for id, verdict in sdk_verdicts(lambda _: None).items() if verdict == "pass"}


@pytest.mark.parametrize(("change", "create", "expected"), NEEDS.values(), ids=NEEDS)
def test_a_needed_field_is_sent_and_is_one_violation(
    passed: set[str], change: Callable[[Fake], None], create: dict[str, Any], expected: list[str]
) -> None:
    """A server whose create needs a field, or knows one model, is named for that alone. The SDK tests send the field,
    so the rest passes as on a right server, but for the effect of a model that is refused.
    """
    verdicts = sdk_verdicts(change, create)
    lost = {id for id in passed if verdicts[id] != "pass"}

    assert named(verdicts) == expected
    assert lost <= {*expected, "ignored/model-not-kept"}


def test_a_model_that_nobody_declares_judges_nothing() -> None:
    """If the SDK tests cannot create, create has the one violation, and the rest is not tested."""
    verdicts = sdk_verdicts(want_one_model)

    assert named(verdicts) == ["create/name-suffices"]
    assert verdicts["modify/partial"] == "unjudged"


def test_a_name_is_short_enough_for_every_server(fake: Fake) -> None:
    """No name is longer than the 64 characters that a server must keep."""
    names: list[Any] = []

    def note(body: dict[str, Any]) -> dict[str, Any]:
        names.append(body.get("name"))
        return body

    reading(fake, note)
    judged(fake, "create/keeps", "modify/partial", "list/limit", "ignored/model", "retrieve/")

    assert max(len(name) for name in names if isinstance(name, str)) <= 64


# The order of a list is the server's own. The tests of `after` and `before` hold for any order.


def cap_at_ten(fake: Fake) -> None:
    page = fake.page
    fake.page = lambda projects, query: page(projects, {**query, "limit": min(query["limit"], 10)})


def oldest_first(fake: Fake) -> None:
    page, other = fake.page, {"asc": "desc", "desc": "asc"}
    fake.page = lambda projects, query: page(projects, {**query, "order": other[query["order"]]})


def by_name(fake: Fake) -> None:
    page = fake.page
    fake.page = lambda projects, query: page(sorted(projects, key=lambda project: project.title or ""), query)


def others_write_meanwhile(fake: Fake) -> None:
    """Before each list, another client creates an assistant, and deletes its own of five lists ago."""
    theirs: list[str] = []
    organization = seed.ORGANIZATIONS[0].id

    def page(old: Any, _: Any, query: Any) -> Any:
        theirs.append(fake.store.add(organization, f"theirs {len(theirs)}", "").id)
        if len(theirs) > 5:
            fake.store.remove(organization, theirs[-6])
        return old(fake.store.projects(organization), query)

    around(fake, "page", page)


def all_at_once(fake: Fake) -> None:
    for change in (cap_at_ten, by_name, oldest_first):
        change(fake)


@pytest.mark.parametrize("change", [cap_at_ten, oldest_first, by_name, others_write_meanwhile, all_at_once])
def test_after_and_before_hold_in_any_order(fake: Fake, change: Callable[[Fake], None]) -> None:
    """after and before pass on a server with another order, a smaller page, or other clients that write."""
    change(fake)

    assert judged(fake, "list/after", "list/before") == {"list/after": {"passed"}, "list/before": {"passed"}}


@pytest.mark.parametrize("change", [cap_at_ten, others_write_meanwhile])
def test_the_order_of_creation_holds_on_small_pages(fake: Fake, change: Callable[[Fake], None]) -> None:
    """The tests of the order walk the list, so a small page or a stranger's assistant does not fail them."""
    change(fake)

    assert judged(fake, "list/newest", "list/order") == {"list/newest-first": {"passed"}, "list/order-asc": {"passed"}}


def after_is_inclusive(fake: Fake) -> None:
    def page(old: Any, projects: Any, query: Any) -> Any:
        found, more = old(projects, query)
        cursor = [each for each in projects if PREFIX + each.id == query.get("after")]
        return [*cursor, *found], more

    around(fake, "page", page)


def before_is_ignored(fake: Fake) -> None:
    page = fake.page
    fake.page = lambda projects, query: page(projects, {name: query[name] for name in query if name != "before"})


ORDERS: list[tuple[Callable[[Fake], None], str]] = [
    (after_is_inclusive, "list/after"),
    (before_is_ignored, "list/before"),
    (oldest_first, "list/newest-first"),
    (oldest_first, "list/order-asc"),
]


@pytest.mark.parametrize(("change", "id"), ORDERS, ids=[f"{change.__name__}: {id}" for change, id in ORDERS])
def test_a_wrong_cursor_or_order_fails_its_own_test(fake: Fake, change: Callable[[Fake], None], id: str) -> None:
    """A cursor that is wrong in the server's own order fails. So does another order than the order of creation."""
    change(fake)

    assert judged(fake, id)[id] == {"failed"}


# A set-up or a clean-up that fails judges nothing.


def refuse_creates(fake: Fake) -> None:
    refusing(fake, lambda _: True, CREATE)


def refuse_deletes(fake: Fake) -> None:
    unknown(fake, lambda _: True, DELETE)


def drop_the_connection(fake: Fake) -> None:
    """Answers nothing to a modify with one certain text."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[[web.Request], Any]) -> Any:
        if request.method == "POST" and b"Answer in one sentence." in await request.read():
            assert request.transport
            request.transport.close()
        return await handler(request)

    fake.middlewares.append(middleware)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (refuse_creates, ["create/name-suffices"]),
        (refuse_deletes, ["delete/answers-deleted"]),
        (drop_the_connection, ["errors/never-5xx"]),
    ],
)
def test_a_mistake_that_keeps_tests_from_running_is_one_violation(
    change: Callable[[Fake], None], expected: list[str]
) -> None:
    """A failed set-up, a failed clean-up and a broken connection violate nothing but the call's own requirement."""
    assert named(sdk_verdicts(change)) == expected


def test_a_failed_set_up_has_no_requirement(fake: Fake) -> None:
    """If a fixture cannot create, none of its tests is about a requirement; if it cannot delete, they pass."""
    refuse_creates(fake)
    with serve(fake) as base_url:
        outcomes = judge(target_at(base_url), lambda id: id in ("list/after", "modify/partial"))

    assert {outcome.requirements for outcome in outcomes} == {()}


def test_a_failed_test_has_its_id_and_the_creates_of_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that fails alone names its pytest id. Its script is made of its exchanges, and creates what they name."""
    page = Client.page

    def backwards(client: Client, **query: Any) -> Any:
        found = page(client, **query)
        found.data.reverse()
        return found

    monkeypatch.setattr(Client, "page", backwards)
    with serving(lambda _: None) as target:
        options = RunOptions(generators=frozenset({"sdk"}))
        (verdict,) = Run(target, options, lambda id: id == "list/before").judge().verdicts
    exchanges = verdict.violations[0].exchanges
    *_, last = reproduce.script(exchanges, target).splitlines()[:-1]

    assert "(test_list.py::test_before_gives_what_stands_ahead[sync])" in verdict.reason
    assert [exchange.request.method for exchange in exchanges] == ["POST"] * 23 + ["GET"] * 2
    assert "before=" in last
    assert '"$id' in last


def test_a_test_that_a_fixture_skips_keeps_its_requirements(fake: Fake) -> None:
    """A skipped test names its requirements. Without them, the matrix would take the test for a fact of the SDK."""
    with serve(fake) as base_url:
        bare = Target(base_url, {"primary": KEYS["primary"]}, rate_limit=0)
        outcomes = judge(bare, lambda name: name == "org/shared-by-its-keys")

    assert {outcome.requirements for outcome in outcomes} == {("org/shared-by-its-keys",)}
