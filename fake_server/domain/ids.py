"""Ids that are the same every time: each from a seed, an organization and how many it was given before."""

from collections import Counter
from hashlib import blake2b


class Ids:
    """What one organization is given depends on no other, so that parallel callers do not disturb each other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.given: Counter[tuple[str, str]] = Counter()

    def project(self, organization: str) -> str:
        return self.next("project", organization)

    def request(self, organization: str) -> str:
        return f"req_{self.next('request', organization)}"

    def next(self, kind: str, organization: str) -> str:
        number = self.given[kind, organization]
        self.given[kind, organization] = number + 1
        text = f"{self.seed} {kind} {number} {organization}"
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def begin(self, organization: str | None = None) -> None:
        """Anew, for one organization or for all."""
        for kind, owner in list(self.given):
            if organization in (None, owner):
                del self.given[kind, owner]
