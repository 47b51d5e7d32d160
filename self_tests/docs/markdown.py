"""The documents as data: their code blocks with their checks, their generated sections, and their prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "sdk_tests/README.md")
# A fence with the line before it, which gives the check: <!-- check: NAME ARGUMENT... -->
FENCE = re.compile(
    r"^(?:<!-- check: (?P<check>[^\n]*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
SECTION = re.compile(r"(?<=<!-- generated: )(?P<name>[\w-]+)( -->)(?P<text>.*?)(?=<!-- end -->)", re.DOTALL)
MADE_ELSEWHERE = re.compile(r"<!-- made by .*?<!-- end -->", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Ids in the CHANGELOG.
IDS = re.compile(r"^- (?:edition \w+, )?(?:added|tightened|relaxed|removed)\b.*?\.$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True)
class Block:
    """A code block. `check` and `arguments` come from the comment above it, and `line` is the line of its fence."""

    document: str
    line: int
    language: str
    text: str
    check: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[Path]:
    """Every document with checks."""
    return [ROOT / name for name in NAMES] + sorted((ROOT / "docs").glob("*.md"))


def blocks(path: Path) -> list[Block]:
    """The code blocks of a document, in their order."""
    text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    return [_block(name, text, found) for found in FENCE.finditer(text)]


def _block(document: str, text: str, found: re.Match[str]) -> Block:
    check, *arguments = (found["check"] or "").split() or [""]
    line = text.count("\n", 0, found.start("language")) + 1
    return Block(document, line, found["language"], found["text"], check, tuple(arguments))


def prose(text: str) -> Iterator[str]:
    """The sentences of a document, one on each line, without code, comments and generated text."""
    for pattern in (FENCE, SECTION, MADE_ELSEWHERE, COMMENT, IDS):
        text = pattern.sub("", text)
    text = LINK.sub(r"\1", text)
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-|#>]|\d+\.) ?)", text):
        for piece in paragraph.split("|") if paragraph.lstrip().startswith("|") else [paragraph]:
            yield from (" ".join(sentence.split()) for sentence in SENTENCE_END.split(piece) if sentence.strip())


def links(text: str) -> list[str]:
    """The destinations of the links and pictures of a document, except those on the web."""
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    return [link for link in found if not link.startswith(("http:", "https:", "mailto:"))]


def leads(link: str, document: Path) -> bool:
    """True if a link leads to an existing file, and to a heading in that file."""
    name, _, anchor = link.partition("#")
    path = (document.parent / name) if name else document
    return path.exists() and (not anchor or anchor in headings(path.read_text(encoding="utf-8")))


def headings(text: str) -> list[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
