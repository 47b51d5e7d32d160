"""The fake in a container or a network: addresses, names, TLS, and programs that wait for the fake."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme

from fake_server.compose import compose
from fake_server.control.access import AllowedHosts
from fake_server.control.mount import attach
from fake_server.domain.clock import Clock
from fake_server.fake import Fake
from fake_server.http.addresses import ListenError, bind, describe
from fake_server.http.event_loop import loop_factory
from fake_server.http.server import serve
from fake_server.http.tls import TlsError, load_tls
from self_tests.fake.control.controlled import controlled

KEY = {"Authorization": "Bearer sk-fake-primary"}
WITHOUT_IPV6 = not socket.has_dualstack_ipv6()


@pytest.fixture
def fake() -> Fake:
    """A fake that other containers call by the names fake and *.tunnel.example."""
    clock = Clock()
    made = compose(rate_limit=None, now=clock.now)
    attach(made, clock, hosts=AllowedHosts(["0.0.0.0"], ["fake", "*.tunnel.example"]))
    return made


@pytest.fixture
def call(base_url: str) -> Callable[..., httpx2.Response]:
    """Calls a path of the fake by a host name, as a client in another container does."""

    def send(method: str, path: str, host: str, **headers: str) -> httpx2.Response:
        url = base_url.removesuffix("/v1") + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx2.request(method, url, headers={"Host": host, **named}, trust_env=False, verify=False)

    return send


@pytest.mark.parametrize("host", ["fake:8080", "FAKE", "fake.", "a.tunnel.example", "b.a.tunnel.example:443"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_fake/health"), ("POST", "/_fake/reset"), ("GET", "/_fake/"), ("GET", "/_fake/docs")]
)
def test_a_client_calls_by_name(call: Callable[..., httpx2.Response], host: str, method: str, path: str) -> None:
    """Health, reset and the page work by each name of --allow-host, in any case and with any port."""
    assert call(method, path, host).status_code == 200


@pytest.mark.parametrize("host", ["other", "afake", "fake.example", "tunnel.example", "atunnel.example", "", "a b"])
def test_another_name_is_refused_with_the_option(call: Callable[..., httpx2.Response], host: str) -> None:
    """The refusal says which option allows the name."""
    answer = call("GET", "/_fake/clock", host)

    assert answer.status_code == 403
    assert "--allow-host" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("fake:8080", "http://fake:8080", 200),
        ("fake", "http://fake:80", 200),
        ("x.tunnel.example", "https://x.tunnel.example", 200),
        ("x.tunnel.example:443", "https://x.tunnel.example", 200),
        ("fake:8080", "https://x.tunnel.example", 200),  # a proxy changed the host
        ("fake:8080", "http://evil.example", 403),
        ("127.0.0.1:8080", "http://127.0.0.1:3000", 403),
        ("localhost:8080", "http://localhost:3000", 403),
        ("fake:8080", "null", 403),
        ("fake:8080", "http://[", 403),
        ("fake:8080", "http://fake:99999999", 403),
    ],
)
def test_the_origin_is_checked_by_the_same_names(
    call: Callable[..., httpx2.Response], host: str, origin: str, status: int
) -> None:
    """A page of the fake itself may call, behind a proxy or a tunnel too, and no page of another site."""
    assert call("POST", "/_fake/reset", host, Origin=origin).status_code == status


@pytest.mark.parametrize(
    "path", ["/_fake/health", "/_fake/", "/_fake/docs", "/_fake/control.yaml", "/_fake/page.js", "/_fake/dialect"]
)
def test_head_is_answered_as_get(call: Callable[..., httpx2.Response], path: str) -> None:
    """`wget --spider` and wait-on send HEAD: the status and the headers of GET come, without the body."""
    head, get = (call(method, path, "fake") for method in ("HEAD", "GET"))

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_head_of_the_events_ends(call: Callable[..., httpx2.Response]) -> None:
    """A stream without an end has no body for HEAD either."""
    assert call("HEAD", "/_fake/events", "fake").headers["content-type"] == "text/event-stream"


def test_a_browser_finds_the_page(call: Callable[..., httpx2.Response]) -> None:
    """/ leads a browser to the page, and tells a program that nothing is there."""
    browser, program = call("GET", "/", "fake", Accept="text/html,*/*"), call("GET", "/", "fake", Accept="*/*")

    assert (browser.status_code, browser.headers["location"], program.status_code) == (302, "/_fake/", 404)


@pytest.mark.parametrize("token", [b"\xff", b"\xed\xa0\x80", "é".encode(), b"secret\xff"])
def test_any_bytes_as_a_token_are_refused(token: bytes) -> None:
    """A token that is not UTF-8 is a wrong token, and no crash."""
    with serve(controlled(token="secret")) as url:
        headers = [(b"Authorization", b"Bearer " + token)]
        answer = httpx2.get(url.removesuffix("v1") + "_fake/clock", headers=headers, trust_env=False, verify=False)

    assert answer.status_code == 401


@pytest.fixture
def bound() -> Iterator[Callable[..., list[socket.socket]]]:
    """Binds sockets, and closes them after the test."""
    made: list[socket.socket] = []

    def bind_hosts(*hosts: str, port: int = 0) -> list[socket.socket]:
        made.extend(bind(hosts, port))
        return made

    yield bind_hosts
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("hosts", "ips"),
    [
        (["127.0.0.1", "127.0.0.2"], ["127.0.0.1", "127.0.0.2"]),
        (["127.0.0.1", "127.0.0.1"], ["127.0.0.1"]),
        (["127.0.0.1", "0.0.0.0"], ["0.0.0.0"]),
        pytest.param(["::", "0.0.0.0", "::1"], ["::"], marks=pytest.mark.skipif(WITHOUT_IPV6, reason="no IPv6")),
    ],
)
def test_all_hosts_have_one_port(bound: Callable[..., list[socket.socket]], hosts: list[str], ips: list[str]) -> None:
    """Each address is bound once, unless an address for the whole machine covers it."""
    names = [each.getsockname() for each in bound(*hosts)]

    assert [name[0] for name in names] == ips
    assert len({name[1] for name in names}) == 1


@pytest.mark.parametrize(
    ("hosts", "url", "is_public"),
    [
        (["127.0.0.1"], "http://127.0.0.1:{}/v1", False),
        (["0.0.0.0"], "http://127.0.0.1:{}/v1", True),
        (["localhost"], "http://localhost:{}/v1", False),
        (["127.0.0.1", "0.0.0.0"], "http://127.0.0.1:{}/v1", True),
        pytest.param(["::"], "http://127.0.0.1:{}/v1", True, marks=pytest.mark.skipif(WITHOUT_IPV6, reason="no IPv6")),
        pytest.param(["::1"], "http://[::1]:{}/v1", False, marks=pytest.mark.skipif(WITHOUT_IPV6, reason="no IPv6")),
    ],
)
def test_the_url_is_one_that_a_client_can_use(
    bound: Callable[..., list[socket.socket]], hosts: list[str], url: str, is_public: bool
) -> None:
    """No client can call 0.0.0.0 or :: everywhere."""
    sockets = bound(*hosts)
    port = sockets[0].getsockname()[1]

    assert describe(sockets, hosts, scheme="http", prefix="/v1") == (url.format(port), is_public)


@pytest.mark.skipif(WITHOUT_IPV6, reason="no IPv6")
def test_two_colons_take_both_stacks(fake: Fake) -> None:
    """A fake on :: answers by IPv4 and by IPv6."""
    with serve(fake, "::") as url:
        port = httpx2.URL(url).port
        answers = [
            httpx2.get(f"http://{host}:{port}/_fake/health", trust_env=False, verify=False)
            for host in ("127.0.0.1", "[::1]")
        ]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_busy_port_is_said(bound: Callable[..., list[socket.socket]]) -> None:
    """The error has the port, and the way to another one."""
    [taken] = bound("127.0.0.1")
    port = taken.getsockname()[1]
    taken.listen()

    with pytest.raises(ListenError, match=f"^Port {port} is in use; try --port 0.$"):
        bind(["127.0.0.1"], port)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, and with a certificate for localhost in cert.pem, key.pem, and both in one.pem."""
    folder, authority = tmp_path_factory.mktemp("certificates"), trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "one.pem"))
    return folder


@pytest.mark.parametrize(("certificate", "key"), [("cert.pem", "key.pem"), ("one.pem", None)])
def test_https(fake: Fake, certificates: Path, certificate: str, key: str | None) -> None:
    """The fake answers by TLS, and its URL has the name for which the certificate is."""
    tls = load_tls(certificates / certificate, certificates / key if key else None)
    trusted = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    with serve(fake, "localhost", tls=tls) as url, httpx2.Client(trust_env=False, verify=trusted) as client:
        listed = client.get(f"{url}/assistants", headers=KEY)
        health = client.get(url.removesuffix("v1") + "_fake/health").json()
        too_long = client.get(f"{url}/assistants", headers={**KEY, "a": "a" * 9_000})

    assert (url.startswith("https://localhost:"), listed.status_code, health["url"]) == (True, 200, url)
    assert too_long.status_code == 400


BAD_FILES = {"no such file": ("none.pem", None), "no key": ("cert.pem", None), "no certificate": ("key.pem", "key.pem")}


@pytest.mark.parametrize(("certificate", "key"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_certificate_is_one_line(certificates: Path, certificate: str, key: str | None) -> None:
    """The error names the files and the options."""
    with pytest.raises(TlsError, match=rf"^--tls-cert and --tls-key: cannot use .*{certificate}.*PEM.*\.$"):
        load_tls(certificates / certificate, certificates / key if key else None)


def test_tls_to_a_plain_port_is_said(base_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """The log says that somebody speaks TLS, and what to do."""
    address = httpx2.URL(base_url)
    with socket.create_connection((address.host, address.port or 0)) as plain:
        context: Any = ssl.create_default_context()
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="localhost")

    assert "speaks TLS" in caplog.text
    assert "--tls-cert" in caplog.text


def test_the_fake_needs_no_uvloop(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, for which there is no uvloop, the fake serves on the loop of asyncio."""
    monkeypatch.setitem(sys.modules, "uvloop", None)

    with serve(fake) as url:
        answer = httpx2.get(f"{url}/assistants", headers=KEY, trust_env=False)

    assert answer.status_code == 200
    assert loop_factory() is None
