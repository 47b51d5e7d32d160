"""Samples of a console. A line that begins with "$ " is a command; all other lines are its output.

A command that does not end with 0 has its exit code as a last line, "(exit 2)".
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from self_tests.docs.markdown import Block
from self_tests.docs.stage import Stage, stage

PROMPT = "$ "
CHECKOUT = "checkout"  # the argument of a block with commands for a checkout
# These parts of an output differ from run to run.
VOLATILE = (
    (re.compile(r"\b\d+\.\d s\b"), "N s"),
    (re.compile(r"\b\d+\.\d ms\b"), "N ms"),
    (re.compile(r"asst-[0-9a-f]{24}"), "asst-ID"),
    (re.compile(r"req_[0-9a-f]+"), "req_ID"),
    (re.compile(r"\b20\d\d-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"contract-\d+(?:-\w+)? \d+"), "TAG"),
)


def play(block: Block, files: dict[str, Block]) -> str:
    """The block with its present output: its commands, each with the lines that it prints."""
    commands = [line.removeprefix(PROMPT) for line in block.text.splitlines() if line.startswith(PROMPT)]
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), files) as here:
        where = 'cd "$ROOT"; ' if CHECKOUT in block.arguments else ""
        return "".join(f"{PROMPT}{command}\n{_output(here, where + command)}" for command in commands)


def _output(here: Stage, command: str) -> str:
    done = here.bash(command)
    lines = [line.rstrip() for line in here.there(done.stdout).splitlines()]
    if done.returncode:
        lines.append(f"(exit {done.returncode})")
    return "".join(f"{line}\n" for line in lines)


def stable(text: str) -> str:
    """The text without the parts that differ from run to run."""
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text
