"""A printed command, run by a shell, makes the same call as the suite."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from contract_tests.http import editions, operations
from contract_tests.http.client import Client
from contract_tests.http.credentials import INVALID
from contract_tests.http.messages import Exchange, Json, Request, parse
from contract_tests.http.target import Target
from contract_tests.reports import events, reproduce
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Fake
from fake_server.storage import seed
from self_tests.command_run import Ran
from self_tests.reports.test_reports import kept
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import WrongServer, serving

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here to run")
pytestmark = [needs_curl, pytest.mark.any_python]  # a shell runs the scripts

KEYS = {key.label: key.secret for key in seed.KEYS}
TOUR = RunOptions(generators=frozenset({"tour"}))
ODD_TEXTS = [
    'it\'s "quoted"',
    "$HOME `id` $(id) !! \\n \\",
    "line\nbreak\ttab\r",
    "Grüße 🤖 \u2028",
    "@file",
    "%s %d 100%",
    "-X",
    "!history !! $(date) ${HOME} 'a' \"b\" \\' \\\\ \x01\x1b[31m",
    "NUL as an escape \0 and one \\u0000 that is none",
    "👩‍👩‍👧‍👦 e\u0301 \ufeff \u202e",
    "'" * 700,
]
REQUESTS = [
    *(operations.create({"name": text, "instructions": text}) for text in ODD_TEXTS),
    *(operations.list_(role) for role in ("primary", "sibling", "foreign", *INVALID)),
    operations.raw("POST", "/assistants", b'{"name": "\xff"}'),
    operations.raw("POST", "/assistants", b"@" + b"x" * 20),
    operations.raw("POST", "/assistants", b'{"name": "nul \\u0000"}\x00'),
    operations.raw("POST", "/assistants", b'{"name": "long", "instructions": "' + b"x" * 100_000 + b'"}'),
    operations.raw("POST", "/assistants", b'{"name": "\r\n\t raw"}'),
    operations.create({"name": "varied", "instructions": "".join(map(str, range(15_000)))}),
    operations.raw("POST", "/assistants", b""),
    operations.raw("GET", "/assistants/..%2f..%2fx"),
    operations.raw("GET", "/assistants?limit=1&limit='2'"),
    Request("OPTIONS", "/assistants", "nobody", headers=(("origin", "https://app.example"),)),
]


@pytest.fixture
def target(base_url: str) -> Target:
    return Target(base_url, KEYS)


SHELLS = [name for name in ("sh", "bash", "zsh") if shutil.which(name)]


def shell(commands: str, name: str = "sh") -> str:
    """The output of a shell that has the keys in its environment."""
    environment = {**os.environ, **{Target("", {}).variables[role]: key for role, key in KEYS.items()}}
    done = subprocess.run(
        [name, "-c", commands], env=environment, capture_output=True, timeout=20, start_new_session=True
    )
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "replace")


def statuses(printed: str) -> list[int]:
    """Of the answers that commands have printed, in their order."""
    return [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3}) ", printed)]


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_a_printed_command_gives_the_same_answer(target: Target, request_: Request, name: str) -> None:
    """The status, the texts and the error are equal for any bytes, and the command has a variable for the key."""
    response = Client(target).send(request_).response
    command = reproduce.command(request_, target)

    printed = shell(command, name)

    assert statuses(printed) == [response.status]
    assert told(parse(printed.partition("\r\n\r\n")[2].encode())) == told(response.json)
    assert [key for key in KEYS.values() if key in command] == []


def told(answer: Json) -> list[Json]:
    """The fields of an answer that are the same each time."""
    answer = answer if isinstance(answer, dict) else {}
    return [answer.get(name) for name in ("name", "instructions", "error", "data")]


@pytest.fixture
def sequence(target: Target) -> list[Exchange]:
    """Two creates, what is done to the first, and a third create."""
    client = Client(target)
    created = client.send(operations.create({"name": "of a script"}))
    id = created.response.json["id"]
    return [
        created,
        client.send(operations.create({"name": "of the foreigner"}, "foreign")),
        client.send(operations.modify(id, {"name": 'it\'s "renamed" for $5'})),
        client.send(operations.list_(limit=1, after=id)),
        client.send(operations.create({"name": "the last"}, "sibling")),
    ]


def test_a_sequence_hands_on_the_id(target: Target, sequence: list[Exchange]) -> None:
    """A script makes its own assistant, and names it by what its create answered."""
    id = sequence[0].response.json["id"]

    printed = shell(reproduce.script(sequence[:3], target))

    assert 'it\'s \\"renamed\\" for $5' in printed
    assert id not in printed


def test_calls_of_a_group_are_made_at_the_same_time(fake: Fake, target: Target) -> None:
    """The script waits for all of them, prints the last answer, and deletes their assistants."""
    names = ("one of a group", "another of the group")
    group = Client(target).send_parallel([operations.create({"name": name}, group=1) for name in names])
    before, script = everybody(fake), reproduce.script(group, target)
    printed = shell(script)

    assert (script.count(" &\n"), script.count("\nwait\n")) == (2, 1)
    assert (statuses(printed), "another of the group" in printed) == ([200], True)
    assert everybody(fake) == before


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("length", [1, 2, 4, 5])
def test_a_script_leaves_nothing_behind(
    fake: Fake, target: Target, sequence: list[Exchange], length: int, times: int
) -> None:
    """The script deletes every assistant that it created, also the last one, which it shows."""
    before = everybody(fake)
    printed = shell(reproduce.script(sequence[-length:] if length < 5 else sequence, target, times))

    assert statuses(printed).count(200) >= times
    assert everybody(fake) == before


def test_creates_that_answered_the_same_id_are_all_removed(fake: Fake, target: Target) -> None:
    """On a server that is wrong about ids, or on another that is not."""
    created = Client(target).send(operations.create({"name": "one of two"}))
    before = everybody(fake)
    shell(reproduce.script([created, replace(created, number=2)], target))

    assert everybody(fake) == before


def everybody(fake: Fake) -> set[str]:
    return {row["id"] for row in fake.store.table("projects")}


def test_an_interrupted_script_deletes_its_assistants(fake: Fake, target: Target, sequence: list[Exchange]) -> None:
    """As by Ctrl-C in the midst of it, which reaches all of the shell's processes."""
    before = everybody(fake)
    shell(reproduce.script(sequence, target).replace("answer=", "kill -INT 0; sleep 5; answer="))

    assert everybody(fake) == before


def test_a_base_url_of_any_kind_is_quoted(target: Target) -> None:
    """A shell sees one word."""
    odd = replace(target, base_url=target.base_url + "/it's$HOME")

    assert "HTTP/1.1 404" in shell(reproduce.command(operations.list_(), odd))


def test_a_reproducer_shows_the_breach_and_leaves_nothing_behind(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """Of a server that does not clear instructions: the last answer has them still."""
    fake.handlers |= {"modifyAssistant": kept, "patchAssistant": kept}
    run(base_url, "--only", "modify/empty-instructions-clear", "--events", str(tmp_path / "events"))
    shown = events.load(tmp_path / "events").verdicts[0]["evidence"][0]["curl"]
    before = everybody(fake)
    *_, last = shell(shown).split("\r\n\r\n")

    assert parse(last.encode())["instructions"]
    assert everybody(fake) == before


# The same servers whatever servers are added. Parallel calls of a shell come in another order each time.
SAMPLE = [each for each in SERVERS if crc32(each.name.encode()) % 23 == 5 and each.area != "parallel"]


@pytest.mark.parametrize("server", SAMPLE, ids=lambda server: server.name)
def test_the_script_of_a_violation_shows_the_violation(server: WrongServer) -> None:
    """A shell that runs the script of a wrong server gets the status of the report, or the report has a doubt."""
    with editions.use(server.edition), serving(server.change, server.limited) as target:
        run = Run(target, TOUR, lambda id: id == server.meant or id.startswith(f"{server.area}/"))
        verdicts = {each.requirement.id: each for each in run.judge().verdicts}
        violation = verdicts[server.meant].violations[0]
        printed = shell(reproduce.reproducer(violation, target))

    shown = statuses(printed)[-1:] == [violation.exchanges[-1].response.status]
    assert shown or violation.confirmed is False
