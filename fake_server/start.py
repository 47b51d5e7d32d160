"""A fake composed from the command's options, and served until a signal."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path

from fake_server.compose import compose
from fake_server.console import LOG_DELAY, Log, print_notice
from fake_server.contract.yaml_file import YamlFileError
from fake_server.control.mount import attach
from fake_server.dialect.apply import organization_defaults
from fake_server.dialect.settings import is_dialect_file, load_dialect
from fake_server.domain.clock import Clock
from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.http.middlewares import allow_origins, number_requests
from fake_server.http.server import ListenError, listening
from fake_server.storage.file_format import DataFileError
from fake_server.storage.seed_file import load_seed_file
from fake_server.watch import Watch

# The time of the clock under --seed: 2025-11-23T08:00:00Z.
SEEDED_TIME = 1_763_884_800.0


class StartError(Exception):
    """The fake cannot start with these options; the message gives the reason in one line."""


def compose_fake(
    host: str,
    *,
    rate_limit: int | None,
    data: Path | None,
    durable: bool,
    dialect: str | None,
    seed_file: Path | None,
    watch: bool,
    seed: int | None,
    cors: tuple[str, ...],
    control_token: str | None,
    no_control: bool,
    base_path: str,
    log: str,
    quiet: bool,
) -> Fake:
    """Raises StartError."""
    clock = Clock() if seed is None else Clock(SEEDED_TIME)
    try:
        settings = {} if dialect is None else load_dialect(dialect)
        defaults = organization_defaults(settings)
        content = None if seed_file is None else load_seed_file(seed_file, int(clock.now()), defaults)
        fake = compose(
            rate_limit=rate_limit,
            data=data,
            durable=durable,
            now=clock.now,
            seed=content,
            dialect=settings,
            base_path=base_path,
        )
    except (DataFileError, YamlFileError) as error:
        raise StartError(str(error)) from None
    ids = None if seed is None else Ids(seed)
    if ids is not None:
        fake.store.new_id = ids.project
        number_requests(fake, ids)
    if cors:
        allow_origins(fake, cors)
    if not no_control:
        control = attach(fake, clock, ids=ids, host=host, token=control_token)
        if watch:
            file = Path(dialect) if dialect is not None and is_dialect_file(dialect) else None
            fake.background.append(Watch(control, seed_file, file, print_notice).run)
    fake.log = None if quiet else Log(log)
    return fake


def serve_until_signal(fake: Fake, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Call `announce` with the base URL, serve until SIGINT or SIGTERM, and close the store. Raises StartError."""
    with closing(fake.store), asyncio.Runner(loop_factory=_fast_loop()) as runner:
        try:
            runner.run(_serve(fake, host, port, announce))
        except ListenError as error:
            raise StartError(f"{error} Give another --host or --port.") from None


async def _serve(fake: Fake, host: str, port: int, announce: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(fake, host, port) as url:
        announce(url)
        tasks = [asyncio.create_task(run()) for run in fake.background]
        await stop.wait()
        for task in tasks:
            task.cancel()
    # The last lines of the log are written in this time.
    await asyncio.sleep(2 * LOG_DELAY)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop if uvloop is installed (the extra `fast`): a request then takes 20 % less time."""
    try:
        loop: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return loop
