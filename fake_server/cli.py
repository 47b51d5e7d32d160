"""The command assistants-fake: its options and its exit codes.

The modules that need aiohttp are imported after the options are parsed, so that --help and usage errors are fast.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from fake_server.console import print_greeting, print_json
from fake_server.contract.editions import PAGE, edition_names, load_document
from fake_server.control import PREFIX
from fake_server.distribution import installed_version
from fake_server.domain.web_names import WebNameError, check_host_name, origin_pattern
from fake_server.log import RENDERERS

DEFAULT_RATE = str(load_document()["x-rate-limit"]["requests"])
DEFAULT_BASE_PATH = urlsplit(load_document()["servers"][0]["url"]).path
EDITIONS = edition_names()
PUBLIC = (
    "Everybody who reaches this port can see the keys and change everything under /_fake. "
    "Give --control-token, or --no-control."
)
# Seconds in which the last lines of the log are written, if somebody reads them.
LAST_SECONDS = 0.5
FILE = click.Path(path_type=Path)
TOKEN_VARIABLE = "ASSISTANTS_FAKE_TOKEN"
# OpenSSL reads its certificates from here.
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def _parse_rate_limit(text: str) -> int | None:
    """None for "off" and for 0, as in a target file. Raises BadParameter."""
    if text in ("off", "0"):
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise click.BadParameter(f"'{text}' is not a number of calls per minute and not 'off'.")
    return int(text)


def _parse_origin(text: str) -> str:
    """Raises BadParameter."""
    try:
        origin_pattern(text)
    except WebNameError as error:
        raise click.BadParameter(str(error)) from None
    return text


def _parse_host_name(text: str) -> str:
    """Raises BadParameter."""
    try:
        return check_host_name(text)
    except WebNameError as error:
        raise click.BadParameter(str(error)) from None


def _parse_base_path(text: str) -> str:
    """Without the slash at its end, so "" is the root. Raises BadParameter."""
    path = text.removesuffix("/")
    if not text.startswith("/") or not re.fullmatch(r"(/(?!\.{1,2}(/|$))[\w.~-]+)*", path, re.ASCII):
        raise click.BadParameter(f"'{text}' is not a path, such as /, /v1 or /openai/v1.")
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        raise click.BadParameter(f"{PREFIX} is the path of the Control API. Give another one.")
    return path


def _print_version(context: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        click.echo(f"assistants-fake, version {installed_version()}")
        context.exit()


def main() -> None:
    """Exit with 0 after SIGTERM or SIGINT, and with 130 if SIGINT comes before the fake serves. If the fake cannot
    start, print one line on stderr and exit with 2.
    """
    try:
        command(standalone_mode=False)
    except click.ClickException as error:
        line = " ".join(error.format_message().split())
        click.echo(f"assistants-fake: {line}", err=True)
        sys.exit(2)
    except click.Abort:  # click's word for Ctrl-C
        sys.exit(130)


@click.command(name="assistants-fake", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--host",
    "hosts",
    multiple=True,
    default=["127.0.0.1"],
    show_default=True,
    metavar="ADDRESS",
    help="Listen on this address. Can be given several times. 0.0.0.0 is every IPv4 address, and :: is every address.",
)
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Listen on this port. 0 selects a free port.",
)
@click.option(
    "--rate-limit",
    default=DEFAULT_RATE,
    show_default=True,
    type=_parse_rate_limit,
    metavar="N|off",
    help="Allow N calls per minute for each key. 0 is off.",
)
@click.option(
    "--base-path",
    default=DEFAULT_BASE_PATH,
    show_default=True,
    type=_parse_base_path,
    metavar="PATH",
    help="Serve the API under this path, such as / or /openai/v1.",
)
@click.option("--data", type=FILE, help="Keep all data in this file.  [default: in memory]")
@click.option("--durable", is_flag=True, help="With --data: write each change to the disk before the answer.")
@click.option("--seed-file", type=FILE, help="Start with the content of this YAML or JSON file.")
@click.option("--watch", is_flag=True, help="Read the seed file and the dialect file again when they change.")
@click.option("--seed", type=int, metavar="N", help="Give the same ids and times for the same calls.")
@click.option(
    "--cors",
    multiple=True,
    type=_parse_origin,
    metavar="ORIGIN",
    help="Allow pages of this origin only, such as 'http://localhost:*'. Can be given several times.  "
    "[default: any origin]",
)
@click.option("--cors-credentials", is_flag=True, help="With --cors: allow requests with cookies too.")
@click.option(
    "--allow-host",
    multiple=True,
    type=_parse_host_name,
    metavar="NAME",
    help="Allow calls under /_fake by this host name too, such as fake or '*.example.net'. Can be given several times.",
)
@click.option(
    "--control-token", envvar=TOKEN_VARIABLE, show_envvar=True, metavar="T", help="Require this token under /_fake."
)
@click.option("--no-control", is_flag=True, help="Do not serve /_fake.")
@click.option("--tls-cert", type=FILE, help="Serve https:// with this certificate (PEM).")
@click.option("--tls-key", type=FILE, help="The key of the certificate.  [default: in the same file]")
@click.option(
    "--edition",
    type=click.Choice(EDITIONS),
    default=PAGE,
    show_default=True,
    metavar="NAME",
    help=f"Follow this edition of the contract: {' or '.join(EDITIONS)}.",
)
@click.option("--dialect", metavar="NAME|FILE", help="Use this dialect, such as ragen.")
@click.option("--json", "as_json", is_flag=True, help="Print the URL and the keys as one line of JSON.")
@click.option(
    "--log", type=click.Choice(list(RENDERERS)), default="text", show_default=True, help="Format of the request log."
)
@click.option("--quiet", is_flag=True, help="Do not log requests.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def command(
    hosts: tuple[str, ...], port: int, tls_cert: Path | None, tls_key: Path | None, as_json: bool, **options: Any
) -> None:
    """Run a local fake of the Assistants API: six operations under /v1/assistants."""
    _check_together(hosts, tls_cert, tls_key, options)
    if options["watch"]:
        _check_watch(**options)
    with _without_certificates():
        from fake_server import start
    writer = start.log_warnings()

    def announce(found: Any) -> None:
        control = not options["no_control"]
        if found.is_public and control and options["control_token"] is None:
            start.LOG.warning(PUBLIC)
        try:
            if as_json:
                print_json(fake, found.url, control)
            else:
                print_greeting(fake, found.url, control, options["dialect"] or "openai")
        except OSError as error:
            raise start.StartError(f"The output cannot be written: {error.strerror}.") from None

    try:
        fake = start.compose_fake(hosts, writer, start.StartOptions(**options))
        place = start.Place(hosts, port, None if tls_cert is None else (tls_cert, tls_key))
        start.serve_until_signal(fake, place, announce)
    except start.StartError as error:
        raise click.ClickException(str(error)) from None
    finally:
        writer.flush(LAST_SECONDS)


def _check_together(
    hosts: tuple[str, ...], tls_cert: Path | None, tls_key: Path | None, options: dict[str, Any]
) -> None:
    """Raises UsageError for values that do not go together."""
    if not all(hosts):
        raise click.BadParameter("The host is empty. Use 0.0.0.0 to listen on every address.", param_hint="--host")
    if options["control_token"] == "" or (options["control_token"] is None and os.environ.get(TOKEN_VARIABLE) == ""):
        message = f"The token is empty. Give a token, or remove --control-token and {TOKEN_VARIABLE}."
        raise click.BadParameter(message, param_hint="--control-token")
    wrong = [
        (
            options["durable"] and options["data"] is None,
            "--durable needs a data file. Add --data, or remove --durable.",
        ),
        (
            options["seed"] is not None and options["data"] is not None,
            "--seed and --data cannot be used together. Give only one of them.",
        ),
        (options["cors_credentials"] and not options["cors"], "--cors-credentials needs the origins. Add --cors."),
        (tls_key is not None and tls_cert is None, "--tls-key needs its certificate. Add --tls-cert."),
    ]
    for is_wrong, message in wrong:
        if is_wrong:
            raise click.UsageError(message)


def _check_watch(seed_file: Path | None, dialect: str | None, no_control: bool, **_: Any) -> None:
    """Raises UsageError."""
    from fake_server.dialect.settings import is_dialect_file

    if seed_file is None and (dialect is None or not is_dialect_file(dialect)):
        raise click.UsageError("--watch needs a file. Add --seed-file, or --dialect with a file.")
    if no_control:
        raise click.UsageError("--watch and --no-control cannot be used together. Give only one of them.")


@contextmanager
def _without_certificates() -> Iterator[None]:
    """aiohttp loads the certificates when it is imported. The fake never needs them, and they take 0.1 s."""
    given = {name: os.environ[name] for name in CERTIFICATE_VARIABLES if name in os.environ}
    os.environ.update(dict.fromkeys(CERTIFICATE_VARIABLES, os.devnull))
    try:
        yield
    finally:
        for name in CERTIFICATE_VARIABLES:
            del os.environ[name]
        os.environ.update(given)
