"""TLS for a fake that listens with a certificate."""

import ssl
from pathlib import Path


class TlsError(Exception):
    """The certificate or its key cannot be used; the message names the files."""


def load_tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """`key` is None if the key is in the same file. Raises TlsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    files = f"{certificate} and {key}" if key else str(certificate)
    try:
        # An empty passphrase fails; without one OpenSSL would ask at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        # OpenSSL's words for a wrong file, such as "[SSL] PEM lib (_ssl.c:4149)", help nobody.
        reason = "" if isinstance(error, ssl.SSLError) else f" ({error.strerror})"
        wanted = "Give a certificate and its key as PEM files, and the key without a passphrase"
        raise TlsError(f"--tls-cert and --tls-key: cannot use {files}{reason}. {wanted}.") from None
    return context
