"""`assistants-contract run` as its user meets it: exit codes, what is printed, what is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from contract_tests.generators import tour
from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import Step
from contract_tests.http import operations, own_fake, target
from contract_tests.http.target import Target
from contract_tests.http.transport import Transport
from contract_tests.profiles import plan
from contract_tests.reports import events, terminal
from contract_tests.requirements.selection import Selection
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant, delete_assistant
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.command_run import KEYS, Ran
from self_tests.doubles.server_thread import listening

QUICKLY = ("--histories", "0")


@contextmanager
def http(status: int, body: bytes) -> Iterator[str]:
    """A server that answers the same to everything."""

    class Same(SimpleHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if self.raw_requestline and self.parse_request():
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            else:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Same)) as base_url:
        yield base_url


async def undone(call: Call) -> Answer:
    return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})


async def misspelt(call: Call) -> Answer:
    return Answer({**(await delete_assistant(call)).body, "object": "assistant"})


async def created(call: Call) -> Answer:
    answer = await create_assistant(call)
    return Answer(answer.body, 201)


def test_a_broken_must_is_exit_1_with_a_curl(run: Callable[..., Ran], fake: Fake, base_url: str) -> None:
    """A violation has the requirement, both answers, and a command that reproduces it with the key as a variable."""
    fake.handlers["deleteAssistant"] = undone

    ran = run(base_url, "--only", "delete/gone")

    assert ran.code == 1
    assert "FAILED delete/gone (MUST, page)" in ran.out
    assert all(word in ran.out for word in ("Requirement:", "Expected:", "Actual:", 'Bearer $ASSISTANTS_API_KEY"'))


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 1)])
def test_a_broken_should_fails_only_under_strict(
    run: Callable[..., Ran], fake: Fake, base_url: str, strict: tuple[str, ...], code: int
) -> None:
    """It is a warning else."""
    fake.handlers["createAssistant"] = created

    ran = run(base_url, "--only", "create/status-200", *strict)

    assert ran.code == code
    assert "WARNING create/status-200" in ran.out


def test_an_assistant_that_was_not_deleted_is_exit_4(run: Callable[..., Ran], fake: Fake, base_url: str) -> None:
    """Nothing chosen is broken, but what the run made could not be removed: it says which, and how."""
    fake.handlers["deleteAssistant"] = undone

    ran = run(base_url, "--only", "create/name-suffices")

    assert ran.code == 4
    assert "Not deleted: asst-" in ran.out


def test_without_a_sibling_key_it_is_exit_3(
    run: Callable[..., Ran], base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A requirement that cannot be judged is not tested, never passed, and the reason names the missing key."""
    monkeypatch.delenv("ASSISTANTS_SIBLING_API_KEY")

    ran = run(base_url, "--only", "org/")

    assert ran.code == 3
    assert "NOT TESTED org/shared-by-its-keys" in ran.out
    assert "set ASSISTANTS_SIBLING_API_KEY" in ran.out


def test_a_requirement_of_an_undeclared_value_is_not_tested(run: Callable[..., Ran], base_url: str) -> None:
    """A base URL alone does not tell which assistant the key is bound to, nor the limit."""
    ran = run(base_url, "--only", "delete/self-refused", "--only", "rate/enforced")

    assert ran.code == 3
    assert all(f"{name} is not declared" in ran.out for name in ("bound_id", "rate_limit"))


def test_a_target_file_declares_the_rest(run: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """bound_id and expendable_id make delete/self-* judged."""
    target = tmp_path / "target.toml"
    bound, expendable = (f"asst-{key.project}" for key in seed.KEYS[:2])
    target.write_text(
        f'base_url = "{base_url}"\nbound_id = "{bound}"\nexpendable_id = "{expendable}"\n'
        'rate_limit = 0\n[keys]\nprimary = "ASSISTANTS_API_KEY"\nsibling = "ASSISTANTS_SIBLING_API_KEY"\n'
    )

    ran = run("--target", str(target), "--only", "delete/")

    assert ran.code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('base_url = "http://127.0.0.1:1/v1"\nbase = 1\n', "'base' is not known"),
        ('base_url = "http://127.0.0.1:1/v1"\nrate_limit = "20"\n', "'rate_limit' must be of type int"),
        ('base_url = "127.0.0.1:8080"\n', "is not a base URL"),
        ("bound_id = 'asst-x'\n", "'base_url' is missing"),
        (
            'base_url = "http://127.0.0.1:1/v1"\n[keys]\nprimary = "sk-secret-key"\n',
            "must name an environment variable",
        ),
        ("base_url = \n", "not TOML"),
    ],
)
def test_a_mistake_in_the_target_file_is_one_line(
    run: Callable[..., Ran], tmp_path: Path, text: str, says: str
) -> None:
    """Exit 2; the line names the file, and no key."""
    target = tmp_path / "target.toml"
    target.write_text(text)

    ran = run("--target", str(target))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    assert "sk-secret-key" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("--only", "modify/nothing-of-the-kind"),
        ("--only", "mod"),
        ("--seed", "x"),
        ("--unheard-of",),
        ("--events", "/"),
        ("--target", "/nothing/there.toml"),
        ("http://127.0.0.1:1/v1", "--target", "x"),
        ("not a url",),
    ],
)
def test_a_mistake_on_the_line_is_one_line(run: Callable[..., Ran], words: tuple[str, ...]) -> None:
    """Exit 2, before anything is sent: what selects nothing is no success."""
    ran = run(*words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_without_a_key_it_is_exit_2(run: Callable[..., Ran], base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the variable."""
    monkeypatch.delenv("ASSISTANTS_API_KEY")

    ran = run(base_url)

    assert ran.code == 2
    assert "ASSISTANTS_API_KEY" in ran.err


@pytest.mark.parametrize("variable", KEYS)
def test_a_refused_key_is_exit_2(
    run: Callable[..., Ran], base_url: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """It is no verdict on the server; the line names the variable, not the key."""
    monkeypatch.setenv(variable, "sk-of-another-service")

    ran = run(base_url)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert variable in ran.err
    assert "sk-of-another-service" not in ran.err


def test_a_target_that_does_not_listen_is_exit_2(run: Callable[..., Ran]) -> None:
    """Out of reach is not a refusal."""
    ran = run("http://127.0.0.1:9/v1")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "accepts no connection" in ran.err


def test_a_static_server_is_exit_1(run: Callable[..., Ran]) -> None:
    """A server of static files is no Assistants API: no requirement passes."""
    with http(404, b"<html>not here</html>") as base_url:
        ran = run(base_url, *QUICKLY)

    assert ran.code == 1
    assert "MUST    0 passed" in ran.out


def test_a_target_that_dies_half_way_is_exit_2(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict is made of it, and what may be left there is listed."""
    fake = compose(rate_limit=None)
    with serve(fake) as base_url:
        dying = Step(dead, ("create/name-suffices",))
        monkeypatch.setattr(tour, "STEPS", [*tour.STEPS[:3], dying, *tour.STEPS[3:]])

        ran = run(base_url, *QUICKLY)

    assert ran.code == 2
    assert "accepts no connection" in ran.err
    assert "Not deleted: asst-" in ran.out


def dead(session: Session) -> None:
    """From now on nobody listens where the target was."""
    session.create_assistant()
    session.client._transport = Transport(Target("http://127.0.0.1:9/v1", {}))


def test_a_step_that_raises_is_our_error(
    run: Callable[..., Ran], base_url: str, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 and one line, which says that the error is ours. Nothing has passed, and the assistants are deleted."""
    before = len(fake.store.projects("org-acme"))
    monkeypatch.setattr(tour, "STEPS", [Step(broken, ("create/name-suffices",))])

    ran = run(base_url, "--only", "create/name-suffices")

    error = "assistants-contract: An error of the suite, not of the target. ZeroDivisionError: by design\n"
    assert (ran.code, ran.err) == (2, error)
    assert "PASSED" not in ran.out
    assert len(fake.store.projects("org-acme")) == before


def test_debug_shows_where_the_suite_broke(
    run: Callable[..., Ran], base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --debug the traceback of an error of the suite follows on standard error."""
    monkeypatch.setattr(tour, "STEPS", [Step(broken, ("create/name-suffices",))])

    ran = run(base_url, "--only", "create/name-suffices", "--debug")

    assert ran.code == 2
    assert "Traceback" in ran.err
    assert "in broken" in ran.err


@pytest.mark.parametrize("profile", [(), ("--profile", "production")])
def test_the_record_has_the_violations_before_an_error(
    run: Callable[..., Ran],
    base_url: str,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    profile: tuple[str, ...],
) -> None:
    """After an error of the suite the record has the calls, and the violations that were found before. What held until
    then has not passed."""
    fake.handlers["createAssistant"] = created
    steps = Scenario((Step(broken, ("create/name-suffices", "create/status-200"), requests=1),))
    monkeypatch.setattr(tour, "STEPS", list(steps.steps))
    monkeypatch.setattr(plan, "SCENARIOS", {plan.PRODUCTION: steps})

    ran = run(base_url, "--only", "create/", *profile, "--events", str(tmp_path / "run.ndjson"))

    record = events.load(tmp_path / "run.ndjson")
    verdicts = {each["id"]: each["verdict"] for each in record.verdicts}
    assert (ran.code, verdicts["create/status-200"], verdicts["create/name-suffices"]) == (2, "warn", "unjudged")
    assert len(record.exchanges) == record.footer["requests"] > 0
    assert "pass" not in verdicts.values()


def test_an_error_in_a_report_is_one_line(
    run: Callable[..., Ran], base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the suite while it makes a report is exit 2 and one line too."""
    monkeypatch.setattr(terminal, "headline", lambda _: 1 / 0)

    ran = run(base_url, "--only", "create/name-suffices")

    assert ran.code == 2
    assert (
        ran.err
        == "assistants-contract: An error of the suite, not of the target. ZeroDivisionError: division by zero\n"
    )


def broken(session: Session) -> None:
    session.create_assistant()
    raise ZeroDivisionError("by design")


def test_ctrl_c_cleans_up(run: Callable[..., Ran], base_url: str, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 130, nothing has passed, and nothing is left behind."""
    before = len(fake.store.projects("org-acme"))
    monkeypatch.setattr(tour, "STEPS", [Step(interrupted, ("create/name-suffices",))])

    ran = run(base_url, "--only", "create/name-suffices")

    assert (ran.code, ran.err.splitlines()[-1]) == (130, "assistants-contract: Interrupted.")
    assert "1 created, 1 deleted, nothing left" in ran.out
    assert len(fake.store.projects("org-acme")) == before


def interrupted(session: Session) -> None:
    session.create_assistant()
    raise KeyboardInterrupt


def test_a_guarded_call_is_our_error(
    run: Callable[..., Ran], base_url: str, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run changes only its own assistants: a step that would change another is stopped before it sends anything."""
    careless = Step(rename_the_bound, ("create/name-suffices",))
    monkeypatch.setattr(tour, "STEPS", [careless])

    ran = run(base_url, "--only", "create/name-suffices")

    assert ran.code == 2
    assert "GuardError" in ran.err
    assert [project.title for project in fake.store.projects("org-acme")] == ["Acme Support", "Acme Research"]


def rename_the_bound(session: Session) -> None:
    session.send(operations.modify(f"asst-{seed.KEYS[0].project}", {"name": "stolen"}))


@pytest.mark.any_python
def test_nothing_of_others_is_touched(run: Callable[..., Ran], base_url: str, fake: Fake) -> None:
    """Fifty assistants of others, some named as ours are, are after a run what they were before."""
    for number in range(50):
        fake.store.add("org-acme", f"contract-1 {number:04} assistant" if number % 2 else "A customer's", "Theirs.")
    before = list(fake.store.projects("org-acme"))

    ran = run(base_url, "--seed", "1", "--histories", "5")

    assert ran.code == 3  # a base URL alone does not declare everything
    assert list(fake.store.projects("org-acme")) == before


def test_a_violation_in_the_events_has_its_evidence(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """Level, verdict and reason, and the exchange that shows it."""
    fake.handlers["deleteAssistant"] = misspelt
    file = tmp_path / "events.ndjson"

    run(base_url, "--only", "delete/", "--events", str(file))
    record = events.load(file)

    gone = next(row for row in record.verdicts if row["id"] == "delete/answers-deleted")
    assert (gone["level"], gone["verdict"], bool(gone["reason"])) == ("must", "fail", True)
    assert record.exchanges[gone["evidence"][0]["exchanges"][-1]]["response"]["status"] == 200


def test_no_key_is_ever_written(run: Callable[..., Ran], fake: Fake, tmp_path: Path) -> None:
    """Not even where a careless server repeats it in what it answers."""

    @web.middleware
    async def telling(request: web.Request, handler: Any) -> web.StreamResponse:
        response = await handler(request)
        if request.method == "GET" and request.headers.get("Authorization"):
            return web.json_response({"told": request.headers["Authorization"]}, status=200)
        return response if isinstance(response, web.StreamResponse) else web.Response(status=500)

    fake.middlewares.append(telling)
    files = {name: tmp_path / name for name in ("events", "html", "junit", "markdown", "badge")}
    words = [word for name, path in files.items() for word in (f"--{name}", str(path))]

    with serve(fake) as base_url:
        ran = run(base_url, *QUICKLY, *words)
    everything = ran.out + ran.err + "".join(path.read_text() for path in files.values())

    assert ran.code == 1
    assert [key for key in KEYS.values() if key in everything] == []
    assert "$ASSISTANTS_API_KEY" in everything


def test_a_declared_limit_is_kept(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Tests that need hundreds of requests are left out, and the run says so; a 429 of the limit is never a verdict."""
    with serve(compose(rate_limit=100_000)) as base_url:
        target = tmp_path / "target.toml"
        target.write_text(f'base_url = "{base_url}"\nrate_limit = 90000\n')

        ran = run("--target", str(target), "--only", "modify/", "--only", "auth/")

    assert ran.code == 0
    assert "Kept within the declared 90000 requests a minute" in ran.out


def test_a_limit_that_was_not_declared_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first 429 tells that calls are dear: from then on the run is a thrifty one, and still no 429 is a verdict."""
    monkeypatch.setenv("ASSISTANTS_API_KEY", KEYS["ASSISTANTS_API_KEY"])
    clock, choice = own_fake.held_clock(), RunOptions(selection=Selection(("modify/", "list/")))

    with serve(compose(rate_limit=20, now=clock.now)) as base_url:
        limited = replace(target.from_environment(base_url), clock=clock)
        result = Run(limited, choice, choice.includes).judge()

    assert {verdict.verdict for verdict in result.verdicts} == {"pass"}
    assert "Kept within a limit that was not declared" in result.notes[0]
