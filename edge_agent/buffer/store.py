"""The buffer: one SQLite file, one connection, one commit per round, and nothing forgotten without a receipt.

Committed means on the disk: WAL with `synchronous=FULL`. Each row carries a checksum and a sequence; what is read back
is checked against both, so neither a changed nor a vanished row goes unnoticed. Errors are those of `buffer.errors`.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from common.errors import EnergyError
from common.message import EPOCH_MAX, Catalog, Channel
from edge_agent.buffer.boot_clocks import boot_number, dated, is_full, with_boot, with_clock
from edge_agent.buffer.companion_files import MarkFile, StreamMark, read_directory, require_as_long_as, write_directory
from edge_agent.buffer.directory import BufferDirectory, newest_directory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.file import FILE, connect, our_errors, transaction, translated_os, used_bytes
from edge_agent.buffer.notes import loaded_streams, read_notes, sealed
from edge_agent.buffer.ranges import Range, Ranges
from edge_agent.buffer.reading_table import (
    highest_sequence,
    ids_of,
    lowest_sequence,
    present_sequences,
    stored_values,
    undated_ms_by_boot,
)
from edge_agent.buffer.row import SEQUENCE_MASK, BufferRow, BufferSample, checksum, flags_of
from edge_agent.buffer.state import DAMAGED, BufferState, BufferStream

INSERT = "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
QUICK_CHECK_MAX_BYTES = 32 * 1024 * 1024
TAIL_CHECKED = 500


def new_epoch() -> int:
    """A random name for a stream: no two buffers ever share one."""
    return secrets.randbelow(EPOCH_MAX) + 1


class Buffer:
    """The open buffer of one gateway. Not thread-safe: one thread owns it. `open_buffer` makes and mends it."""

    def __init__(self, folder: Path, *, boot_id: str, synchronous: str = "FULL") -> None:
        self.folder = folder
        self.path = folder / FILE
        self.directory_path = folder / "buffer.catalog"
        self.streams: dict[int, BufferStream] = {}
        self.thinned = 0
        self.dirty = False  # the state in memory is ahead of the note
        self.fresh: Sequence[tuple[int, ...]] = ()  # the last commit's rows of the current stream, to be sent at once
        with our_errors():
            self.connection = connect(self.path, synchronous)
        self.marks = MarkFile(folder / "buffer.mark")
        try:
            with our_errors():
                self._load()
                self._verify()
            self.boot = self._boot_number(boot_id)
        except EnergyError:
            self.close()
            raise

    # opening and closing

    def _load(self) -> None:
        inside, state = read_notes(self.connection, self.path)
        self.directory = newest_directory(inside, read_directory(self.directory_path))
        self.streams = loaded_streams(self.directory, state)
        self.current = self.streams[state.current]
        self.thinned = state.thinned
        self.current.last = max(self.current.last, highest_sequence(self.connection, self.current.number))

    def _verify(self) -> None:
        """Signs of damage that can be seen at once; the rest shows when rows are read."""
        stream = self.current
        require_as_long_as(self.marks.read(), stream, self.path)
        if self.path.stat().st_size <= QUICK_CHECK_MAX_BYTES:
            verdict = self.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise Damaged(f"SQLite finds: {verdict}", path=str(self.path))
        tail = max(stream.last - TAIL_CHECKED, stream.done.prefix) + 1
        self.rows(stream, tail, stream.last)

    def close(self) -> None:
        """Write down what is only in memory, if the disk lets us, and let go of the file."""
        self.marks.close()
        try:
            if self.dirty:
                self.save()
            self.connection.close()
        except (EnergyError, sqlite3.Error):
            self.dirty = False  # the note stays behind: receipts come again

    # channels, boots, catalogs

    def channel(self, meter: str, register: str, unit: str, kind: str, value: int) -> int:
        """The number of one register; see `channels`."""
        return self.channels([Channel(meter, register, unit, kind, value)])[0]

    def channels(self, channels: Sequence[Channel]) -> list[int]:
        """The numbers of registers; new ones are on the disk before this returns. Their base is their present value."""
        numbers, added = self.directory.numbered(channels)
        if added:
            self._update_directory(self.directory.with_channels(added))
        return numbers

    def rebase(self, values: dict[int, int]) -> None:
        """New base values for channels, so that differences stay short on the wire."""
        self._update_directory(self.directory.rebased(values))

    def catalog(self, stream: BufferStream) -> Catalog:
        """What the numbers of a stream mean, as of now."""
        return Catalog(stream.epoch, self.directory.version, self.directory.channels)

    def _boot_number(self, boot_id: str) -> int:
        number = boot_number(self.directory, boot_id)
        if not number:
            with our_errors():
                undated = undated_ms_by_boot(self.connection) if is_full(self.directory) else {}
            self._update_directory(with_boot(self.directory, boot_id, undated))
            number = boot_number(self.directory, boot_id)
        return number

    def _update_directory(self, directory: BufferDirectory) -> None:
        """Both copies are on the disk before anything uses the new one."""
        directory = msgspec.structs.replace(directory, edition=self.directory.edition + 1)
        try:
            write_directory(self.directory_path, directory)
        except OSError as error:
            raise translated_os(error) from error
        with self.commit() as connection:
            connection.execute("UPDATE note SET content = ? WHERE name = 'register'", (sealed(directory),))
        self.directory = directory

    # readings

    def append(self, samples: Sequence[BufferSample]) -> Range:
        """Commit readings, all or none; first and last sequence. When this returns they survive a power cut."""
        stream, boot = self.current, self.boot
        rows = [
            (sequence, s.channel, boot, s.mono_ms, s.at_ms, s.value, flags_of(s))
            for sequence, s in enumerate(samples, stream.last + 1)
        ]
        values = stored_values(stream.number, stream.epoch, rows)
        with self.commit() as connection:
            connection.executemany(INSERT, values)
            self.write_state(connection)
        first, stream.last = stream.last + 1, stream.last + len(rows)
        self.fresh = rows
        self.mark()
        return first, stream.last

    def adopt(self, stream: BufferStream, rows: Sequence[BufferRow]) -> None:
        """Take over salvaged rows of an older stream under their own sequence."""
        with self.commit() as connection:
            connection.executemany(
                INSERT.replace("INSERT", "INSERT OR IGNORE"), stored_values(stream.number, stream.epoch, rows)
            )

    def rows(self, stream: BufferStream, first: int, last: int, limit: int = 10_000) -> list[BufferRow]:
        """At most `limit` rows of first..last, each checked; void ones are skipped, a lost one is Damaged."""
        if stream is self.current and self.fresh and self.fresh[0][0] <= first <= last <= self.fresh[-1][0]:
            start = first - self.fresh[0][0]
            return list(map(BufferRow._make, self.fresh[start : start + min(limit, last - first + 1)]))
        query = "SELECT * FROM reading WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"
        expected, checked = first, []
        with our_errors():
            for values in self.connection.execute(query, (*ids_of(stream.number, first, last), limit)).fetchall():
                row = BufferRow(values[0] & SEQUENCE_MASK, *values[1:7])
                if checksum(stream.epoch, row) != values[7]:
                    raise Damaged(f"row {row.sequence} was changed", path=str(self.path))
                if row.sequence != expected:
                    self._require_explained(stream, expected, row.sequence - 1)
                expected = row.sequence + 1
                checked.append(row)
        if len(checked) < limit:
            self._require_explained(stream, expected, last)
        return checked

    @property
    def lost(self) -> int:
        """Readings of all streams that were lost to damage."""
        return sum(len(stream.void(DAMAGED)) for stream in self.streams.values())

    def _require_explained(self, stream: BufferStream, first: int, last: int) -> None:
        """Damaged, unless every sequence of first..last is void or was pruned after its receipt."""
        absent = stream.unexplained(first, last)
        if absent:
            raise Damaged(f"row {absent} has vanished", path=str(self.path))

    def date_boot(self, offset_ms: int) -> None:
        """The first known offset of this boot's clock: on the disk before any row is dated by it."""
        if self.boot in self.directory.offsets:
            return
        with our_errors():
            lasted_ms = undated_ms_by_boot(self.connection)
        self._update_directory(with_clock(self.directory, self.boot, offset_ms, lasted_ms))

    # receipts

    def receive(self, stream: BufferStream, ranges: Iterable[Range]) -> None:
        """The cloud has these. Written down with the next commit: losing it only means sending twice."""
        stream.receive(ranges)
        self.dirty = True
        if stream is self.current:
            self.mark()

    def reopen(self, stream: BufferStream, ranges: Iterable[Range]) -> None:
        """The cloud has lost these: send again what is still here, and say which are gone."""
        with our_errors():
            oldest = lowest_sequence(self.connection, stream.number) or stream.last + 1
        stream.reopen(ranges, oldest)
        self.dirty = True

    def extend_stream(self, stream: BufferStream, highest: int) -> None:
        """An older stream was longer than anything here remembers: what came after is lost, or in the cloud already."""
        stream.extend(highest)
        self.dirty = True

    def save(self) -> None:
        """Write the state down now."""
        with self.commit() as connection:
            self.dirty = True
            self.write_state(connection)

    def present(self, stream: BufferStream) -> Ranges:
        """Sequences of the rows that are in the file."""
        with our_errors():
            return present_sequences(self.connection, stream.number)

    def dated(self, row: BufferRow) -> tuple[int, int] | None:
        """When a row was taken (milliseconds since 1970) and how well that is known; None while it may become known."""
        return dated(self.directory, row)

    def mark(self) -> None:
        """Note beside the file how far it has come."""
        stream = self.current
        self.marks.write(StreamMark(stream.number, stream.epoch, stream.last, stream.done.prefix))

    def state(self) -> BufferState:
        """The state as it would be written down."""
        streams = tuple(stream.dump() for stream in self.streams.values())
        return BufferState(self.current.number, streams, self.thinned)

    def write_state(self, connection: sqlite3.Connection) -> None:
        """Write the state down within a commit, if it has changed."""
        if self.dirty:
            connection.execute("UPDATE note SET content = ? WHERE name = 'state'", (sealed(self.state()),))
            self.dirty = False

    # room

    @property
    def used_bytes(self) -> int:
        """Bytes that hold something, without the pages that are free for reuse."""
        return used_bytes(self.connection)

    def checkpoint(self) -> None:
        """Empty the write-ahead log into the file and cut it."""
        with our_errors():
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    # streams

    def begin_stream(self) -> BufferStream:
        """A new epoch in the same file: from now on sequences count from 1 again."""
        number = 1 + max(number for number, _ in self.directory.streams)
        epoch = new_epoch()
        self._update_directory(self.directory.with_stream(number, epoch))
        self.current = self.streams[number] = BufferStream(number, epoch)
        self.fresh = ()
        self.save()
        self.mark()
        return self.current

    @contextmanager
    def commit(self) -> Iterator[sqlite3.Connection]:
        """One transaction; on any error nothing of it is kept and the error is ours."""
        was_dirty = self.dirty
        try:
            with transaction(self.connection):
                yield self.connection
        except BaseException:
            self.dirty = self.dirty or was_dirty
            raise
