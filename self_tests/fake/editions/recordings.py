"""Recorded calls of OpenAI's service, replayed against a fake.

A file has `Entries` in the format of Azure's test proxy: the method, the URI and the body of each request, and the
status and the body of its answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

Entry = dict[str, Any]
# Values of an answer that the server chooses anew for each assistant. A body does not have them.
IDENTITY = ("id", "object", "created_at")
TIME = re.compile(r'"created_at": \d+')


class Replayed(NamedTuple):
    """One call, as "POST /assistants", and the recorded and the present answer as texts. The ids in both are ours."""

    call: str
    recorded: str
    present: str


def entries(file: Path) -> list[Entry]:
    found: list[Entry] = json.loads(file.read_text(encoding="utf-8-sig"))["Entries"]
    return found


def replay(client: httpx2.Client, calls: list[Entry]) -> Iterator[Replayed]:
    """Send the recorded requests in their order, after creates of the assistants that only a recorded list shows."""
    ids: dict[str, str] = {}
    for document in earlier(calls):
        body = {name: value for name, value in document.items() if name not in IDENTITY}
        ids[document["id"]] = client.post("/assistants", json=body).json()["id"]
    for entry in calls:
        path = entry["RequestUri"].partition("/v1")[2]
        body = entry["RequestBody"]
        answer = client.request(entry["RequestMethod"], exchanged(path, ids), json=body)
        if is_create(entry):
            ids[entry["ResponseBody"]["id"]] = answer.json()["id"]
        recorded = exchanged(json.dumps(entry["ResponseBody"]), ids)
        yield Replayed(
            f"{entry['RequestMethod']} {path}",
            f"{entry['StatusCode']} {without_times(recorded)}",
            f"{answer.status_code} {without_times(json.dumps(answer.json()))}",
        )


def earlier(calls: list[Entry]) -> list[Entry]:
    """The assistants of lists that were created before the recording began, oldest first."""
    made = {entry["ResponseBody"]["id"] for entry in calls if is_create(entry)}
    listed = [each for entry in calls for each in entry["ResponseBody"].get("data", [])]
    return list({each["id"]: each for each in reversed(listed) if each["id"] not in made}.values())


def is_create(entry: Entry) -> bool:
    is_collection = urlsplit(entry["RequestUri"]).path.endswith("/assistants")
    return entry["RequestMethod"] == "POST" and is_collection and entry["StatusCode"] == 200


def exchanged(text: str, ids: dict[str, str]) -> str:
    for recorded, ours in ids.items():
        text = text.replace(recorded, ours)
    return text


def without_times(text: str) -> str:
    return TIME.sub('"created_at": 0', text)
