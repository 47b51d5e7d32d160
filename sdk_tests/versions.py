"""The differences between the versions of the SDK, so that no other module needs to know them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import openai

try:
    import httpx2 as httpx
except ImportError:  # before openai 3.0
    import httpx  # type: ignore[import-not-found, no-redef]

__all__ = ["OMIT", "AioHttp", "AsyncHttp", "SyncHttp", "httpx", "member", "offered"]

# The SDK exports its own HTTP clients since 1.17, and has one over aiohttp since 1.89.
SyncHttp: Any = getattr(openai, "DefaultHttpxClient", httpx.Client)
AsyncHttp: Any = getattr(openai, "DefaultAsyncHttpxClient", httpx.AsyncClient)
AioHttp: Any = getattr(openai, "DefaultAioHttpClient", None)
OMIT: Any = getattr(openai, "omit", openai.NOT_GIVEN)  # openai.omit since 2.0


def member(part: Any, name: str) -> Any:
    """A member of a part of an assistant. The oldest version has no type for some parts, and leaves them mappings."""
    return part[name] if isinstance(part, dict) else getattr(part, name)


def offered(call: Callable[..., Any], body: dict[str, Any]) -> dict[str, Any]:
    """The body as arguments of a call. A field that this version has no argument for goes into extra_body."""
    known = inspect.signature(call).parameters
    beyond = {name: body[name] for name in body if name not in known}
    if not beyond:
        return body
    within = {name: body[name] for name in body if name in known}
    return within | {"extra_body": beyond | body.get("extra_body", {})}
