"""The result of a run of the command, and the keys that the command gets."""

from typing import NamedTuple

from contract_tests.http.target import ROLES
from fake_server.storage import seed

KEYS = {ROLES[key.label]: key.secret for key in seed.KEYS}


class Ran(NamedTuple):
    """The exit code, and the text of both streams."""

    code: int
    out: str
    err: str
