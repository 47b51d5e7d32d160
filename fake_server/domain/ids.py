"""Repeatable ids: each depends on a seed, an organization, and the number of ids given before."""

from collections import Counter
from hashlib import blake2b


class Ids:
    """The ids of one organization do not depend on other organizations: parallel callers do not affect each other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.counts: Counter[tuple[str, str]] = Counter()

    def project(self, organization: str) -> str:
        return self._next("project", organization)

    def request(self, organization: str) -> str:
        return f"req_{self._next('request', organization)}"

    def _next(self, kind: str, organization: str) -> str:
        number = self.counts[kind, organization]
        self.counts[kind, organization] = number + 1
        text = f"{self.seed} {kind} {number} {organization}"
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def restart(self, organization: str | None = None) -> None:
        """Start again, for one organization or for all."""
        for kind, owner in list(self.counts):
            if organization in (None, owner):
                del self.counts[kind, owner]
