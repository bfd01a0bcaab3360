"""The SQLite file: made durable, opened alone, and every error of it is one of ours."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged, DiskFull
from edge_agent.buffer.file import FILE, connect, create, our_errors, transaction, translated_os, used_bytes
from edge_agent.buffer.notes import read_notes
from edge_agent.buffer.state import BufferState, StreamState

DIRECTORY, STATE = BufferDirectory(streams=((1, 77),)), BufferState(1, (StreamState(1, 0),))


def test_a_new_file_holds_both_notes_and_no_reading(tmp_path: Path) -> None:
    create(tmp_path, DIRECTORY, STATE)
    with closing(connect(tmp_path / FILE, "FULL")) as connection:
        assert (DIRECTORY, STATE) == read_notes(connection, tmp_path / FILE)
        assert (0,) == connection.execute("SELECT COUNT(*) FROM reading").fetchone()


def test_a_commit_waits_for_the_disk_and_the_file_has_one_owner(tmp_path: Path) -> None:
    create(tmp_path, DIRECTORY, STATE)
    with closing(connect(tmp_path / FILE, "FULL")) as connection:
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "locking_mode")
        }
    assert {"synchronous": 2, "journal_mode": "wal", "locking_mode": "exclusive"} == pragmas


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    create(tmp_path, DIRECTORY, STATE)
    with closing(connect(tmp_path / FILE, "FULL")) as connection:
        names = [("extra",), ("state",)]
        with pytest.raises(Damaged, match="UNIQUE"), transaction(connection):
            connection.executemany("INSERT INTO note VALUES (?, x'00')", names)
        assert (2,) == connection.execute("SELECT COUNT(*) FROM note").fetchone()
        assert not connection.in_transaction


@pytest.mark.parametrize("fault", [ValueError("1"), KeyError("1"), OverflowError("1"), sqlite3.DatabaseError("1")])
def test_what_cannot_be_read_is_damage_and_never_a_crash(fault: Exception) -> None:
    with pytest.raises(Damaged), our_errors():
        raise fault


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EIO, Damaged)])
def test_a_full_disk_is_told_from_a_broken_one(number: int, kind: type[Exception]) -> None:
    assert kind is type(translated_os(OSError(number, os.strerror(number))))


def test_pages_that_are_free_for_reuse_do_not_count_as_used(tmp_path: Path) -> None:
    create(tmp_path, DIRECTORY, STATE)
    with closing(connect(tmp_path / FILE, "OFF")) as connection:
        empty = used_bytes(connection)
        row = "INSERT INTO reading VALUES (?, 0, 1, 0, 0, 0, 0, 0)"
        connection.executemany(row, ((number,) for number in range(2000)))
        full = used_bytes(connection)
        connection.execute("DELETE FROM reading")
        assert (True, empty) == (full > empty + 16_384, used_bytes(connection))
