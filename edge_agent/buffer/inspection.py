"""A buffer's file looked into with sqlite-utils and never changed: for people and their tools, not for the agent.

The file is opened read-only, its write-ahead log included. While an agent has it open that is InUse.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from common.errors import ForbiddenError
from common.message import Channel
from edge_agent.buffer.boot_clocks import dated
from edge_agent.buffer.companion_files import newest_mark, read_directory, require_as_long_as
from edge_agent.buffer.directory import BufferDirectory, newest_directory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.file import FILE, our_errors
from edge_agent.buffer.notes import loaded_streams, read_notes
from edge_agent.buffer.reading_table import highest_sequence, ids_of
from edge_agent.buffer.row import SEQUENCE_MASK, BufferRow, checksum
from edge_agent.buffer.state import BufferState, BufferStream

STEP_ROWS = 5000
_CANNOT_OPEN, _READ_ONLY = 14, 8  # SQLite's codes where the user may not even make the index of the log


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One checked reading: `at_ms` is milliseconds since 1970, the row's `value` thousandths of the channel's unit."""

    epoch: int
    row: BufferRow
    channel: Channel
    at_ms: int
    time_quality: int
    receipted: bool


class BufferFile:
    """One open file. Damaged, as the agent would find it, where the notes or a row are not what was written."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.path = folder / FILE
        self.database = Database(connection)
        inside, state = read_notes(connection, self.path)
        self.directory: BufferDirectory = newest_directory(inside, read_directory(folder / "buffer.catalog"))
        self.state: BufferState = state
        self.streams: dict[int, BufferStream] = loaded_streams(self.directory, state)
        current = self.streams[state.current]
        current.last = max(current.last, highest_sequence(connection, current.number))
        mark_path = folder / "buffer.mark"
        mark = newest_mark(mark_path.read_bytes()) if mark_path.exists() else None
        require_as_long_as(mark, current, self.path)

    def readings(self) -> Iterator[StoredReading]:
        """All readings, stream by stream in ascending sequence."""
        with our_errors():
            for stream in self.streams.values():
                for row in self._rows(stream):
                    at_ms, time_quality = dated(self.directory, row) or (row.at_ms, row.time_quality)
                    channel = self.directory.channels[row.channel]
                    receipted = row.sequence in stream.done
                    yield StoredReading(stream.epoch, row, channel, at_ms, time_quality, receipted)

    def _rows(self, stream: BufferStream) -> Iterator[BufferRow]:
        """The rows of a stream, each against its checksum, all gaps explained."""
        expected = 1
        ids = ids_of(stream.number, 1, stream.last)
        for record in self.database["reading"].rows_where("id BETWEEN ? AND ?", ids, order_by="id"):
            values = tuple(record.values())
            row = BufferRow(values[0] & SEQUENCE_MASK, *values[1:7])
            if checksum(stream.epoch, row) != values[7]:
                raise Damaged(f"row {row.sequence} was changed", path=str(self.path))
            self._require_explained(stream, expected, row.sequence - 1)
            expected = row.sequence + 1
            yield row
        self._require_explained(stream, expected, stream.last)

    def _require_explained(self, stream: BufferStream, first: int, last: int) -> None:
        absent = stream.unexplained(first, last)
        if absent:
            raise Damaged(f"row {absent} has vanished", path=str(self.path))

    def summary(self) -> dict[str, Any]:
        """What the file holds, for people and machines: tables, streams, channels and boots. JSON types only."""
        with our_errors():
            stored = {
                "tables": {table.name: table.count for table in self.database.tables},
                "streams": [self._stream_summary(stream) for stream in self.streams.values()],
                "channels": list(self._channel_summaries()),
            }
        return {
            "file": str(self.path),
            "bytes": self.path.stat().st_size,
            **stored,
            "boots": [
                {"number": number, "boot_id": boot_id, "offset_ms": self.directory.offsets.get(number)}
                for number, boot_id in self.directory.boots
            ],
            "thinned": self.state.thinned,
        }

    def _stream_summary(self, stream: BufferStream) -> dict[str, Any]:
        ids = ids_of(stream.number, 1, stream.last)
        return {
            "epoch": stream.epoch,
            "last": stream.last,
            "receipted": len(stream.done),
            "waiting": stream.pending,
            "void": {reason: len(ranges) for reason, ranges in stream.voids.items() if ranges},
            "stored": self.database["reading"].count_where("id BETWEEN ? AND ?", ids),
        }

    def _channel_summaries(self) -> Iterator[dict[str, Any]]:
        query = "SELECT channel, COUNT(*) AS readings, MAX(at_ms) AS last_at_ms FROM reading GROUP BY channel"
        stored = {record["channel"]: record for record in self.database.query(query)}
        for number, channel in enumerate(self.directory.channels):
            record = stored.get(number, {})
            yield {
                "number": number,
                "meter": channel.meter,
                "register": channel.register,
                "unit": channel.unit,
                "kind": channel.kind,
                "readings": record.get("readings", 0),
                "last_at_ms": record.get("last_at_ms"),
            }


@contextmanager
def inspected(folder: Path) -> Iterator[BufferFile]:
    """The buffer of a folder, read-only; InUse, Damaged, or ForbiddenError where this user may not read it."""
    index = folder / f"{FILE}-shm"
    had_index = index.exists()
    try:
        with our_errors():
            connection = _read_only(folder / FILE)
        with closing(connection):
            with our_errors():
                opened = BufferFile(folder, connection)
            yield opened
    finally:
        if not had_index:
            index.unlink(missing_ok=True)  # SQLite's index of the log is worth nothing to anybody else


def _read_only(path: Path) -> sqlite3.Connection:
    # without a log no agent is running: then SQLite need not make one, which `mode=ro` would
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    uri = f"{path.resolve().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=1)
    try:
        connection.execute("SELECT COUNT(*) FROM note").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in (_CANNOT_OPEN, _READ_ONLY):
            hint = "read a copy of the folder, or as the agent's user"
            raise ForbiddenError("this user may not open the buffer", path=str(path), hint=hint) from error
        raise
    except sqlite3.Error:
        connection.close()
        raise
    return connection
