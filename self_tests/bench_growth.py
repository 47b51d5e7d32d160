"""What the fake costs as it grows: CPU of each kind of request, and the loading of its file, at several sizes."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table


def table(folder: Path) -> Table:
    return Table("x")
