"""New ids: random ones, and repeatable ones, which depend on a seed, an organization and the number of earlier ids."""

import os
import string
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from random import Random

LETTERS = string.ascii_letters + string.digits
# An id is no secret, and the random source of the system takes ten times as long.
RANDOM = Random()
if hasattr(os, "register_at_fork"):  # not on Windows
    # A forked process would repeat the ids of its parent, and may use the same data file.
    os.register_at_fork(after_in_child=RANDOM.seed)


def random_id(_: str) -> str:
    return f"{RANDOM.getrandbits(96):024x}"


def random_letters(number: int) -> Callable[[str], str]:
    """A function that gives so many random letters and digits."""
    return lambda _: "".join(RANDOM.choices(LETTERS, k=number))


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
