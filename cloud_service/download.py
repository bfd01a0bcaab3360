"""Fetching a public file by its address: encrypted, from a public machine, of a bounded size, in a bounded time.

A name is looked up once, and the connection goes to the very machine that was looked at: no name, no redirect and no
change of a name in between leads into the operator's own network, nor tells what answers there.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from common.errors import InputError, UnavailableError

SECONDS = 20
BYTES_MAX = 5_000_000
REDIRECTS_MAX = 3
CHUNK = 65_536
MOVED = (301, 302, 303, 307, 308)
Download = Callable[[str], bytes]


def check_address(address: str, *, private: bool = False) -> None:
    """InputError where an address is none that `download` would fetch."""
    parts = _parts(address)
    if parts.scheme not in (("https", "http") if private else ("https",)) or not parts.hostname:
        raise InputError(f"{address!r} is no address of a file", path="address", hint="it begins with https://")
    if parts.username or parts.password:
        raise InputError("an address carries no password", path="address")


def _parts(address: str) -> SplitResult:
    """InputError where it cannot be taken apart, or has signs that no address has."""
    try:
        parts = urlsplit(address)
        (parts.hostname or "").encode("idna")
        sound = parts.port != 0 and address.isprintable() and f"{parts.path}{parts.query}".isascii()
    except ValueError:
        sound = False
    if not sound:
        raise InputError(f"{address!r} is no address of a file", path="address", hint="look for a slip")
    return parts


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
    connection = _connection(address, private=private)
    try:
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


class _PublicConnection(http.client.HTTPSConnection):
    """Goes to a public machine or nowhere; its certificate has to be that of the name."""

    def connect(self) -> None:
        places = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        for _family, _kind, _protocol, _name, place in places:
            _refuse_private(str(place[0]), self.host)
        plain = socket.create_connection((str(places[0][4][0]), self.port), self.timeout)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise


def _connection(address: str, *, private: bool) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    kind: type[http.client.HTTPConnection] = _PublicConnection
    if private:
        kind = http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
    return kind(parts.hostname or "", parts.port or kind.default_port, timeout=SECONDS)


def _refuse_private(place: str, host: str) -> None:
    if not ipaddress.ip_address(place.partition("%")[0]).is_global:
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
