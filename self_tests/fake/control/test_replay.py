"""Copy as curl: the copied command sends the logged request again, byte for byte where the answer depends on it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from fake_server.control.client import ControlClient
from fake_server.control.page_files import PAGE_FOLDER
from fake_server.fake import Fake
from self_tests.fake.control.controlled import controlled

pytestmark = pytest.mark.any_python
if not (shutil.which("node") and shutil.which("curl")):
    pytest.skip("there is no Node here that could run replay.js, or no curl", allow_module_level=True)

JSON = {"Content-Type": "application/json"}
KEY = {"Authorization": "Bearer sk-fake-primary"}
RENDER = """
import { curlOf } from %s;
const { requests, origin, secrets } = JSON.parse(await new Response(process.stdin).text());
const reveal = (text) => Object.entries(secrets).reduce((now, [mask, key]) => now.replaceAll(mask, () => key), text);
console.log(JSON.stringify(requests.map((each) => curlOf(each, origin, reveal))));
"""


class Sent(NamedTuple):
    status: int
    method: str
    path: str = "/assistants"
    headers: Mapping[str, str] = {}
    body: str | None = None


CASES = [
    Sent(200, "GET", headers=KEY),
    Sent(200, "GET", "/assistants?limit=1&order=asc", headers={**KEY, "X-Empty": ""}),
    Sent(401, "GET"),
    Sent(401, "GET", headers={"Authorization": "Bearer sk-nobody"}),
    Sent(401, "GET", headers={"Authorization": "sk-fake-primary"}),
    Sent(415, "POST", headers={**KEY, "Content-Type": "text/plain"}, body='{"name": "a"}'),
    Sent(200, "POST", headers=KEY, body='{"name": "without a content type"}'),
    Sent(200, "POST", headers={**KEY, **JSON}, body='{"name": "it\'s $HOME `ls` \\u0041\\n$&"}'),
    Sent(400, "POST", headers={**KEY, **JSON}, body="@/etc/hostname"),
    Sent(400, "POST", headers={**KEY, **JSON}),
    Sent(503, "PATCH", "/assistants/asst-acme-support", headers={**KEY, **JSON, "X-Fake-Fault": "503"}, body="{}"),
    Sent(404, "DELETE", "/assistants/[1-3]{a,b}", headers=KEY),
    Sent(200, "GET", "/nothing/../assistants", headers=KEY),
    Sent(405, "PURGE", headers=KEY),
]


@pytest.fixture
def fake() -> Fake:
    return controlled()


def send(base_url: str, sent: Sent) -> None:
    url = httpx2.URL(base_url + "/").copy_with(raw_path=f"/v1{sent.path}".encode())
    with httpx2.Client(trust_env=False, verify=False) as client:
        client.send(httpx2.Request(sent.method, url, headers=dict(sent.headers), content=sent.body))


def rendered(requests: list[Any], origin: str) -> list[str]:
    """The curl command of each request."""
    secrets = {f"<{label}>": f"sk-fake-{label}" for label in ("primary", "sibling", "foreign")}
    script = RENDER % json.dumps((PAGE_FOLDER / "replay.js").as_uri())
    given = json.dumps({"requests": requests, "origin": origin, "secrets": secrets})
    words = ["node", "--input-type=module", "--eval", script]
    commands: list[str] = json.loads(
        subprocess.run(words, input=given, capture_output=True, text=True, check=True).stdout
    )
    return commands


def essence(request: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that an answer depends on."""
    made_by_clients = {"accept", "accept-encoding", "connection", "content-length", "user-agent", "host"}
    headers = {each["name"].lower(): each["value"] for each in request["request_headers"]}
    kept = sorted((name, value) for name, value in headers.items() if name not in made_by_clients)
    return (*(request[name] for name in ("method", "path", "status", "key", "request_body")), kept)


def test_a_copied_command_sends_the_same_request(base_url: str, control: ControlClient, tmp_path: Path) -> None:
    """The second request has the same method, path, headers, body and status as the first."""
    for case in CASES:
        send(base_url, case)
    first = control.requests()[::-1]
    control.ask("DELETE", "requests")

    for command in rendered(first, base_url.removesuffix("/v1")):
        subprocess.run(["sh", "-c", f"{command} --silent --noproxy '*'"], cwd=tmp_path, check=True, capture_output=True)

    assert [each["status"] for each in first] == [case.status for case in CASES]
    assert [essence(each) for each in control.requests()[::-1]] == [essence(each) for each in first]
