"""Masks for secrets in the request log. The label of a known key stays readable; nothing of an unknown secret does."""

import re
from collections.abc import Iterable

from fake_server.domain.assistants import Key

HIDDEN = "<hidden>"
# Headers with these words in their names carry secrets.
SECRET_NAME = re.compile("auth|cookie|token|secret|api-?key", re.IGNORECASE)
LABEL = re.compile("<[^<>]+>")


def mask_keys(text: str, keys: Iterable[Key]) -> str:
    """Each known key becomes its label: <primary>."""
    # A key may be the start of a longer key, so longer keys are masked first.
    for key in sorted(keys, key=lambda key: -len(key.secret)):
        text = text.replace(key.secret, f"<{key.label}>")
    return text


def mask_header(name: str, value: str, keys: Iterable[Key]) -> str:
    """The value of a header. A secret that is no known key keeps its scheme alone: "Bearer <hidden>"."""
    masked = mask_keys(value, keys)
    if not value or not SECRET_NAME.search(name):
        return masked
    scheme, space, credentials = masked.partition(" ")
    if not space or not scheme.isalpha():
        scheme, space, credentials = "", "", masked
    return masked if masked != value and LABEL.fullmatch(credentials) else f"{scheme}{space}{HIDDEN}"
