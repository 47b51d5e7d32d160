"""What the README tells a developer to type does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fake_server.control.faults import read_header
from fake_server.dialect.settings import read_dialect
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage.seed_file import read_seed_file
from self_tests.fake.controlled import controlled

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def block(kind: str, word: str) -> str:
    """The one of this kind that has this word in it."""
    [found] = [each for each in re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL) if word in each]
    return str(found)


@pytest.fixture
def fake() -> Fake:
    return controlled()


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_ten_lines_of_javascript_start_a_fake() -> None:
    """And end it, and with it themselves."""
    listing = """
      const answer = await fetch(`${url}/assistants`, { headers: { authorization: `Bearer ${keys.primary}` } });
      console.log((await answer.json()).data.length);
    """
    script = re.sub("// new OpenAI.*", lambda _: listing, block("js", "spawn("))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    words = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(
        words, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_each_curl_of_the_control_side_works(fake: Fake) -> None:
    """As it stands there."""
    lines = [line for line in block("sh", "$fake/reset").splitlines() if line.startswith("curl")]
    with serve(fake) as url:
        base = url.removesuffix("v1") + "_fake"
        for line in lines:
            typed = f"fake={base}; {line.replace('curl ', 'curl --fail --silent --show-error ')}"
            done = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, timeout=60, check=False)
            assert (done.returncode, done.stderr) == (0, ""), line

    assert len(lines) == 10


def test_the_seed_file_is_one(tmp_path: Path) -> None:
    """With the names that it foretells."""
    file = tmp_path / "seed.yaml"
    file.write_text(block("yaml", "organizations:"))

    seed = read_seed_file(file, 0)

    assert [(key.secret, key.project) for key in seed.keys] == [
        ("sk-acme", "support"),
        ("sk-fake-acme-sibling", "acme-sibling"),
    ]


def test_the_header_takes_what_it_says() -> None:
    """Each of the words."""
    [words] = re.findall(r"`X-Fake-Fault: (.*?), or several with commas", README)

    assert read_header(words.replace("`", "")).keys() == {"status", "latency_ms", "hang", "reset", "half", "malformed"}


def test_the_dialect_is_one(tmp_path: Path) -> None:
    """Each of its settings is otherwise than usual."""
    file = tmp_path / "d.yaml"
    file.write_text(block("yaml", "unknown_cursor"))

    assert len(read_dialect(str(file))) == 4
