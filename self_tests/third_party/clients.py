"""`make clients`: runs real frameworks that use assistants, each with a fake of its own in each edition, and shows the
fields of their creates. In an edition with kept fields, each reads back what it has sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.compose import compose
from fake_server.contract.editions import edition_names
from fake_server.fake import Answer, Call, Handler
from fake_server.http.server import serve
from fake_server.storage import seed
from sdk_tests.sdks import HOME, UnavailableError, environment
from self_tests.wrong.wrong_server import handling

HERE = Path(__file__).resolve().parent / "frameworks"
OPERATIONS = ("create", "find", "modify", "delete")
PATIENCE = 120


def main() -> int:
    """0: each framework works and leaves nothing behind; 1: one does not; 3: one is unavailable."""
    table, code = Table("framework", *OPERATIONS, "edition", "what it creates with"), 0
    for name, packages in tomllib.loads((HERE / "frameworks.toml").read_text(encoding="utf-8")).items():
        try:
            home = environment("python", HOME / name, tuple(packages))
        except UnavailableError as why:
            print(f"Left out: {why}.", file=sys.stderr)
            code = code or 3
            continue
        for edition in edition_names():
            by, sent, fault = driven(home / "bin" / "python", name, edition)
            calls = (by.get(operation, "the SDK") for operation in OPERATIONS)
            table.add_row(*map(escape, (packages[0], *calls, edition, fault or json.dumps(sent))))
            code = 1 if fault else code
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return code


def driven(python: Path, name: str, edition: str) -> tuple[dict[str, str], list[Any], str]:
    """The framework's own calls by operation, the fields of its create, and the errors."""
    fake, sent, lost = compose(rate_limit=None, edition=edition), list[Any](), set[str]()

    async def comparing(handle: Handler, call: Call) -> Answer:
        answer = await handle(call)
        kept = fake.edition.kept
        lost.update(name for name in (kept.names if kept else ()) if not has(answer.body[name], call.body.get(name)))
        return answer

    async def recording(handle: Handler, call: Call) -> Answer:
        sent.append(dict(call.body))
        return await handle(call)

    handling(fake, comparing, CREATE, *MODIFIES)
    handling(fake, recording, CREATE)
    before = len(fake.store.projects(seed.KEYS[0].organization))
    # -P: the script has the name of its framework. Python must not import the script in its place.
    command = [str(python), "-P", "-W", "ignore", str(HERE / f"{name}.py")]
    with serve(fake) as base_url:
        kept = " ".join(fake.edition.kept.names) if fake.edition.kept else ""
        variables = os.environ | {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": seed.KEYS[0].secret, "KEPT": kept}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        return {}, sent, done.stderr.strip().splitlines()[-1]
    left = len(fake.store.projects(seed.KEYS[0].organization)) - before
    faults = [f"{left} are left behind"] * bool(left) + [f"{name} is not as sent" for name in sorted(lost)]
    return json.loads(done.stdout.splitlines()[-1]), sent, ", ".join(faults)


def has(shown: Any, sent: Any) -> bool:
    """The shown value is the sent one, perhaps with more members. Nothing needs to be shown for null."""
    if isinstance(shown, dict) and isinstance(sent, dict):
        return all(name in shown and has(shown[name], value) for name, value in sent.items())
    if isinstance(shown, list) and isinstance(sent, list):
        return len(shown) == len(sent) and all(map(has, shown, sent))
    return sent is None or bool(shown == sent)


if __name__ == "__main__":
    sys.exit(main())
