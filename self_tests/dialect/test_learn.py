"""`learn` tells how a server speaks, in few requests, and says nothing that no exchange decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.cli.learn import Learning
from contract_tests.dialect import schema
from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import CHOICES, Learned
from contract_tests.dialect.rules import learn as learnt
from contract_tests.http import operations, own_fake
from contract_tests.http.messages import Exchange, Json, Request, Response, dump
from contract_tests.http.operations import CREATE
from contract_tests.http.target import ROLES, Target
from contract_tests.http.transport import Transport
from contract_tests.profiles import length_search, plan
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.result import Result
from fake_server.compose import compose
from fake_server.dialect.settings import defaults, parse_dialect
from fake_server.domain.assistants import Project
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.command_run import Ran
from self_tests.doubles import rehearsal
from self_tests.doubles.reading_dialects import dialect_for
from self_tests.doubles.readings import READINGS, Reading
from self_tests.doubles.second_server import serve as serve_second
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import refusing, serving

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python

# Where a reading's own words are not what can be seen of it: bounds beyond all that is tried, a cursor that none heeds.
ODD: dict[str, dict[str, Json]] = {
    "lenient": {"bodies.name_max": None, "bodies.instructions_max": None},
    "one_page": {"lists.unknown_cursor": "first-page"},
}
UNASKED = {
    "errors.deactivated_key",
    *(f"limiter.{name}" for name in ("per", "per_operation", "before_auth", "window", "block")),
}


# Wrong servers, and what their mistakes hide.
UNTOLD = {
    "a name is demanded by every modify": {"bodies.unknown_fields", "bodies.reasoning_effort", "bodies.empty_modify"},
    "instructions are demanded by every modify": {"bodies.unstorable", "bodies.unknown_fields", "bodies.name_max"},
    "ids begin with: asst_": {"ids.bare_accepted", "ids.echo_as_sent", "ids.shape"},
    "metadata counts the modifies": {"constants.metadata"},
    "temperature in the list is null": {"organization.temperature"},
    "after is ignored": {"lists.paging"},
    "the code is a number on 404 alone": {"errors.code"},
    "a body crashes that holds: a name of 256": {"bodies.name_max"},
    "has more is missing on the last page": {"lists.has_more"},
}


def spoken(name: str) -> dict[str, Json]:
    """Every setting that the answers of a reading show."""
    reading = READINGS[name]
    said = reading.messages.format("a valid key is needed")
    seen = {
        "bodies.largest": length_search.BODY[-1],
        "errors.missing_key": said,
        "errors.unknown_key": said,
        **ODD.get(name, {}),
    }
    unseen = {*UNASKED, "limiter.headers", "errors.body_too_large"}
    if not reading.bare_id_accepted:
        unseen.add("ids.echo_as_sent")
    return {
        each: value
        for each, value in {**defaults(), **dialect_for(reading), **seen, **ODD.get(name, {})}.items()
        if each not in unseen
    }


def asked(target: Target, ledger: Path, profile: str = plan.LEARN) -> tuple[dict[str, Learned], Result]:
    seen: list[Exchange] = []
    planned = plan.make(profile, target, lambda _: True)
    result = PlannedRun(target, planned, 1, lambda _: True, ledger, watch=seen.append).judge()
    return learnt(observations(seen)), result


def values(found: Mapping[str, Learned]) -> dict[str, Json]:
    return {name: each.value for name, each in found.items() if not each.doubt}


@contextmanager
def second(reading: Reading) -> Iterator[Target]:
    with serve_second(replace(reading, rate_limit=None)) as served:
        yield Target(served.base_url, {role: getattr(served, role) for role in ROLES}, rate_limit=0)


def seen(method: str, sent: Mapping[str, Json], shown: Mapping[str, Json]) -> Exchange:
    """A call about one assistant, and its answer."""
    path = operations.COLLECTION if method == "POST" else operations.path(shown["id"])
    body = dump({"object": "assistant", "created_at": 1, **shown})
    return Exchange(0, Request(method, path, body=dump(dict(sent)) if sent else None), Response(200, body=body))


def test_a_value_that_the_run_has_sent_is_not_the_organizations() -> None:
    """A server may keep what it should ignore: later reads show the value too."""
    created = seen("POST", {"name": "one", "model": "mine"}, {"id": "asst-1", "model": "mine"})
    read = seen("GET", {}, {"id": "asst-1", "model": "mine"})

    assert "organization.model" not in learnt(observations([created, read]))


def test_a_value_that_was_there_before_the_run_sent_it_is_learnt() -> None:
    """A value that an answer showed before any call sent it is the server's own."""
    read = seen("GET", {}, {"id": "asst-0", "model": "mine"})
    created = seen("POST", {"name": "one", "model": "mine"}, {"id": "asst-1", "model": "mine"})

    assert learnt(observations([read, created]))["organization.model"].value == "mine"


@pytest.mark.parametrize(("ids", "note"), [((1, 1), "one assistant alone showed it"), ((1, 2), "")])
def test_a_constant_of_one_assistant_says_so(ids: tuple[int, int], note: str) -> None:
    """One row cannot show that a value is the same on every assistant."""
    found = learnt(observations([seen("GET", {}, {"id": f"asst-{id}", "top_p": 1.0}) for id in ids]))

    assert (found["constants.top_p"].value, found["constants.top_p"].note) == (1.0, note)


def test_only_an_empty_text_shows_what_a_create_clears() -> None:
    """A create without instructions shows something else, and agrees or leaves a doubt."""
    absent = seen("POST", {"name": "one"}, {"id": "asst-1", "instructions": None})
    empty = seen("POST", {"name": "two", "instructions": ""}, {"id": "asst-2", "instructions": ""})
    alone, together, other = (
        learnt(observations(given))["answers.cleared_by_create"] for given in ([absent], [empty], [absent, empty])
    )

    assert (together.value, together.doubt) == ("", "")
    assert alone.doubt
    assert other.doubt


@pytest.mark.parametrize("order", ["newest", "oldest", "name"])
def test_the_order_of_the_list_is_learnt(order: str, tmp_path: Path) -> None:
    """Also among assistants of one second, which the run has created."""
    dialect = {} if order == "newest" else {"lists.order": order}
    with serve(compose(rate_limit=None, dialect=dialect)) as base_url:
        found, _ = asked(Target(base_url, {key.label: key.secret for key in seed.KEYS}, rate_limit=0), tmp_path)

    assert values(found)["lists.order"] == order


def test_a_refused_create_is_said_at_the_top(
    command: Callable[..., Ran], base_url: str, fake: Fake, tmp_path: Path
) -> None:
    """Creates with more fields follow, so that the rest of the dialect is learned."""
    refusing(fake, lambda body: "model" not in body, CREATE)
    ran = command("learn", base_url, "--ledger", str(tmp_path))

    assert ran.out.splitlines()[2].startswith("# A create was refused: POST /assistants")
    assert ran.err.startswith("A create was refused: POST /assistants")
    assert yaml.safe_load(ran.out).keys() >= {"bodies", "ids", "answers"}


@pytest.mark.parametrize("bound", [64, 65, 199, 200, 255, 256, 300, 1337, 4094, 4095, 4096, 9999])
@pytest.mark.parametrize("said", ["Too long.", "No more than {} characters.", "Of 4,096 characters, 256 at the most."])
def test_a_bound_is_found_in_few_tries(bound: int, said: str) -> None:
    """By what people commonly choose; what a refusal says is no more than a hint."""
    tried: dict[int, bool] = {}

    def refusal(length: int) -> str | None:
        tried[length] = length <= bound
        return None if tried[length] else said.format(bound)

    length_search.longest(refusal, length_search.NAME)
    refused = [length for length, taken in tried.items() if not taken]
    assert max(length for length, taken in tried.items() if taken) == min(bound, length_search.NAME[-1])
    assert min(refused, default=bound + 1) == bound + 1
    assert len(tried) <= 2 + 2 * length_search.HINTS + 5 + 2 + 11


def test_every_setting_of_a_dialect_has_a_rule() -> None:
    """But for what only a deactivated key and a used-up limit show; and no rule has a setting that is none."""
    assert set(schema.settings()) - set(CHOICES) == UNASKED
    assert set(CHOICES) <= set(schema.settings())


@pytest.mark.parametrize("name", READINGS)
def test_every_choice_of_a_legal_reading_is_learnt(name: str, tmp_path: Path) -> None:
    """In the planned number of requests; what the answers cannot show is left out."""
    with second(READINGS[name]) as target:
        found, result = asked(target, tmp_path)

    assert values(found) == spoken(name)
    assert result.requests <= (result.planned or 0)


def test_learning_leaves_no_trace(tmp_path: Path) -> None:
    """Beside 500 assistants of others, and with a limiter."""
    with rehearsal.production() as place:
        before = everybody(place)
        found, result = asked(place.target(), tmp_path)
        after = everybody(place)

    assert (after, result.left_behind) == (before, {})
    assert result.requests <= (result.planned or 0)
    assert len(values(found)) > 45


def everybody(place: rehearsal.Production) -> list[Project]:
    return [project for each in seed.ORGANIZATIONS for project in place.fake.store.projects(each.id)]


def test_learning_takes_three_minutes_at_twenty_a_minute(tmp_path: Path) -> None:
    """Two minutes of waiting, and nothing that is refused for being too early."""
    with own_fake.fake(20) as target:
        began = target.clock.now()
        found, _ = asked(target, tmp_path)
        took = target.clock.now() - began

    assert took < 180
    assert len(values(found)) > 45


@pytest.mark.parametrize("name", ["default", "per_ip", "fixed_window"])
def test_the_limiter_is_learned_by_reaching_its_limit(name: str, tmp_path: Path) -> None:
    """The caller that it counts by, and its kind of window, are found within two minutes."""
    clock = own_fake.held_clock()
    reading = replace(READINGS[name], rate_limit=20)
    with serve_second(reading, now=clock.now) as served:
        target = Target(served.base_url, {role: getattr(served, role) for role in ROLES}, rate_limit=20, clock=clock)
        found, result = probed(target, tmp_path)

    by_ip = reading.counted_per == "ip"
    assert {name: each.value for name, each in found.items() if name.startswith("limiter.")} == {
        **{"limiter.per": reading.counted_per, "limiter.per_operation": False, "limiter.before_auth": by_ip},
        **{"limiter.window": reading.window, "limiter.block": 0, "limiter.headers": False},
    }
    assert result.requests <= (result.planned or 0)


def probed(target: Target, ledger: Path) -> tuple[dict[str, Learned], Result]:
    learning = Learning(target, plan.make(plan.LEARN, target, lambda _: True, [plan.PROBE]), ledger)
    result = learning.planned_run.judge()
    return learning.found(), result


@pytest.mark.parametrize("name", UNTOLD)
def test_nothing_is_learnt_that_the_answers_do_not_say(name: str, tmp_path: Path) -> None:
    """A wrong server leaves open what its mistake hides; all else is learnt."""
    server = next(server for server in SERVERS if server.name == name)
    with serving(server.change) as given:
        found, result = asked(replace(given, bound_id=None, expendable_id=None), tmp_path)

    assert UNTOLD[name].isdisjoint(values(found))
    assert {"organization.model", "lists.first_and_last_id", "errors.wrong_method"} <= values(found).keys()
    assert result.left_behind == {}


def test_it_prints_a_dialect_and_nothing_else(command: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """As the fake reads it; what else is to be said goes to standard error, and no ledger is left of what is gone."""
    ran = command("learn", base_url, "--ledger", str(tmp_path))

    assert ran.code == 0
    assert parse_dialect(yaml.safe_load(ran.out)).keys() == {"errors.missing_key", "errors.unknown_key"}
    assert "settings" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_its_plan_sends_nothing(command: Callable[..., Ran], base_url: str, fake: Fake) -> None:
    """`learn --plan` sends nothing."""
    asked: list[Any] = []
    fake.log = lambda *each: asked.append(each)
    ran = command("learn", base_url, "--plan")

    assert (ran.code, ran.out, asked) == (0, "", [])


def test_a_run_that_is_over_says_the_same(command: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """Nothing is asked again, and nothing is said that asking does not say; most of it is known."""
    events = str(tmp_path / "run.ndjson")
    command("run", base_url, "--profile", "production", "--events", events)
    told, again = command("learn", "--from", events), command("learn", base_url, "--ledger", str(tmp_path))

    assert told.code == 0
    assert parse_dialect(yaml.safe_load(told.out)).items() <= parse_dialect(yaml.safe_load(again.out)).items()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "BASE_URL"),
        (("http://127.0.0.1:9/v1",), "127.0.0.1:9"),
        (("http://assistants.test/v1",), "--allow-http"),
        (("http://127.0.0.1:9/v1", "--probe-rate-limit"), "rate_limit"),
        (("--from", "nothing.ndjson"), "nothing.ndjson"),
    ],
)
def test_a_mistake_is_one_line(
    words: tuple[str, ...], said: str, command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And no dialect."""
    monkeypatch.chdir(tmp_path)
    ran = command("learn", *words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_an_interrupted_learn_prints_the_settings_so_far(
    command: Callable[..., Ran], base_url: str, fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ctrl-C in the midst of it: a dialect of what is known by then, and nothing is left behind."""
    send, sent = Transport.send, iter(range(1000))

    def interrupted(self: Transport, *request: Any) -> Response:
        if next(sent) == 20:
            raise KeyboardInterrupt
        return send(self, *request)

    monkeypatch.setattr(Transport, "send", interrupted)
    before = list(fake.store.projects(seed.ORGANIZATIONS[0].id))
    ran = command("learn", base_url, "--ledger", str(tmp_path))

    assert ran.code == 130
    assert yaml.safe_load(ran.out)["answers"]["create_status"] == 200
    assert list(fake.store.projects(seed.ORGANIZATIONS[0].id)) == before
