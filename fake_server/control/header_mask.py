"""Masks the secrets in the headers of the request log. Nothing of a secret that is no known key stays readable."""

import re
from collections.abc import Callable

HIDDEN = "<hidden>"
# Headers with these words in their names carry secrets.
SECRET_NAME = re.compile("auth|cookie|token|secret|api-?key", re.IGNORECASE)
LABEL = re.compile("<[^<>]+>")


def mask_header(name: str, value: str, mask: Callable[[str], str]) -> str:
    """The value of a header; `mask` turns known keys into labels. Another secret keeps its scheme alone."""
    masked = mask(value)
    if not value or not SECRET_NAME.search(name):
        return masked
    scheme, space, credentials = masked.partition(" ")
    if not space or not scheme.isalpha():
        scheme, space, credentials = "", "", masked
    return masked if masked != value and LABEL.fullmatch(credentials) else f"{scheme}{space}{HIDDEN}"
