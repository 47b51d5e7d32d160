"""`make docs`: writes the generated parts of the documents: the output of the consoles, and the sections.

With names of documents as arguments it writes only those; with --new only consoles that have no output yet. Look at the
difference before you commit it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from self_tests.docs.checks import files
from self_tests.docs.console import PROMPT, play, stable
from self_tests.docs.markdown import FENCE, SECTION, blocks, documents
from self_tests.docs.sections import SECTIONS

NEW = "--new"


def main(names: list[str]) -> None:
    chosen = [name for name in names if name != NEW]
    for path in documents():
        if not chosen or any(str(path).endswith(name) for name in chosen):
            path.write_text(regenerated(path, NEW in names), encoding="utf-8")


def regenerated(path: Path, new_alone: bool) -> str:
    """The document with its present sections and console output. Output with the same meaning is left unchanged."""
    text = SECTION.sub(_section, path.read_text(encoding="utf-8"))
    found = iter(blocks(path))

    def console(match: re.Match[str]) -> str:
        block = next(found)
        has_output = any(not line.startswith(PROMPT) for line in block.text.splitlines())
        if block.check != "console" or (new_alone and has_output):
            return match[0]
        now = play(block, files(path))
        return match[0] if stable(now) == stable(block.text) else match[0].replace(block.text, now)

    return FENCE.sub(console, text)


def _section(match: re.Match[str]) -> str:
    return f"{match['name']} -->\n{SECTIONS[match['name']]()}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
