"""Ports for the services of one installation: the usual ones where they are free, kept for the next start.

Whoever takes a port locks its number on the whole machine until the process ends, so that two installations that start
at the same moment do not choose the same. The lock is a name in Linux's own space of socket names, which reaches just
as far as the ports do and is gone with the process, even if that is killed.
"""

import json
import secrets
import socket
from pathlib import Path

from common.errors import ConflictError

PORTS = {
    "web": 8000,
    "mqtt": 18830,
    "mqtt_console": 18831,
    "smtp": 10250,
    "payments": 8010,
    "meters_1": 15020,
    "meters_2": 15021,
}
BELOW_EPHEMERAL = range(20_000, 32_000)  # ports that Linux gives to no outgoing connection: free ones stay free
FILE = "ports.json"

_locks: dict[int, Path] = {}  # port: whose it is, of this process


def ports(data_dir: Path) -> dict[str, int]:
    """A port for each service, locked for this installation."""
    path = data_dir / FILE
    remembered: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    chosen: dict[str, int] = {}
    for service, usual in PORTS.items():
        chosen[service] = _free_port(data_dir, remembered.get(service, usual), taken=set(chosen.values()))
    path.write_text(json.dumps(chosen, indent=2) + "\n")
    return chosen


def another(data_dir: Path, service: str) -> int:
    """A port for one service in place of that which turned out to be somebody else's."""
    path = data_dir / FILE
    chosen: dict[str, int] = json.loads(path.read_text())
    chosen[service] = _free_port(data_dir, 0, taken=set(chosen.values()))
    path.write_text(json.dumps(chosen, indent=2) + "\n")
    return chosen[service]


def taken_for(data_dir: Path, service: str, port: int) -> int:
    """The port that was asked for, or a refusal: nobody looks for the service elsewhere."""
    if not (_is_free(port) and _lock(data_dir, port)):
        raise ConflictError(f"port {port} is taken", path="--port", hint="stop what listens there, or give another")
    chosen: dict[str, int] = json.loads((data_dir / FILE).read_text()) | {service: port}
    (data_dir / FILE).write_text(json.dumps(chosen, indent=2) + "\n")
    return port


def _free_port(data_dir: Path, preferred: int, taken: set[int]) -> int:
    others = (BELOW_EPHEMERAL[secrets.randbelow(len(BELOW_EPHEMERAL))] for _ in range(100))
    for port in (preferred, *others):
        if port and port not in taken and _is_free(port) and _lock(data_dir, port):
            return port
    msg = "no free port on this machine"
    raise OSError(msg)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))  # of all interfaces
        except OSError:
            return False
    return True


def _lock(data_dir: Path, port: int) -> bool:
    if port in _locks:
        return _locks[port] == data_dir
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind(f"\0energy-billing-port-{port}")
    except OSError:
        holder.close()
        return False
    holder.detach()  # held until the process ends
    _locks[port] = data_dir
    return True
