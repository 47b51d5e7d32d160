"""A server that is starting, and a server that is not there: each reason has its own line."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from contract_tests.http.client import Client, GoneError
from contract_tests.http.operations import list_
from contract_tests.http.route import AUTHORITIES
from contract_tests.http.target import Clock, Target
from fake_server.compose import compose
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran
from self_tests.doubles.socket_server import EMPTY, answering, says

KEY = {"primary": "sk-fake-primary"}
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


def a_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_the_first_call_waits_for_a_server_that_refuses_connections() -> None:
    """The server starts during the first pause."""
    port = a_closed_port()
    with ExitStack() as stack:
        starting = serve(compose(rate_limit=None), port=port)

        def start(_: float) -> None:
            stack.enter_context(starting)

        clock = Clock(time.time, start)
        client = Client(Target(f"http://127.0.0.1:{port}/v1", KEY, wait=60, clock=clock))
        answered = client.send(list_())

    assert (answered.response.status, client.count) == (200, 1)


def test_the_first_call_waits_for_a_server_that_answers_503(fake: Fake, base_url: str) -> None:
    """A gateway answers for a server that is starting."""
    answers = iter([503, 502, 504])

    @web.middleware
    async def starting(request: web.Request, handler: Any) -> Any:
        status = next(answers, None)
        return web.Response(status=status) if status else await handler(request)

    fake.middlewares.append(starting)
    client = Client(Target(base_url, KEY, wait=60, clock=Clock(time.time, lambda _: None)))

    assert client.send(list_()).response.status == 200


def test_the_wait_for_a_server_has_an_end() -> None:
    """The line says what was met last."""
    now = iter(range(1000))
    clock = Clock(lambda: next(now), lambda _: None)
    client = Client(Target(f"http://127.0.0.1:{a_closed_port()}/v1", KEY, wait=5, clock=clock))
    with pytest.raises(GoneError, match="did not start within 5 s: it accepts no connection"):
        client.send(list_())


def test_a_wait_needs_a_server(run: Callable[..., Ran]) -> None:
    """Our own fake is there at once."""
    ran = run("--wait", "5")

    assert (ran.code, ran.err.count("\n")) == (2, 1)


class Certificates:
    """A server with a certificate of an authority of its own."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.file = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(self.file))

    def context(self, name: str = "127.0.0.1", until: datetime.datetime | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name, not_after=until).configure_cert(context)
        return context


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def said(command: Callable[..., Ran], tmp_path: Path) -> Callable[..., str]:
    """The one line of a run that cannot reach its target."""

    def run(base_url: str, declared: str = "") -> str:
        file = tmp_path / "target.toml"
        file.write_text(f'base_url = "{base_url}"\ntimeout = 5\n{declared}')
        ran = command("run", "--target", str(file), "--profile", "read-only")
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        return ran.err

    return run


def test_a_closed_port_is_said(said: Callable[..., str]) -> None:
    """By plain http and by https."""
    port = a_closed_port()

    assert "it accepts no connection" in said(f"http://127.0.0.1:{port}/v1")
    assert "it accepts no connection" in said(f"https://127.0.0.1:{port}/v1")


def test_a_name_that_nobody_knows_is_said(said: Callable[..., str]) -> None:
    """The name may be misspelled."""
    assert "the name assistants.invalid is not known" in said("https://assistants.invalid/v1")


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 64}.example"])
def test_a_name_that_can_be_no_host_is_said(said: Callable[..., str], host: str) -> None:
    """No resolver is asked."""
    assert "is not the name of a host" in said(f"https://{host}/v1")


def test_https_to_a_port_of_plain_http_is_said(said: Callable[..., str]) -> None:
    """The line has the URL that may be meant."""
    with answering(says(EMPTY)) as base_url:
        line = said(base_url.replace("http:", "https:"))

    assert f"speaks no TLS. For plain http give {base_url}." in line


def test_plain_http_to_a_port_of_https_is_said(said: Callable[..., str], certificates: Certificates) -> None:
    """OpenSSL answers such a call with an alert."""
    with answering(says(EMPTY), certificates.context()) as base_url:
        line = said(base_url.replace("https:", "http:"))

    assert KEYS["ASSISTANTS_API_KEY"] not in line


def test_an_authority_that_nobody_knows_is_said(said: Callable[..., str], certificates: Certificates) -> None:
    """The line has the remedy."""
    with answering(says(EMPTY), certificates.context()) as base_url:
        line = said(base_url)

    assert "a certificate that is not trusted" in line
    assert "ca_file" in line


@pytest.mark.parametrize(
    ("name", "until", "why"), [("x.example", None, "mismatch"), ("127.0.0.1", YESTERDAY, "expired")]
)
def test_a_certificate_that_no_authority_can_mend_is_said(
    said: Callable[..., str], certificates: Certificates, name: str, until: datetime.datetime | None, why: str
) -> None:
    """Another host's, or an old one: the reason is OpenSSL's, and the line has no remedy that does not help."""
    with answering(says(EMPTY), certificates.context(name, until)) as base_url:
        line = said(base_url, f"ca_file = '{certificates.file}'")

    assert why in line
    assert "SSL_CERT_FILE" not in line


def test_a_declared_authority_is_trusted(command: Callable[..., Ran], certificates: Certificates) -> None:
    """A path is relative to the target file."""
    file = certificates.file.parent / "target.toml"
    with answering(says(EMPTY), certificates.context()) as base_url:
        file.write_text(f'base_url = "{base_url}"\nca_file = "{certificates.file.name}"')
        ran = command("run", "--target", str(file), "--profile", "read-only")

    assert "certificate" not in ran.err


@pytest.mark.parametrize("variable", AUTHORITIES)
def test_a_file_of_authorities_that_is_not_there_is_said(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """The line names the variable and the file."""
    for each in AUTHORITIES:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(variable, "/not/there.pem")

    assert f"{variable}: /not/there.pem cannot be read" in said("https://127.0.0.1:9/v1")


def test_a_file_without_a_certificate_is_said(said: Callable[..., str], tmp_path: Path) -> None:
    """A key or a text is no authority."""
    (tmp_path / "ca.txt").write_text("not a certificate")

    assert "holds no certificate in PEM form" in said("https://127.0.0.1:9/v1", 'ca_file = "ca.txt"')
