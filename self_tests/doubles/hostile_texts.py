"""Texts by which a server tries to get out of a report, and a server that repeats each key in every form."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from fake_server.fake import Fake

# One text for every reader: a terminal, a CI server, a shell, Markdown, HTML, XML and YAML.
HOSTILE = (
    "::error::owned\n::error::owned\r\n  ::set-output name=a::b\n##vso[task.complete]x ##[error]x ##teamcity[x]"
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2066\u200b\ufeff\x00\ud800\u2028"
    "$(touch${IFS}owned)`touch owned`';touch owned;'\"|touch owned|"
    "\n```\n<script>owned()</script><img src=x onerror=owned()>![x](http://owned.example)[x](javascript:owned)@everyone"
    "]]></failure><error/>&owned; %0A::error::owned\n- id: owned\n  why: owned\n"
)


def forms_of(key: str) -> dict[str, str]:
    """The forms in which a careless server may repeat a key."""
    written = json.dumps(key)[1:-1]
    return {
        "plain": key,
        "in another case": key.upper(),
        "JSON": written,
        "JSON with an escaped slash": written.replace("/", "\\/"),
        "JSON with numbers alone": "".join(f"\\u{ord(char):04X}" for char in key),
        "JSON in JSON": json.dumps(json.dumps(key))[3:-3],
        "hexadecimal escapes": "".join(f"\\x{ord(char):02x}" for char in key),
        "a URL": quote(key, safe=""),
        "a URL with numbers alone": "".join(f"%{ord(char):02x}" for char in key),
        "a URL in a URL": "".join(f"%25{ord(char):02X}" for char in key),
        "HTML": html.escape(key),
        "HTML with numbers": "".join(f"&#{ord(char)};" for char in key),
        "HTML with hexadecimal numbers": "".join(f"&#x{ord(char):X};" for char in key),
        "base64": base64.b64encode(key.encode()).decode(),
        "base64 of the header": base64.b64encode(f"Bearer {key}".encode()).decode(),
        "base64 with a colon": base64.b64encode(f"{key}:".encode()).decode(),
        "base64 with a user": base64.b64encode(f"user:{key}".encode()).decode(),
        "base64 for a URL": base64.urlsafe_b64encode(f"?>{key}?>".encode()).decode(),
        "base64 in a URL": quote(base64.b64encode(f"user:{key}".encode()).decode(), safe=""),
        "hexadecimal": key.encode().hex(),
        "hexadecimal in upper case": key.encode().hex().upper(),
        "nearly the key": key[:-4] + "zzzz",
    }


def repeat_keys(fake: Fake, keys: list[str]) -> None:
    """Puts every form of every key into each answer: in headers, in the names of headers, and in the body."""
    forms = [form for key in keys for form in forms_of(key).values()]

    @web.middleware
    async def repeating(request: web.Request, handler: Any) -> Any:
        response = await handler(request)
        response.headers["x-forms"] = " ".join(forms)
        for key in keys:
            response.headers[f"x-{key}"] = "named"
        response.headers["content-type"] = f"application/json; echo={forms[0]}"
        if response.status >= 400:
            return web.Response(status=response.status, body=_refusal(forms), headers=_safe(response.headers))
        response.body = response.body.rstrip(b"\n ").removesuffix(b"}") + _members(forms)
        return response

    fake.middlewares.append(repeating)


def _members(forms: list[str]) -> bytes:
    """The end of an object: the forms as texts, as they are and as JSON would write them, and as names."""
    members = [f'"f{number}": "{form}"' for number, form in enumerate(forms) if _is_json(form)]
    members += [f'"g{number}": {json.dumps(form)}' for number, form in enumerate(forms)]
    members += [f"{json.dumps('h ' + form)}: {number}" for number, form in enumerate(forms)]
    return f", {', '.join(members)}}}".encode()


def _refusal(forms: list[str]) -> bytes:
    """An error whose `type` has the wrong type, so the report quotes it."""
    return json.dumps({"error": {"message": " ".join(forms), "type": 7}}).encode()


def _is_json(form: str) -> bool:
    try:
        json.loads(f'"{form}"')
    except ValueError:
        return False
    return True


def _safe(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in ("content-length", "content-type")}
