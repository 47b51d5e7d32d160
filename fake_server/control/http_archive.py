"""The request log as an HTTP Archive (HAR 1.2), which browsers, proxies and test tools read."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fake_server.distribution import installed_version

# HAR uses -1 for a size that is not known.
UNKNOWN_SIZES = {"headersSize": -1, "bodySize": -1}
PROTOCOL: Mapping[str, Any] = {"httpVersion": "HTTP/1.1", "cookies": [], **UNKNOWN_SIZES}


def render_archive(calls: Iterable[Mapping[str, Any]], origin: str) -> dict[str, Any]:
    """`calls` conform to the schema Request of control.yaml; `origin` comes before their paths."""
    creator = {"name": "assistants-fake", "version": installed_version()}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_render_entry(each, origin) for each in calls]}}


def _render_entry(call: Mapping[str, Any], origin: str) -> dict[str, Any]:
    return {
        "startedDateTime": datetime.fromtimestamp(call["at"], UTC).isoformat(timespec="milliseconds"),
        "time": call["ms"],
        "timings": {"send": 0, "wait": call["ms"], "receive": 0},
        "cache": {},
        "request": _render_request(call, origin),
        "response": _render_response(call),
        # A name that starts with _ is free for each tool.
        **{f"_{name}": call[name] for name in ("operation", "organization", "key", "fault", "request_id", "cut")},
    }


def _render_request(call: Mapping[str, Any], origin: str) -> dict[str, Any]:
    query = parse_qsl(urlsplit(call["path"]).query, keep_blank_values=True)
    request = {
        **PROTOCOL,
        "method": call["method"],
        "url": origin + call["path"],
        "headers": call["request_headers"],
        "queryString": [{"name": name, "value": value} for name, value in query],
    }
    if call["request_body"]:
        types = [each["value"] for each in call["request_headers"] if each["name"].lower() == "content-type"]
        request["postData"] = {"mimeType": types[0] if types else "", "text": call["request_body"]}
    return request


def _render_response(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call without an answer has the status 0, as in browsers."""
    status, text = call["status"] or 0, call["response_body"] or ""
    return {
        **PROTOCOL,
        "status": status,
        "statusText": responses.get(status, ""),
        "headers": [{"name": "content-type", "value": "application/json"}],
        "content": {"size": len(text.encode(errors="replace")), "mimeType": "application/json", "text": text},
        "redirectURL": "",
    }
