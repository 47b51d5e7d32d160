"""The sockets on which a fake listens, and the URL that a client of this machine can use."""

import errno
import os
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

# Another address of the hosts may already use the free port that the first one got.
TRIES = 10
# This machine does not have the address, such as ::1 in a container without IPv6.
UNAVAILABLE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
ALL_IPV4, ALL_IPV6 = "0.0.0.0", "::"


class ListenError(Exception):
    """The fake cannot listen on this address; the message gives the reason and the way out."""


class Address(NamedTuple):
    """The arguments that bind a socket: its family, and the address as this family writes it."""

    family: int
    parts: tuple[Any, ...]

    @property
    def ip(self) -> str:
        return str(self.parts[0])


def bind(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """A socket for each address of the hosts, all with one port; port 0 selects a free port. Raises ListenError."""
    addresses = _without_covered([address for host in hosts for address in _addresses(host, port)])
    tries = TRIES if port == 0 else 1
    while True:
        tries -= 1
        try:
            return _bind_all(addresses, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _unusable(hosts, port, os.strerror(error.errno or 0)) from None
            if tries == 0:
                raise ListenError(f"Port {port} is in use; try --port 0.") from None


def _addresses(host: str, port: int) -> list[Address]:
    """Raises ListenError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # UnicodeError: the host is not a valid name, for example because it has 64 letters.
    except (OSError, UnicodeError) as error:
        raise _unusable([host], port, str(error)) from None
    return [Address(family, parts) for family, _, _, _, parts in found]


def _unusable(hosts: Sequence[str], port: int, reason: str) -> ListenError:
    return ListenError(f"Cannot listen on {', '.join(hosts)} port {port}: {reason}. Give another --host or --port.")


def _without_covered(addresses: Sequence[Address]) -> list[Address]:
    """Each address once, and none that an address for the whole machine covers: two sockets cannot have both."""
    ips = {address.ip for address in addresses}
    if ALL_IPV6 in ips and socket.has_dualstack_ipv6():
        return [next(each for each in addresses if each.ip == ALL_IPV6)]
    whole = {each.family for each in addresses if each.ip in (ALL_IPV4, ALL_IPV6)}
    return [each for each in dict.fromkeys(addresses) if each.family not in whole or each.ip in (ALL_IPV4, ALL_IPV6)]


def _bind_all(addresses: Sequence[Address], port: int) -> list[socket.socket]:
    """Addresses that this machine does not have are left out, but for the last one. Raises OSError."""
    sockets: list[socket.socket] = []
    try:
        for number, address in enumerate(addresses, 1):
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind_one(address, chosen))
            except OSError as error:
                if error.errno not in UNAVAILABLE or (number == len(addresses) and not sockets):
                    raise
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _bind_one(address: Address, port: int) -> socket.socket:
    """Raises OSError. A socket for :: takes IPv4 too, if the system can do that."""
    both = address.ip == ALL_IPV6 and socket.has_dualstack_ipv6()
    made = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # Without this, the port of a fake that has just ended is in use for a minute.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        made.bind((address.ip, port, *address.parts[2:]))
    except OSError:
        made.close()
        raise
    return made


class Listening(NamedTuple):
    """`url` is the base URL for a client of this machine. `is_public`: other machines may reach the fake too."""

    url: str
    is_public: bool


def describe(sockets: Sequence[socket.socket], hosts: Sequence[str], *, scheme: str, prefix: str) -> Listening:
    ips = [str(each.getsockname()[0]) for each in sockets]
    port = sockets[0].getsockname()[1]
    url = f"{scheme}://{_client_host(hosts[0], ips[0])}:{port}{prefix}"
    return Listening(url, not all(ip_address(ip.partition("%")[0]).is_loopback for ip in ips))


def _client_host(host: str, ip: str) -> str:
    """A client may need the name, for example to check a certificate; it cannot call 0.0.0.0 or :: everywhere."""
    if any(letter in host for letter in "ghijklmnopqrstuvwxyz") and ":" not in host:
        return host
    if ip == ALL_IPV4 or (ip == ALL_IPV6 and socket.has_dualstack_ipv6()):
        return "127.0.0.1"
    ip = "::1" if ip == ALL_IPV6 else ip
    return f"[{ip}]" if ":" in ip else ip
