"""The SDK without a server: the test sees each request, and chooses the answer."""

from __future__ import annotations

import json
from typing import Any

from sdk_tests.clients import AsyncClient, SyncClient
from sdk_tests.open_clients import open_client
from sdk_tests.versions import httpx

ASSISTANT: dict[str, Any] = {
    "id": "asst-abc", "object": "assistant", "created_at": 1763884800, "name": "Support Bot", "description": None,
    "model": "any", "instructions": None, "tools": [{"type": "file_search"}], "top_p": 1.0, "temperature": 1.0,
    "tool_resources": {}, "metadata": {}, "response_format": "auto",
}  # fmt: skip


class Wire:
    """Records the SDK's requests, and gives one answer to all of them."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.answer: Any = ASSISTANT

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(self.status, headers=self.headers, json=self.answer)

    def body(self) -> Any:
        return json.loads(self.sent[-1].content)


def on(line: list[Wire], kind: str, **settings: Any) -> SyncClient | AsyncClient:
    http = {"transport": httpx.MockTransport(lambda request: line[0](request))}
    return open_client(kind, http, base_url="http://sdk.test/v1", api_key="sk-fact", **settings)
