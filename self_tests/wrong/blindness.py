"""`make sdk-blindness`: shows which SDKs notice each of three wrong servers. The whole suite notices all three."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from sdk_tests.sdks import Sdk, UnavailableError, known
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import WrongServer, serving

# The first server is noticed by some old SDKs alone, the second by Node's walk and by the pages that Python's tests
# look at, the third by no SDK.
CHOSEN = ("an empty page is 404", "has more is missing", "last id is the last of all")


def main() -> int:
    servers = [server for server in SERVERS if server.name in CHOSEN]
    table = Table("SDK", *(f"{server.name}\nbreaks {server.meant}" for server in servers), box=None)
    for sdk in known():
        try:
            table.add_row(sdk.name, *(noticed(sdk, server) for server in servers))
        except UnavailableError as fault:
            print(f"Left out: {fault}.", file=sys.stderr)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return 0


def noticed(sdk: Sdk, server: WrongServer) -> str:
    """The requirements that an SDK's tests found violated."""
    with serving(server.change) as target:
        outcomes = sdk.judge(target)
    broken = dict.fromkeys(each.name for each in outcomes if each.verdict == "failed" and not each.is_fact)
    return ", ".join(broken) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
