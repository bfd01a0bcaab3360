"""What SQLite reports, as one of our errors."""

import sqlite3
from pathlib import Path

import pytest

from common.errors import EnergyError
from edge_agent.buffer.errors import Damaged, DiskFull, InUse, translated


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_BUSY, InUse),
        (sqlite3.SQLITE_BUSY_RECOVERY, InUse),
        (sqlite3.SQLITE_LOCKED, InUse),
        (sqlite3.SQLITE_IOERR_FSYNC, Damaged),
        (sqlite3.SQLITE_CORRUPT, Damaged),
        (sqlite3.SQLITE_NOTADB, Damaged),
    ],
)
def test_an_error_that_is_neither_room_nor_another_agent_is_damage(code: int, kind: type[EnergyError]) -> None:
    assert kind is type(translated(sqlite_error(code)))


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "buffer.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        sqlite3.connect(path).execute("SELECT * FROM reading")
    assert "buffer_damaged" == translated(caught.value).code
