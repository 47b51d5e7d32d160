"""What a run of the command came to, and the keys that it is given."""

from typing import NamedTuple

from contract_tests.http.target import ROLES
from fake_server.storage import seed

KEYS = {ROLES[key.label]: key.secret for key in seed.KEYS}


class Ran(NamedTuple):
    """The exit code, and what was written to either stream."""

    code: int
    out: str
    err: str
