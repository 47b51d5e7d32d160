"""Nothing is left in the user's folder but what the user has asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from contract_tests.runs import cleanup
from fake_server.domain.assistants import Project
from fake_server.domain.errors import MalformedRequest
from fake_server.fake import Answer, Call, Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran

OTHER_KEYS = {name.replace("ASSISTANTS_", "ASSISTANTS_B_"): key for name, key in KEYS.items()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    for name, key in OTHER_KEYS.items():
        monkeypatch.setenv(name, key)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--profile", "production"),
        ("run", "--profile", "read-only"),
        ("run", "--profile", "production", "--only", "delete/"),
        ("learn",),
    ],
)
def test_a_ledger_is_removed_when_nothing_is_left(
    command: Callable[..., Ran], folder: Path, base_url: str, words: tuple[str, ...]
) -> None:
    """By each command that makes one."""
    ran = command(*words, base_url)

    assert ran.code in (0, 3)
    assert list(folder.iterdir()) == []


def test_compare_removes_both_ledgers(command: Callable[..., Ran], folder: Path, base_url: str) -> None:
    """Each server has one."""
    ran = command("compare", base_url, base_url)

    assert (ran.code, list(folder.iterdir())) == (0, [])


def test_a_target_that_refuses_the_key_leaves_no_ledger(
    run: Callable[..., Ran], folder: Path, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was made."""
    monkeypatch.setenv("ASSISTANTS_API_KEY", "sk-of-another-service")
    ran = run(base_url, "--profile", "production")

    assert (ran.code, list(folder.iterdir())) == (2, [])


def test_a_ledger_stays_while_something_is_left(
    run: Callable[..., Ran], folder: Path, fake: Fake, base_url: str
) -> None:
    """`sweep` needs it."""

    async def refuse(_: Call) -> Answer:
        raise MalformedRequest("Not now.")

    fake.handlers["deleteAssistant"] = refuse
    ran = run(base_url, "--profile", "production", "--only", "create/")
    (ledger,) = folder.iterdir()

    assert f"assistants-contract sweep {ledger.name}" in ran.out


def test_a_create_that_broke_off_is_found(run: Callable[..., Ran], folder: Path, fake: Fake) -> None:
    """The list shows the assistant by its text, so the run deletes it and keeps no ledger."""
    creates = iter(range(1000))

    @web.middleware
    async def break_off(request: web.Request, handler: Any) -> Any:
        if request.method == "POST" and request.path.endswith("/assistants") and next(creates) == 1:
            assert request.transport
            request.transport.abort()
        return await handler(request)

    fake.middlewares.append(break_off)
    with serve(fake) as base_url:
        ran = run(base_url, "--profile", "production", "--only", "create/")

    assert "nothing left" in ran.out
    assert (list(folder.iterdir()), len(fake.store.projects("org-acme"))) == ([], 2)


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_nothing_is_created_if_no_service_answers(
    run: Callable[..., Ran], folder: Path, fake: Fake, status: int
) -> None:
    """A gateway, or a service that is down, answers all calls alike: one line, exit code 2, and no create."""
    methods = set()

    @web.middleware
    async def answer(request: web.Request, handler: Any) -> Any:
        del handler
        methods.add(request.method)
        return web.Response(status=status, text="<h1>Soon</h1>", content_type="text/html")

    fake.middlewares.append(answer)
    with serve(fake) as base_url:
        ran = run(base_url, "--profile", "production")

    assert (ran.code, methods, list(folder.iterdir())) == (2, {"GET"}, [])
    assert f"answers {status} to a list and to a retrieve" in ran.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [(), ("--profile", "production")])
def test_a_key_that_is_revoked_ends_the_run(run: Callable[..., Ran], fake: Fake, words: tuple[str, ...]) -> None:
    """A 401 to a key that was accepted is no verdict: one line says so, and nothing else is violated."""
    calls = count()

    @web.middleware
    async def answer(request: web.Request, handler: Any) -> Any:
        if next(calls) < 30:
            return await handler(request)
        error = {"message": "Revoked.", "type": "authentication_error", "param": None, "code": None}
        return web.json_response({"error": error}, status=401)

    fake.middlewares.append(answer)
    with serve(fake) as base_url:
        ran = run(base_url, *words)

    assert (ran.code, "FAILED" in ran.out) == (2, False)
    assert "refuses the key in ASSISTANTS_API_KEY since request" in ran.err
    assert "sweep" in ran.out + ran.err


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_of_a_gateway_proves_no_delete(run: Callable[..., Ran], folder: Path, fake: Fake, status: int) -> None:
    """From some call on a gateway answers for the service. So the deletes prove nothing, and the ledger stays."""
    calls = count()

    @web.middleware
    async def answer(request: web.Request, handler: Any) -> Any:
        if next(calls) < 30:
            return await handler(request)
        return web.Response(status=status, text="<h1>Soon</h1>", content_type="text/html")

    fake.middlewares.append(answer)
    with serve(fake) as base_url:
        ran = run(base_url, "--profile", "production")
    (ledger,) = folder.iterdir()

    assert f"assistants-contract sweep {ledger.name}" in ran.out + ran.err
    assert '"gone"' not in ledger.read_text()


def test_ids_that_are_numbers_leave_nothing(run: Callable[..., Ran], folder: Path, fake: Fake, base_url: str) -> None:
    """Such an id breaks the contract, and still names an assistant that the run has made."""
    numbers = count(1)
    render, project_id, find = fake.render, fake.project_id, fake.store.find
    fake.store.new_id = lambda _: str(next(numbers))

    def numbered(*parts: Any) -> dict[str, Any]:
        document = render(*parts)
        digits = document["id"].removeprefix("asst-")
        return {**document, "id": int(digits)} if digits.isdigit() else document

    fake.render = numbered
    fake.project_id = lambda id: id if id.isdigit() and find(id) else project_id(id)
    ran = run(base_url, "--only", "create/")

    assert (ran.code, list(folder.iterdir())) == (1, [])
    assert len(fake.store.projects("org-acme")) == 2


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "a NaN": lambda body: body.replace(b'"top_p":1.0', b'"top_p":NaN'),
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "without its end": lambda body: body[:-4],
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_an_answer_that_is_no_json_leaves_nothing(
    run: Callable[..., Ran], fake: Fake, spoil: Callable[[bytes], bytes]
) -> None:
    """The text of the answer still has the id of the assistant, so the run deletes the assistant."""

    @web.middleware
    async def change(request: web.Request, handler: Any) -> Any:
        response = await handler(request)
        if request.method != "DELETE" and response.status == 200:
            response.body = spoil(response.body)
        return response

    fake.middlewares.append(change)
    with serve(fake) as base_url:
        ran = run(base_url, "--only", "create/")

    assert ran.code == 1
    assert len(fake.store.projects("org-acme")) == 2


def test_a_list_that_lags_is_read_again(
    run: Callable[..., Ran], folder: Path, fake: Fake, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list shows an assistant for a moment after its delete. The run leaves nothing, so it reports nothing."""
    monkeypatch.setattr(cleanup, "LAG", 0.5)
    projects, remove = fake.store.projects, fake.store.remove
    late: list[tuple[float, Project]] = []

    def remove_later(organization: str, id: str) -> None:
        project = fake.store.get(organization, id)
        assert project
        late.append((time.monotonic() + 0.3, project))
        remove(organization, id)

    def list_late(organization: str) -> list[Project]:
        shown = [each for until, each in late if until > time.monotonic() and each.organization == organization]
        return [*projects(organization), *shown]

    monkeypatch.setattr(fake.store, "remove", remove_later)
    monkeypatch.setattr(fake.store, "projects", list_late)
    ran = run(base_url, "--only", "create/")

    assert ("nothing left" in ran.out, list(folder.iterdir())) == (True, [])


@pytest.mark.parametrize("words", [("--since", "nothing.ndjson"), ("--baseline", "nothing.yaml"), ("--html", "no/a")])
def test_a_run_that_does_not_start_leaves_no_empty_file(
    run: Callable[..., Ran], folder: Path, base_url: str, words: tuple[str, str]
) -> None:
    """A mistake on the line is found after the files were tried, or before."""
    ran = run(base_url, "--junit", "junit.xml", "--events", "run.ndjson", *words)

    assert (ran.code, list(folder.iterdir())) == (2, [])


def test_a_report_that_cannot_be_made_leaves_no_file(
    command: Callable[..., Ran], folder: Path, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: the error is one line, and no part of the file stays."""
    command("run", base_url, "--only", "retrieve/equals-created", "--events", "run.ndjson")

    def full(path: Path, *_: Any, **__: Any) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    ran = command("report", "run.ndjson", "--html", "page.html")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert [path.name for path in folder.iterdir()] == ["run.ndjson"]
