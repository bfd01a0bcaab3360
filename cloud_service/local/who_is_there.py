"""Asks who answers at a port: the service of this installation, or somebody else's."""

import http.client
import json
import os
import socket
import ssl
from pathlib import Path

from cloud_service import installation


def is_our_web(host: str, port: int, name: str, *, tls: bool = False) -> bool:
    """Whether the web service of the installation with this name answers there."""
    try:
        return _health(host, port, tls=tls).get("installation") == name
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return False


def _health(host: str, port: int, *, tls: bool) -> dict[str, object]:
    connection: http.client.HTTPConnection
    if tls:
        anybody = ssl._create_unverified_context()  # noqa: SLF001, S323 - the question is who it is; nothing is told
        connection = http.client.HTTPSConnection(host, port, timeout=2, context=anybody)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        answer: dict[str, object] = json.loads(connection.getresponse().read(10_000))
    finally:
        connection.close()
    return answer


def is_our_broker(port: int, username: str, password: str) -> bool:
    """Whether a broker answers there that knows the random password of this installation, and refuses another."""
    return _lets_in(port, username, password) and not _lets_in(port, username, "")


def _lets_in(port: int, username: str, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(_connect(username, password))
            answer = connection.recv(4)
    except OSError:
        return False
    return answer[:1] == b"\x20" and answer[3:4] == b"\x00"


def _connect(username: str, password: str) -> bytes:
    """MQTT 5's first packet: a new session, no will, a name and a password."""
    fields = b"".join(
        len(field).to_bytes(2) + field for field in (b"who-is-there", username.encode(), password.encode())
    )
    body = b"\x00\x04MQTT\x05" + b"\xc2" + (10).to_bytes(2) + b"\x00" + fields
    return b"\x10" + _length(len(body)) + body


def _length(count: int) -> bytes:
    encoded = bytearray()
    while count > 127:  # noqa: PLR2004 - seven bits a byte
        encoded.append(count % 128 | 128)
        count //= 128
    return bytes([*encoded, count])


def main() -> None:
    """For containers: exit code 0 where the web service of the installation of this folder answers."""
    data_dir = Path(os.environ.get("ENERGY_DATA_DIR") or installation.FOLDER)
    name = (data_dir / "name").read_text()
    port = int(json.loads((data_dir / "ports.json").read_text())["web"])
    raise SystemExit(0 if any(is_our_web("127.0.0.1", port, name, tls=tls) for tls in (True, False)) else 1)


if __name__ == "__main__":
    main()
