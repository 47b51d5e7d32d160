"""New ids: random ones, and repeatable ones, which depend on a seed, an organization and the number of earlier ids."""

import string
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from secrets import choice, token_hex

LETTERS = string.ascii_letters + string.digits


def random_id(_: str) -> str:
    """From the random source of the system, because forked processes, which may use one data file one after the other,
    would repeat the ids of a generator.
    """
    return token_hex(12)


def random_letters(number: int) -> Callable[[str], str]:
    """A function that gives so many random letters and digits."""
    return lambda _: "".join(choice(LETTERS) for _ in range(number))


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
