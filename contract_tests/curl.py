"""Exchanges as shell commands that show the same again; the key stays a variable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from contract_tests.client import STRANGER
from contract_tests.findings import Breach
from contract_tests.target import ROLES, Target
from contract_tests.wire import Exchange, Request

LONG_RUN = re.compile(rb"(.)\1{499,}", re.DOTALL)


def command(request: Request, target: Target, ids: dict[str, str] | None = None) -> str:
    """One curl. `ids` maps assistant ids to the shell variables that hold them in a script."""
    parts = ["curl", "-sS", "-i", "--path-as-is"]
    if request.method != "GET" or request.body is not None:
        parts += ["-X", shlex.quote(request.method)]
    parts += _authorization(request.role, target)
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers]
    feed, data = _data(request.body)
    url = shlex.quote(target.base_url + request.path)
    for id, variable in (ids or {}).items():
        url = (
            url.replace(f"/{id}", f"/'\"${variable}\"'")
            if url.startswith("'")
            else url.replace(f"/{id}", f'/"${variable}"')
        )
    return feed + " ".join([*parts, *data, url])


def script(exchanges: Sequence[Exchange], target: Target) -> str:
    """The commands in their order. An id that a create answered is read from its answer into a variable."""
    ids: dict[str, str] = {}
    lines = []
    for exchange in exchanges:
        line = command(exchange.request, target, ids)
        created = _created(exchange)
        if created and exchange is not exchanges[-1]:
            ids[created] = f"id{len(ids) + 1}"
            line = f'{ids[created]}=$({line} | grep -o \'"id" *: *"[^"]*"\' | head -n 1 | cut -d \'"\' -f 4)'
        lines.append(line)
    return "\n".join(lines)


def _created(exchange: Exchange) -> str:
    if exchange.request.method != "POST" or exchange.request.path != "/assistants":
        return ""
    answer = exchange.response.json
    return answer["id"] if isinstance(answer, dict) and isinstance(answer.get("id"), str) else ""


def _authorization(role: str, target: Target) -> list[str]:
    primary = "$" + target.variables["primary"]
    if role in ROLES:
        return [f'-H "Authorization: Bearer ${target.variables[role]}"']
    return {
        "nobody": [],
        "stranger": [f"-H 'Authorization: Bearer {STRANGER}'"],
        "basic": [f'-u "{primary}:"'],
        "bare": [f'-H "Authorization: {primary}"'],
    }[role]


def _data(body: bytes | None) -> tuple[str, list[str]]:
    if body is None:
        return "", []
    if LONG_RUN.search(body):
        return _pieces(body) + " | ", ["--data-binary", "@-"]
    text = _plain(body)
    if text is not None:
        return "", ["--data-binary", shlex.quote(text)]
    return f"printf {_octal(body)} | ", ["--data-binary", "@-"]


def _plain(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or text.startswith("@") else text


def _pieces(body: bytes) -> str:
    pieces, at = [], 0
    for run in LONG_RUN.finditer(body):
        pieces.append(f"printf {_octal(body[at : run.start()])}")
        pieces.append(f"head -c {len(run.group())} /dev/zero | tr '\\0' {_octal(run.group(1))}")
        at = run.end()
    return "{ " + "; ".join([*pieces, f"printf {_octal(body[at:])}"]) + "; }"


def _octal(body: bytes) -> str:
    """Bytes as a quoted format of printf: what is not plain ASCII as three octal digits."""
    safe = (chr(byte) if 32 <= byte < 127 and byte not in b"\\'%" else f"\\{byte:03o}" for byte in body)
    return "'" + "".join(safe) + "'"


def reproducer(breach: Breach, target: Target) -> str:
    """Shell commands that show a breach; a test of the SDK suite shows itself."""
    if not breach.exchanges:
        return "pytest --pyargs sdk_tests, with the same keys and ASSISTANTS_BASE_URL in the environment"
    commands = script(breach.exchanges, target)
    if breach.times > 1:
        commands = f"for i in $(seq {breach.times}); do {commands}; done"
    return redacted(commands, target)


def redacted(text: str, target: Target) -> str:
    """A text without the keys, which a careless server may have put into its answer."""
    for role, key in target.keys.items():
        text = text.replace(key, "$" + target.variables[role])
    return text
