"""`compare` finds what a client can tell two servers by, and nothing else; what is learnt of one speaks like it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from contract_tests.cli.compare import LiveSide
from contract_tests.dialect.differences import Comparison, Side, compare
from contract_tests.dialect.document import render
from contract_tests.dialect.rules import CHOICES
from contract_tests.dialect.sentences import of_setting
from contract_tests.http.messages import Json
from contract_tests.http.operations import CREATE
from contract_tests.http.target import Target
from contract_tests.profiles.names import COMPARE
from contract_tests.reports.progress import ProgressBar
from fake_server.compose import compose
from fake_server.dialect.settings import Dialect, parse_dialect
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.cases import sampled
from self_tests.command_run import KEYS, Ran
from self_tests.dialect.test_learn import asked, second
from self_tests.doubles.readings import READINGS
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import refusing, serving

# Rules compare other answers here, by the same code as in test_learn.py.
pytestmark = pytest.mark.any_python

# A value of each setting that no fake has by default. Wording is no difference, and nothing here is out of budget.
CHANGED: dict[str, Json] = {
    "constants.description": "A project.",
    "constants.metadata": {"kind": "project"},
    "constants.tool_resources": None,
    "constants.top_p": 0.9,
    "constants.response_format": {"type": "text"},
    "organization.model": "house-model",
    "organization.temperature": None,
    "answers.create_status": 201,
    "answers.modify_status": 201,
    "answers.cleared_by_create": "",
    "answers.cleared_by_modify": "",
    "answers.extra_fields": {"archived": False},
    "answers.extra_headers": {"x-served-by": "another"},
    "answers.sorted_keys": True,
    "answers.request_id": False,
    "ids.shape": "uuid",
    "ids.bare_accepted": True,
    "bodies.absurd_values": "ignore",
    "bodies.absurd_contents": "ignore",
    "bodies.unknown_fields": "refuse",
    "bodies.reasoning_effort": False,
    "bodies.name_min": 0,
    "bodies.name_max": 300,
    "bodies.instructions_max": None,
    "bodies.description_max": 600,
    "bodies.metadata": "any",
    "bodies.unstorable": "refuse",
    "bodies.null_name": "keep",
    "bodies.null_instructions": "keep",
    "bodies.empty_modify": "accept",
    "bodies.largest": 100_000,
    "lists.has_more": False,
    "lists.first_and_last_id": False,
    "lists.paging": "no-before",
    "lists.order": "oldest",
    "lists.unknown_cursor": "empty",
    "lists.unknown_query": "refuse",
    "errors.types": "openai",
    "errors.code": "numeric",
    "errors.param": "absent",
    "errors.foreign_status": 403,
    "errors.unknown_url": "framework",
    "errors.wrong_method": 404,
    "errors.wrong_method_shape": "framework",
    "errors.bad_json": "framework",
    "errors.body_too_large": 400,
    "browser.allow_headers": ["content-type"],
}
# A server that ignores absurd values ignores these as well.
IMPLIED = {
    "bodies.absurd_values": {"bodies.absurd_contents", "bodies.metadata", "bodies.description_max"},
    # The create with every ignored field sends an identity too, which is an unknown field.
    "bodies.unknown_fields": {"ignored/model-accepted"},
}
# Settings that one fake has together, to spare runs: each of another group, so none hides another.
TOGETHER = [list(CHANGED)[first::16] for first in range(16)]
# Those of the wrong servers of self_tests/wrong that are wrong in what a dialect can say.
SPEAKABLE = (
    "has more is missing",
    "first and last id are: missing",
    "before is ignored",
    "the code is the status",
    "an error is without: param",
    "an error is without: code",
    "a field that no answer shows is refused: reasoning-effort",
    "a preflight allows: what the service itself allows",
)


def side(target: Target, ledgers: Path) -> Side:
    one = LiveSide(target, COMPARE, ledgers, ProgressBar())
    one.run.judge()
    return one.side()


def verdicts(side: Side) -> dict[str, str]:
    return {requirement: verdict for requirement, (verdict, _) in side.evidence.items()}


def concerns(found: Comparison) -> list[str]:
    return [each.concern for each in found.differences]


@contextmanager
def speaking(dialect: Dialect) -> Iterator[Target]:
    with serving_as(compose(rate_limit=None, dialect=dialect)) as target:
        yield target


@contextmanager
def serving_as(fake: Fake) -> Iterator[Target]:
    with serve(fake) as base_url:
        yield Target(base_url, {key.label: key.secret for key in seed.KEYS}, rate_limit=0)


def learnt_again(target: Target, ledgers: Path) -> Side:
    """The fake that speaks as what was learnt of the target says."""
    found, _ = asked(target, ledgers)
    with speaking(parse_dialect(yaml.safe_load(render(found, target.base_url, ".")))) as fake:
        return side(fake, ledgers)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """The fake as it speaks unless it is told otherwise."""
    with speaking({}) as target:
        return side(target, tmp_path_factory.mktemp("ledgers"))


def test_a_server_is_like_itself(plain: Side, tmp_path: Path) -> None:
    """A server has no difference to itself."""
    with speaking({}) as target:
        found = compare(plain, side(target, tmp_path))

    assert (found.differences, found.alone) == ([], 0)


@pytest.mark.parametrize("settings", TOGETHER, ids=" ".join)
def test_choices_that_were_changed_are_found_and_nothing_else(settings: list[str], plain: Side, tmp_path: Path) -> None:
    """Every changed setting is a difference, and so is what the setting implies; no other setting is one."""
    with speaking({setting: CHANGED[setting] for setting in settings}) as target:
        found = compare(plain, side(target, tmp_path))

    assert set(concerns(found)) == set(settings).union(*(IMPLIED.get(setting, ()) for setting in settings))


def test_each_setting_has_a_sentence() -> None:
    """The sentence has both values."""
    assert all(" 1 / 2" in of_setting(setting, "1", "2") for setting in CHOICES)


def test_a_create_that_one_server_refuses_is_one_difference(plain: Side, tmp_path: Path) -> None:
    """The sentence names the fields; what follows the create is compared all the same."""
    fake = compose(rate_limit=None)
    refusing(fake, lambda body: "model" not in body, CREATE)
    with serving_as(fake) as target:
        found = compare(plain, side(target, tmp_path))

    assert [each.sentence for each in found.differences] == ['A create of {"name"} answers 200 / 400.']
    assert found.together > 100


@pytest.mark.parametrize(("status", "kind"), [(404, "application/json"), (405, "text/html"), (204, "text/plain")])
def test_a_preflight_is_a_difference_for_browsers(status: int, kind: str, plain: Side, tmp_path: Path) -> None:
    """No other requirement and no other setting gets it."""
    fake = compose(rate_limit=None)

    @web.middleware
    async def answer(request: web.Request, handler: Any) -> web.StreamResponse:
        return web.Response(status=status, content_type=kind) if request.method == "OPTIONS" else await handler(request)

    fake.middlewares.append(answer)
    with serving_as(fake) as target:
        found = compare(plain, side(target, tmp_path))

    assert set(concerns(found)) <= {"browser/preflight", "browser.allow_headers"}
    assert found.differences


@pytest.mark.parametrize("name", sampled(READINGS, 4))
def test_a_fake_with_the_learned_dialect_equals_the_server(name: str, tmp_path: Path) -> None:
    """No difference in any call, and the same verdict on each requirement."""
    with second(READINGS[name]) as target:
        real, fake = side(target, tmp_path), learnt_again(target, tmp_path)

    assert compare(real, fake).differences == []
    assert verdicts(real) == verdicts(fake)


@pytest.mark.parametrize("name", sampled(SPEAKABLE, 3))
def test_a_wrong_server_that_a_dialect_can_describe_is_learned_too(name: str, tmp_path: Path) -> None:
    """The fake with this dialect violates the requirements that the server violates."""
    server = next(server for server in SERVERS if server.name == name)
    with serving(server.change) as given:
        target = replace(given, bound_id=None, expendable_id=None)
        real, fake = side(target, tmp_path), learnt_again(target, tmp_path)

    assert compare(real, fake).differences == []
    assert verdicts(real) == verdicts(fake)
    assert verdicts(fake)[server.meant] in ("fail", "warn")


@pytest.fixture
def other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, key in KEYS.items():
        monkeypatch.setenv(variable.replace("ASSISTANTS_", "ASSISTANTS_B_"), key)


@pytest.mark.usefixtures("other_keys")
def test_the_same_server_twice_is_exit_0(command: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """Two equal servers give exit 0 and no message."""
    ran = command("compare", base_url, base_url, "--ledger", str(tmp_path))

    assert (ran.code, ran.err) == (0, "")


@pytest.mark.usefixtures("other_keys")
def test_a_difference_is_exit_1_and_in_every_report(
    command: Callable[..., Ran], base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the narrowest terminal, as JSON and as a page; what comes from a server is escaped there."""
    monkeypatch.setenv("COLUMNS", "40")
    page, told = tmp_path / "page.html", tmp_path / "told.json"
    with speaking({"answers.create_status": 201, "organization.model": "<b>house</b>"}) as other:
        words = ("--ledger", str(tmp_path), "--html", str(page), "--json", str(told))
        ran = command("compare", base_url, other.base_url, *words)
    rows = {row["concern"]: (row["one"], row["other"]) for row in json.loads(told.read_text())["differences"]}

    assert ran.code == 1
    assert rows == {"answers.create_status": ("200", "201"), "organization.model": ("ragen", "<b>house</b>")}
    assert "A create answers 200 / 201." in ran.out.splitlines()
    assert "The organization's model is ragen / <b>house</b>." in ran.out.splitlines()
    assert "<b>house</b>" not in page.read_text()


def test_a_server_is_held_to_the_events_of_a_run(command: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """A server equals its own events, and another server differs from them by its choices and its answers."""
    events, ledgers = str(tmp_path / "run.ndjson"), ("--ledger", str(tmp_path))
    command("run", base_url, "--profile", "production", "--events", events)
    with speaking({"lists.has_more": False}) as other:
        codes = [command("compare", url, events, *ledgers).code for url in (base_url, other.base_url)]

    assert codes == [0, 1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1"), "ASSISTANTS_B_API_KEY"),
        (("http://127.0.0.1:9/v1", "nothing.ndjson"), "nothing.ndjson"),
        (("http://assistants.test/v1", "http://127.0.0.1:9/v1"), "--allow-http"),
        (("nothing.toml", "http://127.0.0.1:9/v1"), "nothing.toml"),
        (("http://127.0.0.1:9/v1",), "B"),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], said: str, command: Callable[..., Ran]) -> None:
    """A mistake of the user is one line and exit 2."""
    ran = command("compare", *words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_events_of_a_run_without_a_profile_are_refused(
    command: Callable[..., Ran], base_url: str, tmp_path: Path
) -> None:
    """Such a run has calls of every generator, and another server does not get these calls."""
    events = str(tmp_path / "run.ndjson")
    command("run", base_url, "--only", "list/envelope", "--events", events)
    ran = command("compare", base_url, events)

    assert (ran.code, ran.out) == (2, "")
    assert "--profile" in ran.err
