"""Every code sample of every document does what the document says, and what is generated is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from self_tests.docs.checks import CHECKS
from self_tests.docs.markdown import ROOT, SECTION, Block, blocks, documents, leads, links, prose
from self_tests.docs.sections import SECTIONS
from self_tests.docs.stage import stage

BLOCKS = [block for path in documents() for block in blocks(path)]
PATHS = {str(path.relative_to(ROOT)): path for path in documents()}
# Pieces of sentences that a reader has to read twice.
AVOIDED = ("be it", "of which", "that of", "those of")
LONGEST = 38  # words of a sentence
# The faults that docs/frontend.md names for the header X-Fake-Fault.
FAULTS = re.findall(r"[` ]([\w=-]+)`", re.findall(r"`X-Fake-Fault: .*", PATHS["docs/frontend.md"].read_text())[0])
QUESTION = re.compile(r"\W*(What|Whether|Who|Whose|Where) ")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_each_code_block_passes_its_check(block: Block, tmp_path: Path) -> None:
    """A block without a check, or with one that there is not, fails by its document and line."""
    assert block.check in CHECKS, f"{block}: write <!-- check: NAME --> above it, NAME one of {', '.join(CHECKS)}"

    CHECKS[block.check](block, tmp_path)


@pytest.mark.parametrize("name", PATHS)
def test_each_generated_section_is_up_to_date(name: str) -> None:
    """Where one is not, make docs writes it anew."""
    for section in SECTION.finditer(PATHS[name].read_text(encoding="utf-8")):
        assert section["text"].strip() == SECTIONS[section["name"]](), f"{name}: {section['name']}: make docs"


@pytest.mark.parametrize("name", PATHS)
def test_each_sentence_is_short_and_plain(name: str) -> None:
    """Nobody has to read one twice. Its subject is a noun, or it is a question."""
    sentences = list(prose(PATHS[name].read_text(encoding="utf-8")))
    questions = [each for each in sentences if QUESTION.match(each) and not each.endswith("?")]

    assert [each for each in sentences if len(each.split()) > LONGEST] == []
    assert questions == []
    assert [each for each in sentences if any(f" {piece} " in f" {each.lower()} " for piece in AVOIDED)] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_header_takes_each_fault(fault: str, tmp_path: Path) -> None:
    """A word that is no fault answers 400."""
    url, key = "http://127.0.0.1:8080/v1/assistants", "Authorization: Bearer sk-fake-primary"
    curl = f"curl -s -o answer -w '%{{http_code}}' {url} -H '{key}' -H 'X-Fake-Fault: "
    with stage(tmp_path) as here:
        right, wrong = here.bash(f"{curl}{fault}' --max-time 5"), here.bash(f"{curl}nonsense'")

    assert (right.stdout != "400", wrong.stdout) == (True, "400")


@pytest.mark.parametrize("name", PATHS)
def test_each_link_leads_somewhere(name: str) -> None:
    """Inside the project: to a file that is there, and to a heading that the file has."""
    text = PATHS[name].read_text(encoding="utf-8")

    assert [link for link in links(text) if not leads(link, PATHS[name])] == []
