"""Where the command begins: without what of aiohttp only a client needs."""

import os

# Of OpenSSL: where the certificates are. aiohttp reads them as it is imported, and a start would wait a sixth longer.
AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def main() -> None:
    """`fake_server.cli.main`, in a process that asks nobody anything over TLS."""
    given = {name: os.environ[name] for name in AUTHORITIES if name in os.environ}
    os.environ.update(dict.fromkeys(AUTHORITIES, os.devnull))
    from fake_server import cli

    for name in AUTHORITIES:
        del os.environ[name]
    os.environ.update(given)
    cli.main()
