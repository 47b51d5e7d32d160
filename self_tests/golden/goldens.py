"""`make golden`: writes the golden files, which are the reports of one recorded run. Look at the difference before a
commit.

`python -m self_tests.golden.goldens record` first records a new run, on a server with six mistakes, as a team's CI
would.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from aiohttp import web
from rich.console import Console

from contract_tests.http.operations import CREATE, DELETE, PATCH, RETRIEVE
from contract_tests.reports import events, terminal
from contract_tests.reports.events import Record
from contract_tests.reports.formats import render
from contract_tests.reports.markdown import github_annotations
from fake_server.domain.errors import MalformedRequest, UnknownAssistant
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.http.handlers import modify_assistant
from self_tests.command_run import KEYS
from self_tests.wrong.wrong_server import answering, handling, responding, serving

HERE = Path(__file__).parent
EVENTS = HERE / "events.ndjson"
FILES = {"html": "report.html", "junit": "junit.xml", "markdown": "summary.md", "badge": "badge.svg"}
LONG = 1000  # characters
ANNOTATIONS, TERMINAL = "annotations.txt", "terminal.txt"
WORDS = (
    "--profile=production",
    "--only=modify/partial",
    "--only=delete/answers-deleted",
    "--only=retrieve/unknown-is-404",
    "--only=modify/unknown-is-404",
    "--only=create/status-200",
    "--only=delete/self-survives",
    "--only=org/closed-to-others",
    "--only=errors/envelope",
    "--only=errors/types",
    "--baseline=known.yaml",
    f"--events={EVENTS}",
)


def spoil(fake: Fake) -> None:
    """Adds six mistakes.

    PATCH forgets the name, the answer of a delete has no `object`, an assistant with long instructions cannot be
    deleted, a create answers 201, an unknown id gets an assistant with an odd text, and an error is only a text.
    """

    async def forgetful(call: Call) -> Answer:
        call.body = {"name": "Unnamed", **call.body}
        return await modify_assistant(call)

    def terse(call: Call, _: Answer) -> Answer:
        return Answer({"id": call.assistant, "deleted": True})

    async def kept(handle: Handler, call: Call) -> Answer:
        project = fake.store.get(call.key.organization, fake.project_id(call.assistant))
        if project and len(project.prompt or "") > LONG:
            raise MalformedRequest("Too long to be deleted.")
        return await handle(call)

    async def odd(handle: Handler, call: Call) -> Answer:
        try:
            return await handle(call)
        except UnknownAssistant:
            return Answer({"id": None, "name": '<b>"it\'s" & \x00 \ud800 🤖</b>'})

    def created(_: Call, answer: Answer) -> Answer:
        return Answer(answer.body, 201)

    def bare(response: web.Response) -> web.Response:
        return web.json_response("No.", status=response.status)

    responding(fake, bare, lambda _, status: status >= 400)
    fake.handlers[PATCH] = forgetful
    answering(fake, terse, DELETE)
    handling(fake, kept, DELETE)
    handling(fake, odd, RETRIEVE)
    answering(fake, created, CREATE)


def record() -> None:
    with serving(spoil) as target, TemporaryDirectory() as ledger:
        words = (sys.executable, "-m", "contract_tests", "run", target.base_url, *WORDS, f"--ledger={ledger}")
        subprocess.run(words, cwd=HERE, env={**os.environ, **KEYS, "ASSISTANTS_FOREIGN_API_KEY": ""}, check=False)


def written(text: str) -> bytes:
    """The bytes that the command writes for a report."""
    return text.encode(errors="backslashreplace")


def reports(run: Record) -> Mapping[str, str]:
    """The text of each report, by its file name."""
    files = {file: render(name, run) for name, file in FILES.items()}
    annotations = "\n".join(github_annotations(run)) + "\n"
    return {**files, ANNOTATIONS: annotations, TERMINAL: terminal_report(run)}


def terminal_report(run: Record) -> str:
    """The text of the terminal, without colours, 100 columns wide."""
    console = Console(file=StringIO(), width=100, highlight=False)
    terminal.report(run, console, console)
    return cast(StringIO, console.file).getvalue()


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
    for name, text in reports(events.load(EVENTS)).items():
        (HERE / name).write_bytes(written(text))
