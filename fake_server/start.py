"""A fake composed from the command's options, and served until a signal."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fake_server.compose import compose
from fake_server.contract.yaml_file import YamlFileError
from fake_server.control.access import AllowedHosts
from fake_server.control.mount import attach
from fake_server.control.state import Control
from fake_server.dialect.apply import organization_defaults
from fake_server.dialect.settings import all_settings, is_dialect_file, load_dialect
from fake_server.domain.clock import Clock
from fake_server.domain.errors import NotKept
from fake_server.domain.ids import Ids
from fake_server.edition import load_edition
from fake_server.fake import Fake
from fake_server.http.addresses import ListenError, Listening
from fake_server.http.event_loop import loop_factory
from fake_server.http.middlewares import allow_origins, number_requests
from fake_server.http.server import listening
from fake_server.http.tls import TlsError, load_tls
from fake_server.log import DELAY, Handler, LineWriter, Log, stderr_writer
from fake_server.storage.file_format import DataFileError
from fake_server.storage.seed_file import load_seed_file
from fake_server.watch import Watch

# The time of the clock under --seed: 2025-11-23T08:00:00Z.
SEEDED_TIME = 1_763_884_800.0
# Seconds between two looks at the data file.
CHECK_SECONDS = 1.0
LOG = logging.getLogger(__name__)


class StartError(Exception):
    """The fake cannot start with these options; the message gives the reason in one line."""


@dataclass(frozen=True)
class StartOptions:
    """The options of the command, but for the addresses; `seed` is the number of --seed."""

    rate_limit: int | None
    data: Path | None
    durable: bool
    edition: str
    dialect: str | None
    seed_file: Path | None
    watch: bool
    seed: int | None
    cors: tuple[str, ...]
    cors_credentials: bool
    allow_host: tuple[str, ...]
    control_token: str | None
    no_control: bool
    base_path: str
    log: str
    quiet: bool


def compose_fake(hosts: Sequence[str], writer: LineWriter, options: StartOptions) -> Fake:
    """Raises StartError."""
    clock = Clock() if options.seed is None else Clock(SEEDED_TIME)
    ids = None if options.seed is None else Ids(options.seed)
    fake = _compose_with_data(options, clock)
    if ids is not None:
        fake.store.new_id = ids.project
        number_requests(fake, ids)
    if options.cors:
        allow_origins(fake, options.cors, options.cors_credentials)
    if not options.no_control:
        names = AllowedHosts([host.lower() for host in hosts], options.allow_host)
        _watch_files(options, attach(fake, clock, ids=ids, hosts=names, token=options.control_token))
    fake.log = None if options.quiet else Log(options.log, writer)
    return fake


def _compose_with_data(options: StartOptions, clock: Clock) -> Fake:
    """A fake with the content of the data file or of the seed file. Raises StartError."""
    data, seed_file = options.data, options.seed_file
    if seed_file is not None and data is not None and data.is_file() and data.stat().st_size:
        LOG.warning("%s has data already, and they count. A reset brings the content of %s.", data, seed_file)
    try:
        followed = load_edition(options.edition)
        settings = {} if options.dialect is None else load_dialect(options.dialect, followed)
        defaults = organization_defaults(all_settings(followed, settings))
        return compose(
            rate_limit=options.rate_limit,
            data=data,
            durable=options.durable,
            now=clock.now,
            seed=None if seed_file is None else load_seed_file(seed_file, int(clock.now()), defaults, followed),
            dialect=settings,
            base_path=options.base_path,
            edition=options.edition,
        )
    except (DataFileError, YamlFileError) as error:
        raise StartError(str(error)) from None


def _watch_files(options: StartOptions, control: Control) -> None:
    """With --watch the fake loads its seed file and its dialect file again when they change."""
    if options.watch:
        dialect = options.dialect
        file = Path(dialect) if dialect is not None and is_dialect_file(dialect) else None
        control.fake.background.append(Watch(control, options.seed_file, file, LOG.warning).run)


class Place(NamedTuple):
    """The addresses and the port on which a fake listens; `tls` are the files of the certificate and of its key."""

    hosts: Sequence[str]
    port: int
    tls: tuple[Path, Path | None] | None


def log_warnings() -> LineWriter:
    """The warnings of the fake, and of the libraries, go to the writer of the log."""
    writer = stderr_writer()
    logging.basicConfig(handlers=[Handler(writer)], format="%(message)s")
    return writer


def serve_until_signal(fake: Fake, place: Place, announce: Callable[[Listening], None]) -> None:
    """Call `announce` when the fake listens, serve until SIGINT or SIGTERM, and close the store. Raises StartError."""
    with closing(fake.store), asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            runner.run(_serve(fake, place, announce))
        except (ListenError, TlsError) as error:
            raise StartError(str(error)) from None


async def _serve(fake: Fake, place: Place, announce: Callable[[Listening], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tls = None if place.tls is None else load_tls(*place.tls)
    async with listening(fake, place.hosts, place.port, tls) as found:
        announce(found)
        tasks = [asyncio.create_task(run()) for run in fake.background]
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), CHECK_SECONDS)
            # If this fails, the store has logged the reason.
            with suppress(NotKept):
                fake.store.check_files()
        for task in tasks:
            task.cancel()
    # The last lines of the log are handed over in this time.
    await asyncio.sleep(2 * DELAY)
