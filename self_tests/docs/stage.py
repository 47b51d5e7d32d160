"""The place for the samples: an empty folder with a document's files, two servers, their keys, and both commands."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from fake_server.compose import compose
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.command_run import KEYS
from self_tests.docs import preloaded
from self_tests.docs.markdown import ROOT, Block
from self_tests.fake.control.controlled import controlled
from self_tests.wrong import SERVERS

# The addresses of the servers in the documents.
FAKE, WRONG, RAGEN = "127.0.0.1:8080", "127.0.0.1:8901", "127.0.0.1:8902"
REPLACES = "one verb replaces and the other merges: patchAssistant"
# A target file declares these facts about a service with real data. Here they are true for the fake.
OWN = {
    "https://api.example.com/v1": f"http://{FAKE}/v1",
    "asst-p1": f"asst-{seed.KEYS[0].project}",
    "asst-p2": f"asst-{seed.KEYS[1].project}",
    "rate_limit = 20": "rate_limit = 0",
}
COLUMNS = "100"

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Stage:
    """`addresses` maps each server's address in the documents to its present address."""

    folder: Path
    addresses: Mapping[str, str]
    environment: Mapping[str, str]

    def here(self, text: str) -> str:
        """The text of a document, with the addresses of this stage."""
        for written, actual in self.addresses.items():
            text = text.replace(written, actual).replace(f"--port {port(written)}", f"--port {port(actual)}")
        return text

    def there(self, text: str) -> str:
        """The text of an output, with the addresses of the documents."""
        for written, actual in self.addresses.items():
            text = re.sub(rf"\b{port(actual)}\b", port(written), text)
        return text.replace(f"{self.folder}/", "")

    def local(self, text: str) -> str:
        """The same as `here`, but with the fake in place of the service with real data, and without its limit."""
        for written, actual in OWN.items():
            text = text.replace(written, actual)
        return self.here(text)

    def bash(self, commands: str, **more: str) -> Done:
        return subprocess.run(
            ["bash", "-c", self.here(commands)],
            cwd=self.folder,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,  # for a machine that is busy
            check=False,
        )


@contextmanager
def stage(folder: Path, files: Mapping[str, Block] | None = None) -> Iterator[Stage]:
    """Two fakes without a limit: the PATCH of the one at 8901 replaces; the one at 8902 has the dialect ragen.

    `files` are blocks of the document by name.
    """
    wrong = controlled()
    next(server for server in SERVERS if server.name == REPLACES).change(wrong)
    ragen = compose(rate_limit=None, dialect=_settings(ROOT / "fake_server/dialect/ragen.yaml"))
    with ExitStack() as stack:
        servers = {FAKE: controlled(), WRONG: wrong, RAGEN: ragen}
        urls = {written: stack.enter_context(serve(fake, port=four_digits())) for written, fake in servers.items()}
        addresses = {written: address(url) for written, url in urls.items()}
        path = os.pathsep.join([str(preloaded.folder(str(ROOT))), environment(folder)["PATH"]])
        place = Stage(folder, addresses, environment(folder) | {"PATH": path})
        for name, block in (files or {}).items():
            (folder / name).write_text(place.here(block.text), encoding="utf-8")
        yield place


def _settings(dialect: Path) -> dict[str, object]:
    """The settings of a dialect file, by group and name."""
    groups = yaml.safe_load(dialect.read_text(encoding="utf-8"))
    return {f"{group}.{name}": value for group, settings in groups.items() for name, value in settings.items()}


def address(url: str) -> str:
    return url.removeprefix("http://").removesuffix("/v1")


def port(address: str) -> str:
    return address.rpartition(":")[2]


def four_digits() -> int:
    """A free port with as many digits as those of the documents, so that no column moves."""
    for free in range(5000 + os.getpid() % 1000, 9999):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", free)) and not _is_taken(free):
                return free
    raise RuntimeError("no port is free")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def environment(folder: Path) -> dict[str, str]:
    return {
        **KEYS,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "ROOT": str(ROOT),
        "COLUMNS": COLUMNS,
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
    }
