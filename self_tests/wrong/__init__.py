"""The wrong servers, by the area of the requirement that names the mistake."""

from self_tests.wrong import (
    auth,
    browser,
    create,
    delete,
    errors,
    ignored,
    lists,
    modify,
    org,
    parallel,
    rate,
    retrieve,
)
from self_tests.wrong.wrong_server import SERVERS

__all__ = [
    "SERVERS",
    "auth",
    "browser",
    "create",
    "delete",
    "errors",
    "ignored",
    "lists",
    "modify",
    "org",
    "parallel",
    "rate",
    "retrieve",
]
