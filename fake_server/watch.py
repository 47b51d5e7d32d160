"""--watch: the seed file and the dialect file are read again when they change, while the fake serves."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from fake_server.compose import change_dialect
from fake_server.contract.yaml_file import YamlFileError
from fake_server.control.state import Control
from fake_server.dialect.settings import load_dialect
from fake_server.storage.file_lock import Stamp
from fake_server.storage.seed_file import load_seed_file

# Seconds between two looks at the files.
INTERVAL = 0.3


class Watch:
    """A changed dialect file gives the fake another dialect. A changed seed file resets everything to the new seed.

    A file with a mistake changes nothing. `report` gets one line for each file that was read or refused.
    """

    def __init__(
        self, control: Control, seed: Path | None, dialect: Path | None, report: Callable[[str], None]
    ) -> None:
        self.control = control
        self.report = report
        # The dialect comes first, because a seed takes its defaults from the dialect.
        actions = ((dialect, self._read_dialect), (seed, self._read_seed))
        self.actions = {path: action for path, action in actions if path is not None}
        self.stamps = {path: Stamp.of(path) for path in self.actions}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            self.look()

    def look(self) -> None:
        """Read each file that has changed since the last look. A file that is gone may be there at the next look."""
        for path, read in self.actions.items():
            stamp = Stamp.of(path)
            if stamp is not None and stamp != self.stamps[path]:
                self.stamps[path] = stamp
                self._try(path, read)

    def _try(self, path: Path, read: Callable[[Path], None]) -> None:
        try:
            read(path)
        except YamlFileError as error:
            self.report(f"{error} The fake goes on with the earlier content.")
            return
        self.control.requests.publish_change("all")
        self.report(f"{path} was read again.")

    def _read_dialect(self, path: Path) -> None:
        fake, ids = self.control.fake, self.control.ids
        change_dialect(fake, load_dialect(str(path), fake.edition), None if ids is None else ids.project)

    def _read_seed(self, path: Path) -> None:
        fake = self.control.fake
        seed = load_seed_file(path, int(fake.store.now()), fake.organization_defaults, fake.edition)
        fake.seed = fake.store.number_rows(*seed)
        self.control.reset()
