"""What one installation remembers in its data folder: its random name, secrets that were made here."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud_service import installation
from common.errors import ConflictError


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
                hint=f"{_where(data_dir)}stop the other one, or give another --data-dir",
            ) from None
        yield


def _where(data_dir: Path) -> str:
    """At which address the other one answers, once it has said so."""
    running = installation.read(data_dir)
    return f"it answers at {running.environment['PUBLIC_URL']}; " if running else ""


def secret(data_dir: Path, name: str) -> Path:
    """The file with a random secret of this installation, made on first use."""
    path = data_dir / "secrets" / name
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path


def name(data_dir: Path) -> str:
    """The random name by which the services of this installation know each other, made on the first start."""
    path = data_dir / "name"
    if not path.exists():
        path.write_text(secrets.token_hex(8))
    return path.read_text()
