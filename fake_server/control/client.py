"""A client of the Control API for tests in Python: one method for each call. It needs only the standard library."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

from fake_server.control import PREFIX


class ControlError(Exception):
    """The Control API refused the call; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ControlClient:
    """The client for the URL that the fake prints as `control`.

    All methods raise ControlError. control.yaml describes the results.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = urlsplit(url)
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, *path: str, **body: Any) -> Any:
        """Send any call: `path` has the steps of its path under /_fake, and `body` the fields of its body."""
        steps = "/".join(quote(step, safe="") for step in path)
        connection = HTTPConnection(self.url.hostname or "", self.url.port, timeout=30)
        try:
            connection.request(method, f"{PREFIX}/{steps}", json.dumps(body) if body else None, self.headers)
            answer = connection.getresponse()
            result = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise ControlError(answer.status, result["error"]["message"])
        return result

    def reset(self, **organization: str) -> None:
        """Reset everything, or only one `organization`."""
        self.ask("POST", "reset", **organization)

    def advance(self, seconds: float) -> None:
        """Advance the clock of the fake. 60 seconds later the limiter allows the full number of calls again."""
        self.ask("PATCH", "clock", advance=seconds)

    def clock(self, **changes: Any) -> Any:
        """Set `now` and `frozen`, and return the clock."""
        return self.ask("PATCH", "clock", **changes)

    def limit(self, limit: int | None, **organization: str) -> None:
        """Allow `limit` calls per minute for each key (None: no limit), or only for the keys of one `organization`."""
        self.ask("PATCH", "limiter", limit=limit, **organization)

    def fault(self, **given: Any) -> Any:
        """Inject a fault, such as fault(operation="createAssistant", times=2, status=503)."""
        return self.ask("POST", "faults", **given)

    def faults(self) -> Any:
        return self.ask("GET", "faults")["data"]

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def requests(self) -> Any:
        """The logged requests, newest first."""
        return self.ask("GET", "requests")["data"]

    def organization(self, **given: Any) -> Any:
        """Create an organization with its keys."""
        return self.ask("POST", "organizations", **given)

    def rotate(self, key: str, **assistant: str) -> Any:
        """Replace the key by a new key, which is returned."""
        return self.ask("POST", "keys", key, "rotate", **assistant)

    def snapshot(self, name: str, **organization: str) -> None:
        self.ask("PUT", "snapshots", name, **organization)

    def restore(self, name: str) -> None:
        self.ask("POST", "snapshots", name, "restore")

    def export_seed(self) -> Any:
        """The present state as a seed."""
        return self.ask("GET", "seed")

    def seed(self, **seed: Any) -> None:
        """Replace the seed, and reset everything to it."""
        self.ask("PUT", "seed", **seed)
