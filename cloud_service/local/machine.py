"""What one installation remembers in its data folder: ports that were free, secrets that were made here."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
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


def prepare(data_dir: Path) -> None:
    """Make the data folder, readable by its owner (PostgreSQL's own user must pass through it)."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "secrets").mkdir(mode=0o700, exist_ok=True)


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Have the installation for this process alone, even if it is killed; ConflictError where another runs it."""
    prepare(data_dir)
    with (data_dir / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                "this installation runs already",
                path=str(data_dir),
                hint="stop the other one, or give another --data-dir",
            ) from None
        yield


def secret(data_dir: Path, name: str) -> Path:
    """The file with a random secret of this installation, made on first use."""
    path = data_dir / "secrets" / name
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path


def ports(data_dir: Path) -> dict[str, int]:
    """A port for each service: the usual one or, where that is taken, a free one; kept for the next start."""
    path = data_dir / "ports.json"
    remembered: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    chosen: dict[str, int] = {}
    for name, usual in PORTS.items():
        chosen[name] = _free_port(remembered.get(name, usual), taken=set(chosen.values()))
    path.write_text(json.dumps(chosen, indent=2) + "\n")
    return chosen


def _free_port(preferred: int, taken: set[int]) -> int:
    others = (BELOW_EPHEMERAL[secrets.randbelow(len(BELOW_EPHEMERAL))] for _ in range(100))
    for port in (preferred, *others):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            bound = int(listener.getsockname()[1])
            if bound not in taken:
                return bound
    msg = "no free port on this machine"
    raise OSError(msg)
