"""Texts that a target may have chosen, made inert for each kind of output: one function a kind.

A target chooses ids, messages and headers freely, and a crafted record can hold any text at all. Each report escapes by
the function for its kind. HTML is escaped by its templates (html.py), and a shell script by shlex (reproduce.py).
"""

from __future__ import annotations

import re
import shlex

from contract_tests.http import printable_text

# CI servers obey a line of the output that begins with ::, also after spaces, or that has ##[, ##vso[ or ##teamcity[.
COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
MARKED_COMMAND = re.compile(r"##(?=\w*\[)")
BACKTICKS = re.compile("`+")


def terminal(text: str) -> str:
    """For a terminal, and for the log of a CI server. Line breaks stay."""
    printable = printable_text.escape(text, keep="\n")
    return MARKED_COMMAND.sub(r"#\\x23", COMMAND.sub(r"\1\\x3a", printable))


def one_line(text: str) -> str:
    """For a terminal, as one line: a line break becomes a space."""
    return terminal(" ".join(text.splitlines()))


def shell_word(text: str) -> str:
    """For a line that a person may paste into a shell: one word, in quotes if it needs them."""
    return shlex.quote(terminal(text).replace("\n", r"\n"))


def code_span(text: str) -> str:
    """For Markdown, between backticks: a reader of Markdown shows it as it is, without links, mentions or HTML."""
    line = printable_text.escape(" ".join(text.split())) or " "
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{space}{line}{space}{fence}"


def code_block(text: str, language: str = "") -> list[str]:
    """For Markdown: the lines of a fenced block."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return [fence + language, printable_text.escape(text, keep="\n\t"), fence]


def xml(text: str) -> str:
    """For XML 1.0, which cannot hold control characters, not even as references. The writer escapes the markup."""
    return printable_text.escape(text, keep="\n\t")


def workflow_data(text: str) -> str:
    """For the text of a command of GitHub Actions, which is one line."""
    return xml(text).replace("%", "%25").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """For a property of such a command."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def _longest_run(text: str) -> int:
    return max((len(run) for run in BACKTICKS.findall(text)), default=0)
