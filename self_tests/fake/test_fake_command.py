"""The command assistants-fake, as a user runs it."""

import json
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from fake_server import start
from fake_server.cli import main
from fake_server.control.client import ControlClient

COMMAND = [sys.executable, "-m", "fake_server"]
TEXT: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


def connected(said: dict[str, Any]) -> socket.socket:
    address = urlsplit(said["url"])
    return socket.create_connection((address.hostname, address.port))


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process and its first line of JSON."""
    with subprocess.Popen([*COMMAND, "--port", "0", "--json", *options], **TEXT) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Starts the command in this process, and returns the one line of its error."""

    def start(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["assistants-fake", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, "")
        assert said.err.startswith("assistants-fake: ")
        assert said.err.count("\n") == 1
        return said.err

    return start


def call(said: dict[str, Any], verb: str, path: str, **body: object) -> httpx2.Response:
    headers = {"Authorization": "Bearer sk-fake-primary"}
    return httpx2.request(verb, said["url"] + path, headers=headers, json=body, trust_env=False, verify=False)


def test_says_where_it_listens_and_ends_on_sigterm() -> None:
    """The start prints one line of JSON; SIGTERM ends the fake with 0 at once, also with an idle connection."""
    with running() as (process, said):
        status = call(said, "GET", f"/assistants/{said['bound_id']}").status_code
        with connected(said) as idle:
            idle.sendall(b"GET /v1/assistants HTTP/1.1\r\nHost: x\r\n\r\n")
            idle.recv(1)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=10)
            took = time.monotonic() - begun

    assert said == {
        "url": said["url"],
        "control": said["url"].removesuffix("v1") + "_fake/",
        "keys": {"primary": "sk-fake-primary", "sibling": "sk-fake-sibling", "foreign": "sk-fake-foreign"},
        "bound_id": "asst-acme-support",
        "expendable_id": "asst-acme-research",
    }
    assert (status, process.returncode, out) == (200, 0, "")
    assert len(err.splitlines()) == 2
    assert took < 2


def test_speaks_a_dialect() -> None:
    """--dialect accepts the name of a shipped dialect."""
    with running("--dialect", "ragen") as (_, said):
        made = call(said, "POST", "/assistants", name="a")

    assert made.status_code == 201


@pytest.mark.parametrize(
    ("text", "said"), [("errors: {colour: red}\n", "d.yaml:1: "), ("", "one of openai, ragen"), ("\0", "d.yaml is")]
)
def test_an_unknown_dialect_is_refused(tmp_path: Path, failing: Callable[..., str], text: str, said: str) -> None:
    """The error names the file and line, or the known dialects."""
    file = tmp_path / "d.yaml"
    if text:
        file.write_text(text)

    assert said in failing("--dialect", str(file))


def test_ends_on_sigint_with_a_call_that_hangs() -> None:
    """An incomplete body does not delay the end."""
    with running() as (process, said), connected(said) as hanging:
        key = b"Authorization: Bearer sk-fake-primary\r\n"
        hanging.sendall(b"POST /v1/assistants HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n" + key + b"\r\n")
        call(said, "GET", "/assistants")
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)

    assert process.returncode == 0
    assert time.monotonic() - begun < 3


def test_keeps_its_data_across_a_restart(tmp_path: Path) -> None:
    """Created assistants are there again, and deleted ones of the seed are not."""
    file = str(tmp_path / "data.json")
    with running("--data", file) as (process, said):
        made = call(said, "POST", "/assistants", name="kept").json()
        call(said, "DELETE", f"/assistants/{said['expendable_id']}")
        process.terminate()
        process.wait(timeout=10)

    with running("--data", file) as (_, said):
        page = call(said, "GET", "/assistants").json()

    assert [each["id"] for each in page["data"]] == [made["id"], said["bound_id"]]
    assert page["data"][0] == made


def test_logs_a_line_a_request() -> None:
    """A line has time, method, path, status, milliseconds and the label of the key, but no key and no query."""
    with running() as (process, said):
        call(said, "GET", f"/assistants/{said['bound_id']}?key=sk-fake-primary")
        httpx2.get(said["url"] + "/nowhere", trust_env=False, verify=False)
        process.terminate()
        _, err = process.communicate(timeout=10)

    first, second = err.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /v1/assistants/asst-acme-support 200 \d+\.\d ms primary", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /v1/nowhere 404 \d+\.\d ms -", second)


def test_logs_json() -> None:
    """With --log json each line is an object with the same facts."""
    with running("--log", "json") as (process, said):
        call(said, "GET", "/assistants?key=sk-fake-primary")
        process.terminate()
        _, err = process.communicate(timeout=10)

    line = json.loads(err)
    assert abs(line.pop("at") - time.time()) < 20
    assert line.pop("ms") >= 0
    assert line == {"method": "GET", "path": "/v1/assistants", "status": 200, "key": "primary"}


def test_the_same_seed_says_the_same() -> None:
    """--seed 7 gives the same ids, times and request ids at every start and after a reset; --seed 8 gives others."""

    def history(said: dict[str, Any]) -> list[tuple[str, str]]:
        answers = [
            call(said, "POST", "/assistants", name="a"),
            call(said, "GET", "/assistants"),
            call(said, "GET", "/"),
        ]
        return [(answer.headers["x-request-id"], answer.text) for answer in answers]

    with running("--seed", "7") as (_, said):
        first = history(said)
        ControlClient(said["control"]).reset()
        again = history(said)
    with running("--seed", "7") as (_, said):
        # The calls of another organization change nothing.
        ControlClient(said["control"]).organization()
        later = history(said)
    with running("--seed", "8") as (_, said):
        other = history(said)

    assert first == again == later
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_begins_with_a_seed_file(tmp_path: Path) -> None:
    """The fake has the organizations and keys of the file; equal labels are printed with their organization."""
    file = tmp_path / "seed.yaml"
    file.write_text(SEED)
    with running("--seed-file", str(file)) as (_, said):
        url, secret = said["url"], said["keys"]["primary"]
        found = httpx2.get(f"{url}/assistants", headers={"Authorization": f"Bearer {secret}"}, trust_env=False).json()

    assert said["keys"] == {
        "primary": "sk-mine",
        "org-two/primary": "sk-fake-two-primary",
        "sibling": "sk-fake-two-sibling",
    }
    assert said["bound_id"] == "asst-mine"
    assert [(each["name"], each["model"]) for each in found["data"]] == [("Mine", "large")]


SEED = """
organizations:
  - id: org-one
    model: large
    keys: [{label: primary, secret: sk-mine, assistant: asst-mine}]
    assistants: [{id: asst-mine, name: Mine}]
  - id: org-two
"""


def test_only_these_origins_may_call() -> None:
    """--cors echoes each given origin, also on preflights and refusals, and no other origin."""
    ours, theirs = "http://localhost:3000", "http://evil.example"
    asked = {"Access-Control-Request-Method": "GET"}
    with running("--cors", ours, "--cors", "https://app.example") as (_, said):
        answers = [
            httpx2.request(verb, said["url"] + "/assistants", headers={"Origin": origin, **asked}, trust_env=False)
            for origin in (ours, theirs)
            for verb in ("GET", "OPTIONS")
        ]

    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert (allowed, {answer.headers["vary"] for answer in answers}) == ([ours, ours, None, None], {"Origin"})


@pytest.mark.parametrize(("options", "status"), [(("--control-token", "secret"), 401), (("--no-control",), 404)])
def test_the_control_side_is_closed_or_left_out(options: tuple[str, ...], status: int) -> None:
    """--control-token is required from everybody, and --no-control removes the Control API."""
    with running(*options) as (_, said):
        url = said["url"].removesuffix("v1") + "_fake/clock"

        assert httpx2.get(url, trust_env=False, verify=False).status_code == status
        assert (said["control"] is None) == ("--no-control" in options)


def test_logs_nothing_when_quiet() -> None:
    """--quiet leaves stderr empty."""
    with running("--quiet") as (process, said):
        call(said, "GET", "/assistants")
        process.terminate()
        _, err = process.communicate(timeout=10)

    assert err == ""


def test_an_empty_token_in_the_environment_is_refused(
    failing: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compose file may name a variable that is not set. Then nobody would be asked for a token."""
    monkeypatch.setenv("ASSISTANTS_FAKE_TOKEN", "")

    assert "ASSISTANTS_FAKE_TOKEN" in failing("--port", "0")


def test_listens_on_two_addresses() -> None:
    """--host can be given twice; its URL is one that a client can use."""
    with running("--host", "0.0.0.0", "--host", "127.0.0.1", "--control-token", "secret") as (_, said):
        assert said["url"].startswith("http://127.0.0.1:")
        assert call(said, "GET", "/assistants").status_code == 200


@pytest.mark.parametrize(
    ("options", "warned"),
    [(("--host", "0.0.0.0"), True), (("--host", "0.0.0.0", "--no-control"), False), (("--host", "127.0.0.1"), False)],
)
def test_an_open_control_side_is_warned_of(options: tuple[str, ...], warned: bool) -> None:
    """If other machines can reach the fake, the warning names --control-token, unless there is nothing to protect."""
    with running(*options) as (process, _):
        process.terminate()
        _, err = process.communicate(timeout=10)

    assert ("--control-token" in err) == warned


def test_a_data_file_counts_more_than_a_seed_file(tmp_path: Path) -> None:
    """With a data file that has data, the warning says that the seed file is for a reset alone."""
    data, seed_file = tmp_path / "data.json", tmp_path / "seed.yaml"
    seed_file.write_text(SEED)
    with running("--data", str(data)) as (process, _):
        process.terminate()
        process.wait(timeout=10)
    with running("--data", str(data), "--seed-file", str(seed_file)) as (process, said):
        ControlClient(said["control"]).reset()
        restored = ControlClient(said["control"]).ask("GET", "organizations")["data"]
        process.terminate()
        _, err = process.communicate(timeout=10)

    assert "primary" in said["keys"]
    assert [each["id"] for each in restored] == ["org-one", "org-two"]
    assert "data.json has data already" in err


def test_a_second_fake_on_a_file_is_one_line(failing: Callable[..., str], tmp_path: Path) -> None:
    """The second start is refused, and the first fake works on."""
    file = str(tmp_path / "data.json")
    with running("--data", file) as (_, said):
        assert "Another fake is using" in failing("--data", file, "--port", "0")
        assert call(said, "POST", "/assistants", name="a").status_code == 200


@pytest.mark.parametrize("durable", [(), ("--durable",)], ids=["", "durable"])
def test_goes_on_reading_when_the_disk_is_full(tmp_path: Path, durable: tuple[str, ...]) -> None:
    """A write is refused in the envelope and changes nothing; with room again it succeeds."""
    with running("--data", str(tmp_path / "data.json"), *durable) as (process, said):
        path = f"/assistants/{said['bound_id']}"
        before = call(said, "GET", path).json()
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
        full = call(said, "POST", path, name="changed")
        then = call(said, "GET", path).json()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        again = call(said, "POST", path, name="changed")

    assert (full.status_code, full.json()["error"]["type"]) == (507, "api_error")
    assert then == before
    assert again.json() == before | {"name": "changed"}


def test_the_option_sets_the_limit() -> None:
    """--rate-limit 1 lets one call pass."""
    with running("--rate-limit", "1") as (_, said):
        statuses = [call(said, "GET", "/assistants").status_code for _ in range(2)]

    assert statuses == [200, 429]


@pytest.mark.parametrize("none", ["off", "0"])
def test_limits_nothing_when_off(none: str) -> None:
    """--rate-limit off lets the 21st call pass too; 0 means the same, as in a target file."""
    with running("--rate-limit", none) as (_, said):
        statuses = {call(said, "GET", "/assistants").status_code for _ in range(21)}

    assert statuses == {200}


@pytest.fixture
def greeting() -> list[str]:
    """The paragraphs that the command prints for people, and the command to try."""
    with subprocess.Popen([*COMMAND, "--port", "0"], **TEXT) as process:
        assert process.stdout is not None
        paragraphs = ["".join(iter(process.stdout.readline, "\n")) for _ in range(3)]
        paragraphs.append(process.stdout.readline())
        process.terminate()
    return paragraphs


def test_greets_people(greeting: list[str]) -> None:
    """Without --json the command prints its URL, the limit and the dialect."""
    assert "http://127.0.0.1:" in greeting[0]
    assert "Limit: 20 requests a minute per key; --rate-limit off" in greeting[0]
    assert "Dialect: openai." in greeting[0]


def test_the_greeting_leads_on(greeting: list[str]) -> None:
    """The greeting has the URL of the page, each key, and a command to try."""
    _, page, keys, curl = greeting

    assert "/_fake/" in page
    assert [line.split()[0] for line in keys.splitlines()] == ["sk-fake-primary", "sk-fake-sibling", "sk-fake-foreign"]
    assert curl.startswith("Try: curl http://127.0.0.1:")


def test_an_output_that_cannot_be_written_is_one_line() -> None:
    """A full disk under stdout is one line on stderr and exit 2."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "--port", "0"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20, check=False
        )

    assert done.returncode == 2
    assert done.stderr.startswith("assistants-fake: The output cannot be written: ")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_before_the_fake_serves_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C during the start ends the command with 130, as a shell expects, and prints nothing."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["assistants-fake"])
    monkeypatch.setattr(start, "log_warnings", interrupt)
    with pytest.raises(SystemExit) as ended:
        main()

    assert (ended.value.code, capsys.readouterr().err.strip()) == (130, "")


def test_version() -> None:
    """--version prints the name of the command and exits with 0."""
    done = subprocess.run([*COMMAND, "--version"], **TEXT, timeout=10)

    assert done.returncode == 0
    assert done.stdout.startswith("assistants-fake, version ")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(option: str) -> None:
    """--help and -h print the options on stdout and exit with 0."""
    done = subprocess.run([*COMMAND, option], **TEXT, timeout=10)

    assert (done.returncode, done.stderr) == (0, "")
    assert "--dialect" in done.stdout


@pytest.mark.parametrize("words", [("--help",), ("--port", "x"), ("--durable",)], ids=" ".join)
def test_help_and_usage_errors_need_no_server(words: tuple[str, ...]) -> None:
    """Help and usage errors import no aiohttp, TinyDB or handlers, so that they are fast."""
    code = (
        "import contextlib, sys; from fake_server.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "print(sorted({'aiohttp', 'tinydb', 'fake_server.http', 'fake_server.start'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], **TEXT, timeout=10)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_busy_port_is_one_line(failing: Callable[..., str]) -> None:
    """A busy port gives exit 2 and a line with the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert port in failing("--port", port)


BAD = {
    "host": ("--host", "256.256.256.256", "--port", "0"),
    "no host": ("--host", ""),
    "host too long": ("--host", "a" * 64 + ".invalid", "--port", "0"),
    "port": ("--port", "65536"),
    "rate": ("--rate-limit", "-1"),
    "an empty token": ("--control-token", ""),
    "credentials without origins": ("--cors-credentials",),
    "a key without its certificate": ("--tls-key", "key.pem"),
    "a certificate that is not there": ("--tls-cert", "nowhere.pem", "--port", "0"),
    "a host with a port": ("--allow-host", "fake:8080"),
    "one host of two": ("--host", "127.0.0.1", "--host", ""),
    "rate in words": ("--rate-limit", "ten"),
    "unknown option": ("--nothing",),
    "argument": ("nothing",),
    "durable without data": ("--durable",),
    "seed with data": ("--seed", "1", "--data", "data.json"),
    "seed in words": ("--seed", "one"),
    "origin with a path": ("--cors", "http://localhost:3000/app"),
    "origin without a scheme": ("--cors", "localhost:3000"),
    "seed file that is not there": ("--seed-file", "nowhere.yaml"),
    "folder as data": ("--data", str(Path(__file__).parent)),
    "root folder as data": ("--data", "/"),
}


@pytest.mark.parametrize("options", BAD.values(), ids=BAD.keys())
def test_a_bad_option_is_one_line(failing: Callable[..., str], options: tuple[str, ...]) -> None:
    """A wrong option gives exit 2, nothing on stdout, and one line on stderr."""
    assert len(failing(*options)) < 300


def test_a_foreign_data_file_is_one_line_and_untouched(failing: Callable[..., str], tmp_path: Path) -> None:
    """The line names the file."""
    file = tmp_path / "notes.txt"
    file.write_text("my notes")

    assert str(file) in failing("--data", str(file))
    assert file.read_text() == "my notes"
