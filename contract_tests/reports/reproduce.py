"""Exchanges as shell commands that make the same calls again. The key stays a variable of the shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from itertools import groupby

from contract_tests.http import credentials, operations, printable_text
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.target import ROLES, VARIABLE, Target
from contract_tests.requirements.findings import Violation
from contract_tests.runs.result import Result

LONG_RUN = re.compile(rb"(.)\1{499,}", re.DOTALL)
# Finds the id in an answer. Only characters that are safe in a URL match, so no other assistant can be deleted.
ID = """id() { grep -o '"id" *: *"[A-Za-z0-9._~-]*"' | head -n 1 | cut -d '"' -f 4; }"""

FOLDER = "answers=$(mktemp -d)"


def command(request: Request, target: Target) -> str:
    """One curl command."""
    return _curl(request, target, shlex.quote(target.base_url + request.path))


def _curl(request: Request, target: Target, url: str) -> str:
    parts = ["curl", "-sSi", *(["--path-as-is"] if "/." in request.path else [])]
    if request.method != "GET" or request.body is not None:
        parts += ["-X", shlex.quote(request.method)]
    parts += [*_gateway(target), *_authorization(request.role, target)]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers]
    feed, data = _data(request.body)
    query = credentials.path_of(request.path, request.role, "${" + target.variables["primary"] + "}")
    of_role = query.removeprefix(request.path)
    return feed + " ".join([*parts, *data, url + _quoted(of_role) + _query(request.path + of_role, target)])


def _query(path: str, target: Target) -> str:
    """The query of the base URL, as a word of a shell behind such a path."""
    return shlex.quote(target.with_query(path).removeprefix(path)) if target.query else ""


def _quoted(query: str) -> str:
    """The query that has the variable of a key, as a word of a shell."""
    return f'"{query}"' if query else ""


def removals(result: Result) -> list[str]:
    """The command that deletes each assistant that is left, in the order of `left_behind`."""
    return [command(operations.delete(id, role), result.target) for id, role in result.left_behind.items()]


def script(exchanges: Sequence[Exchange], target: Target, times: int = 1) -> str:
    """The commands in their order. The last is repeated `times` times.

    The id that a create answers goes into a variable. The script deletes these assistants at its end, also after an
    error.
    """
    names = operations.script_names(exchanges)
    if not names and len(exchanges) == 1:
        return _repeated([command(exchanges[0].request, target)], times)
    lines: list[str] = []
    for group, some in groupby(exchanges, key=lambda exchange: exchange.request.group):
        alike, last = list(some), exchanges[-1]
        if group:
            lines += _parallel_steps(alike, last, target, names)
        else:
            lines += _steps(alike, last, times, target, names)
    is_parallel = any(each.request.group for each in exchanges)
    head = [f"url={shlex.quote(target.base_url)}", *([ID] if names else []), *([FOLDER] if is_parallel else [])]
    ends = [*_removals(names, target), *(['rm -r "$answers"'] if is_parallel else [])]
    trap = [f"trap {shlex.quote('; '.join(ends))} EXIT; trap exit INT TERM"] if ends else []
    return "\n".join(["(", *head, *trap, *lines, ")"])


def _steps(
    exchanges: Sequence[Exchange], last: Exchange, times: int, target: Target, names: Mapping[Exchange, str]
) -> list[str]:
    """The lines for calls one after the other."""
    before = [line for each in exchanges if each is not last for line in _step(each, target, names)]
    end = [_repeated(_step(last, target, names, last=True), times)] if exchanges[-1] is last else []
    return before + end


def _parallel_steps(
    exchanges: Sequence[Exchange], last: Exchange, target: Target, names: Mapping[Exchange, str]
) -> list[str]:
    """The lines for calls at the same time. Each answer goes into a file, because a variable that a call in the
    background sets is lost."""
    files = [f'"$answers/{number}"' for number, _ in enumerate(exchanges, 1)]
    lines = []
    for exchange, file in zip(exchanges, files, strict=True):
        lines.append(f"{_curl(exchange.request, target, _place(exchange, names))} > {file} &")
    lines.append("wait")
    for exchange, file in zip(exchanges, files, strict=True):
        lines += [f"{names[exchange]}=$(id < {file})"] if exchange in names else []
        lines += [f"cat {file}"] if exchange is last or exchange not in names else []
    return lines


def _place(exchange: Exchange, names: Mapping[Exchange, str]) -> str:
    return '"$url"' + _path(exchange.request.path, names)


def _repeated(lines: list[str], times: int) -> str:
    text = "\n".join(lines)
    return text if times == 1 else f"for i in $(seq {times}); do\n{text}\ndone"


def _step(exchange: Exchange, target: Target, names: Mapping[Exchange, str], *, last: bool = False) -> list[str]:
    """The lines for one call. A create before the last call prints nothing, and its variable gets the id. The last call
    may be repeated, so its variable collects all ids."""
    line = _curl(exchange.request, target, _place(exchange, names))
    name = names.get(exchange)
    if not name:
        return [line]
    if not last:
        return [f"{name}=$({line} | id)"]
    printed = "printf '%s\\n' \"$answer\""
    return [f"answer=$({line})", printed, f'{name}="${name} $({printed} | id)"']


def _path(path: str, names: Mapping[Exchange, str]) -> str:
    """A path as words of a shell. An id of a create is replaced by its variable."""
    variables = {operations.created_id(exchange): name for exchange, name in names.items()}
    pieces = re.split(rf"({'|'.join(map(re.escape, variables))})(?![\w-])", path) if variables else [path]
    return "".join(f'"${variables[piece]}"' if piece in variables else shlex.quote(piece) for piece in pieces if piece)


def _removals(names: Mapping[Exchange, str], target: Target) -> list[str]:
    """The commands that delete each assistant with a key of its organization. curl waits if the limit is used up."""
    mine: dict[str, list[str]] = {}
    for exchange, name in names.items():
        mine.setdefault("foreign" if exchange.request.role == "foreign" else "primary", []).append(f"${name}")
    # zsh splits the output of a command into words, but not a variable.
    return [
        f"for id in $(echo {' '.join(ids)}); do curl -sSo /dev/null --retry 2 -X DELETE "
        f"{' '.join([*_gateway(target), *_authorization(role, target)])} "
        f'"$url{operations.raw_path("$id")}"{_query(operations.raw_path("$id"), target)}; done'
        for role, ids in mine.items()
    ]


def _gateway(target: Target) -> list[str]:
    """The options for what every call to this target has. A secret stays a variable of the shell."""
    authority = [f"--cacert {shlex.quote(target.ca_file)}"] if target.ca_file else []
    return authority + [f"-H {_header(name, text)}" for name, text in target.headers.items()]


def _header(name: str, text: str) -> str:
    """A header as one word of a shell."""
    pieces = VARIABLE.split(f"{name}: {text}")
    return "".join(f'"${piece}"' if place % 2 else shlex.quote(piece) for place, piece in enumerate(pieces) if piece)


def _authorization(role: str, target: Target) -> list[str]:
    if role in ROLES:
        return [f'-H "Authorization: Bearer ${target.variables[role]}"']
    return credentials.options(role, target.variables["primary"])


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
    is_shown = printable_text.escape(text, keep="\n") == text  # a terminal would obey or hide the rest
    return text if is_shown and not text.startswith("@") else None


def _pieces(body: bytes) -> str:
    pieces, at = [], 0
    for run in LONG_RUN.finditer(body):
        pieces.append(f"printf {_octal(body[at : run.start()])}")
        pieces.append(f"head -c {len(run.group())} /dev/zero | tr '\\0' {_octal(run.group(1))}")
        at = run.end()
    return "{ " + "; ".join([*pieces, f"printf {_octal(body[at:])}"]) + "; }"


def _octal(body: bytes) -> str:
    """Bytes as a quoted format of printf. A byte that is not plain ASCII becomes three octal digits."""
    safe = (chr(byte) if 32 <= byte < 127 and byte not in b"\\'%" else f"\\{byte:03o}" for byte in body)
    return "'" + "".join(safe) + "'"


def reproducer(violation: Violation, target: Target) -> str:
    """Shell commands that show a violation. For a violation that the SDK tests found, the command that runs them."""
    if not violation.exchanges:
        return "pytest --pyargs sdk_tests, with the same keys and ASSISTANTS_BASE_URL in the environment"
    limited = violation.exchanges[-1].response.status == 429  # which a single call would not meet
    return script(violation.exchanges, target, max(violation.times, (target.rate_limit or 0) + 1 if limited else 1))
