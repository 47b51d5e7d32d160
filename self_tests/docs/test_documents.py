"""Every code sample of every document works as the document says, and every generated section is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from self_tests.docs.checks import CHECKS
from self_tests.docs.markdown import ROOT, SECTION, Block, blocks, documents, leads, links, prose
from self_tests.docs.sections import SECTIONS
from self_tests.docs.stage import stage

# Texts, and commands that other tests run on each Python.
pytestmark = pytest.mark.any_python

BLOCKS = [block for path in documents() for block in blocks(path)]
PATHS = {str(path.relative_to(ROOT)): path for path in documents()}
# A reader must read sentences with these words twice.
AVOIDED = ("be it", "of which", "that of", "those of")
LONGEST = 38  # the most words of a sentence
# The faults that docs/frontend.md names for the header X-Fake-Fault.
FAULTS = re.findall(r"[` ]([\w=-]+)`", re.findall(r"`X-Fake-Fault: .*", PATHS["docs/frontend.md"].read_text())[0])
QUESTION = re.compile(r"\W*(What|Whether|Who|Whose|Where) ")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_each_code_block_passes_its_check(block: Block, tmp_path: Path) -> None:
    """Every block has a check, and passes it. A failure gives the document and the line."""
    assert block.check in CHECKS, f"{block}: write <!-- check: NAME --> above it, NAME one of {', '.join(CHECKS)}"

    CHECKS[block.check](block, tmp_path)


@pytest.mark.parametrize("name", PATHS)
def test_each_generated_section_is_up_to_date(name: str) -> None:
    """A generated section equals its source. Otherwise `make docs` writes it again."""
    for section in SECTION.finditer(PATHS[name].read_text(encoding="utf-8")):
        assert section["text"].strip() == SECTIONS[section["name"]](), f"{name}: {section['name']}: make docs"


def test_each_section_stands_in_a_document() -> None:
    """No document has lost the marks of a section, which `make docs` would no longer write."""
    found = {
        section["name"] for path in PATHS.values() for section in SECTION.finditer(path.read_text(encoding="utf-8"))
    }

    assert found == {*SECTIONS}


@pytest.mark.parametrize("name", PATHS)
def test_each_sentence_is_short_and_plain(name: str) -> None:
    """A sentence is short and plain: it has a noun as its subject, or it is a question."""
    sentences = list(prose(PATHS[name].read_text(encoding="utf-8")))
    questions = [each for each in sentences if QUESTION.match(each) and not each.endswith("?")]

    assert [each for each in sentences if len(each.split()) > LONGEST] == []
    assert questions == []
    assert [each for each in sentences if any(f" {piece} " in f" {each.lower()} " for piece in AVOIDED)] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_header_takes_each_fault(fault: str, tmp_path: Path) -> None:
    """The header accepts each fault that the document names, and answers 400 to any other word."""
    url, key = "http://127.0.0.1:8080/v1/assistants", "Authorization: Bearer sk-fake-primary"
    curl = f"curl -s -o answer -w '%{{http_code}}' {url} -H '{key}' -H 'X-Fake-Fault: "
    with stage(tmp_path) as here:
        right, wrong = here.bash(f"{curl}{fault}' --max-time 5"), here.bash(f"{curl}nonsense'")

    assert (right.stdout != "400", wrong.stdout) == (True, "400")


@pytest.mark.parametrize("name", PATHS)
def test_each_link_leads_somewhere(name: str) -> None:
    """A link inside the project leads to an existing file, and to an existing heading of that file."""
    text = PATHS[name].read_text(encoding="utf-8")

    assert [link for link in links(text) if not leads(link, PATHS[name])] == []
