"""Fetching a public file by its address: encrypted, from a public machine, of a bounded size, in a bounded time.

The machine that answers is looked at after the connection stands and before anything is sent, so that no name, no
redirect and no change of a name in between leads into the operator's own network.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from time import monotonic
from urllib.parse import urljoin, urlsplit

from common.errors import InputError, UnavailableError

SECONDS = 20
BYTES_MAX = 5_000_000
REDIRECTS_MAX = 3
CHUNK = 65_536
MOVED = (301, 302, 303, 307, 308)
Download = Callable[[str], bytes]


def check_address(address: str, *, private: bool = False) -> None:
    """InputError where an address is none that `download` would fetch."""
    parts = urlsplit(address)
    if parts.scheme not in (("https", "http") if private else ("https",)) or not parts.hostname:
        raise InputError(f"{address!r} is no address of a file", path="address", hint="it begins with https://")
    if parts.username or parts.password:
        raise InputError("an address carries no password", path="address")


def download(address: str, *, private: bool = False) -> bytes:
    """The file behind an address. `private` lets it be of a machine of one's own, for tests.

    UnavailableError where it cannot be had now; InputError where it must not be fetched.
    """
    until = monotonic() + SECONDS
    for _redirect in range(REDIRECTS_MAX + 1):
        check_address(address, private=private)
        try:
            moved_to, content = _ask(address, until, private=private)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(f"{_host(address)} cannot be reached: {error}", path="address") from error
        if not moved_to:
            return content
        address = urljoin(address, moved_to)
    raise UnavailableError(f"{_host(address)} leads from one address to the next", path="address")


def _ask(address: str, until: float, *, private: bool) -> tuple[str, bytes]:
    """(where it lies now, "") or ("", what it is)."""
    parts = urlsplit(address)
    connection = _connection(address)
    try:
        connection.connect()
        if not private:
            _refuse_private(connection.sock, parts.hostname or "")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"User-Agent": "energy-billing", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        if answer.status in MOVED:
            return answer.getheader("Location") or "", b""
        if answer.status != http.client.OK:
            raise UnavailableError(f"{parts.hostname} answers {answer.status} {answer.reason}", path="address")
        return "", _read(answer, parts.hostname or "", until)
    finally:
        connection.close()


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    return http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=ssl.create_default_context())


def _refuse_private(connected: socket.socket, host: str) -> None:
    peer = ipaddress.ip_address(connected.getpeername()[0].partition("%")[0])
    if not peer.is_global:
        raise InputError(f"{host} is no public machine", path="address", hint="files of your own are uploaded instead")


def _read(answer: http.client.HTTPResponse, host: str, until: float) -> bytes:
    """Piece by piece, so that neither a slow nor an endless answer holds us."""
    pieces, size = [], 0
    while piece := answer.read1(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > BYTES_MAX:
            raise InputError(f"{host} sends more than {BYTES_MAX:,} bytes", path="address")
        if monotonic() > until:
            raise UnavailableError(f"{host} is too slow: not done in {SECONDS} s", path="address")
    return b"".join(pieces)


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
