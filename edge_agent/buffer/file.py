"""The buffer's SQLite file: how it is opened, made durable, and how its errors become ours."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from common.errors import EnergyError
from edge_agent.buffer.companion_files import sync_folder, write_directory
from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged, DiskFull, translated
from edge_agent.buffer.notes import sealed
from edge_agent.buffer.state import BufferState

FILE = "buffer.db"
SCHEMA = """
CREATE TABLE note (name TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE reading (
    id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, boot INTEGER NOT NULL, mono_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, value INTEGER NOT NULL, flags INTEGER NOT NULL, sum INTEGER NOT NULL
);
"""


def create(folder: Path, directory: BufferDirectory, state: BufferState, synchronous: str = "FULL") -> None:
    """A new buffer file, durable with its name before this returns."""
    try:
        write_directory(folder / "buffer.catalog", directory)
        with our_errors(), closing(connect(folder / FILE, synchronous)) as connection:
            connection.executescript(SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            notes = (("register", sealed(directory)), ("state", sealed(state)))
            connection.executemany("INSERT INTO note VALUES (?, ?)", notes)
            connection.execute("COMMIT")
        sync_folder(folder)
    except OSError as error:
        raise translated_os(error) from error


def translated_os(error: OSError) -> EnergyError:
    """Our error for the system's, as for SQLite's."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"the buffer has no room: {error}", hint="free some space on the gateway's disk")
    return Damaged(f"the buffer's folder fails: {error}")


@contextmanager
def our_errors() -> Iterator[None]:
    """Errors of SQLite, and of reading what we never wrote, as those of `buffer.errors`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error) from error
    except (
        msgspec.MsgspecError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        UnicodeDecodeError,
        OverflowError,
    ) as error:
        raise Damaged(f"the buffer holds what we never wrote: {error}") from error


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """The one connection to a buffer file; a commit is on the disk when it returns (with `synchronous` FULL)."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False, cached_statements=32)
    try:
        for pragma in (
            "locking_mode=EXCLUSIVE",  # the only connection there ever is; no shared memory file
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "mmap_size=0",
            "cache_size=-2048",
            "journal_size_limit=4194304",
            "cell_size_check=ON",
            "trusted_schema=OFF",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; on any error nothing is kept and the error is ours."""
    try:
        with our_errors():
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # the first error tells more
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def used_bytes(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something, without the pages that are free for reuse."""
    with our_errors():
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)
