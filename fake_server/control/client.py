"""The control side from a test in Python: a call a method, with nothing but the standard library."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit


class ControlError(Exception):
    """What the control side refused, in its words; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ControlClient:
    """At the URL that the fake names as `control`. All raise ControlError; what they give is what control.yaml says."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = urlsplit(url)
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, *path: str, **body: Any) -> Any:
        """Any call: the steps of its path under /_fake, and the fields of its body."""
        steps = "/".join(quote(step, safe="") for step in path)
        connection = HTTPConnection(self.url.hostname or "", self.url.port, timeout=30)
        try:
            connection.request(method, f"/_fake/{steps}", json.dumps(body) if body else None, self.headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise ControlError(answer.status, said["error"]["message"])
        return said

    def reset(self, **organization: str) -> None:
        """Everything, or `organization`."""
        self.ask("POST", "reset", **organization)

    def advance(self, seconds: float) -> None:
        """The fake's clock: the limiter's minute passes in no time."""
        self.ask("PATCH", "clock", advance=seconds)

    def clock(self, **changes: Any) -> Any:
        """Set `now` and `frozen`, and give the clock."""
        return self.ask("PATCH", "clock", **changes)

    def limit(self, limit: int | None, **organization: str) -> None:
        """Calls a minute of each key, None for any number; of `organization` alone, if it is given."""
        self.ask("PATCH", "limiter", limit=limit, **organization)

    def fault(self, **given: Any) -> Any:
        """Such as operation="createAssistant", times=2, status=503."""
        return self.ask("POST", "faults", **given)

    def faults(self) -> Any:
        return self.ask("GET", "faults")["data"]

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def requests(self) -> Any:
        """Newest first."""
        return self.ask("GET", "requests")["data"]

    def organization(self, **given: Any) -> Any:
        """A new one, with its keys."""
        return self.ask("POST", "organizations", **given)

    def rotate(self, key: str, **assistant: str) -> Any:
        """The key that takes its place."""
        return self.ask("POST", "keys", key, "rotate", **assistant)

    def snapshot(self, name: str, **organization: str) -> None:
        self.ask("PUT", "snapshots", name, **organization)

    def restore(self, name: str) -> None:
        self.ask("POST", "snapshots", name, "restore")

    def seed(self, **seed: Any) -> None:
        """What a reset goes back to from now on, and a reset to it."""
        self.ask("PUT", "seed", **seed)
