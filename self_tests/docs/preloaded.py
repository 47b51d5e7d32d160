"""The command `assistants-contract` for the samples: each call is a fork of one process that has imported everything.

Without the forks, each sample would spend most of its time on imports. self_tests/docs/test_ci.py and
self_tests/packages/test_wheels.py run the command as it is installed.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import select
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import contract_tests
from contract_tests.cli import commands
from self_tests.setup.stubs import write_script

NAME = "assistants-contract"
SOCKET = "socket"  # beside the client
# Gives its words, folder, variables and streams to the process, and ends with the exit code that comes back.
CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as process:
    process.connect(os.path.join(os.path.dirname(__file__), "{socket}"))
    call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(process, [len(call).to_bytes(4, "big")], [0, 1, 2])
    process.sendall(call)
    sys.exit(process.recv(1)[0])
"""


@cache
def folder(python_path: str) -> Path:
    """A folder with the command, for the PATH. The process behind the command ends with this one."""
    place = TemporaryDirectory()
    atexit.register(place.cleanup)
    home = Path(place.name)
    write_script(home / NAME, f'exec \'{sys.executable}\' -IS "$0.py" "$@"')
    (home / f"{NAME}.py").write_text(CLIENT.format(socket=SOCKET), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(home / SOCKET)],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": python_path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    atexit.register(process.wait)
    atexit.register(process.stdin.close)
    assert process.stdout.readline(), "the process with the imports ended"
    return home


def main(path: str) -> None:
    """Serves calls until the standard input ends. Returns in each fork, which then is the command."""
    for module in pkgutil.walk_packages(contract_tests.__path__, "contract_tests."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    import_module("fake_server.compose")
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                return _become(connection)
            connection.close()
    with suppress(ChildProcessError):
        while os.wait():
            pass
    sys.exit()


def _become(connection: socket.socket) -> None:
    """Takes over the call. A second fork is the command; this one waits and tells the exit code."""
    size, streams, _, _ = socket.recv_fds(connection, 4, 3)
    words, here, variables = json.loads(connection.makefile("rb").read(int.from_bytes(size, "big")))
    if child := os.fork():
        connection.send(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF]))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _enter(words, here, variables)


def _enter(words: list[str], here: str, variables: Mapping[str, str]) -> None:
    os.chdir(here)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = [NAME, *words]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the old ones belong to the streams of the first process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, errors="backslashreplace", closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    main(sys.argv[1])
    commands.main()
