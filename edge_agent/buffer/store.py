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
from common.reading import TimeQuality
from edge_agent.buffer.companion_files import BufferDirectory, MarkFile, StreamMark, read_directory, write_directory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.file import FILE, connect, our_errors, translated_os
from edge_agent.buffer.ranges import Range, Ranges
from edge_agent.buffer.row import SEQUENCE_MASK, STREAM_SHIFT, BufferRow, BufferSample, checksum, checksums, flags_of
from edge_agent.buffer.state import DAMAGED, EXPIRED, BufferState, BufferStream, sealed, unsealed

INSERT = "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
QUICK_CHECK_MAX_BYTES = 32 * 1024 * 1024
TAIL_CHECKED = 500
BOOTS_MAX = 1000


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
        self.fresh: Sequence[
            tuple[int, ...]
        ] = ()  # what the last commit wrote to the current stream, to be sent at once
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
        notes = dict(self.connection.execute("SELECT name, content FROM note"))
        directory, state = unsealed(notes.get("register")), unsealed(notes.get("state"))
        if directory is None or state is None:
            raise Damaged("the buffer's notes are damaged", path=str(self.path))
        self.directory = _newest(
            msgspec.msgpack.decode(directory, type=BufferDirectory), read_directory(self.directory_path)
        )
        self._load_streams(msgspec.msgpack.decode(state, type=BufferState))

    def _load_streams(self, state: BufferState) -> None:
        epochs = dict(self.directory.streams)
        for rest in state.streams:
            stream = BufferStream(rest.number, epochs[rest.number])
            stream.load(rest)
            self.streams[rest.number] = stream
        self.current = self.streams[state.current]
        self.thinned = state.thinned
        self.current.last = max(self.current.last, self._highest_sequence(self.current.number))

    def _highest_sequence(self, number: int) -> int:
        query = "SELECT MAX(id) FROM reading WHERE id BETWEEN ? AND ?"
        highest_id = self.connection.execute(query, ids_of(number, 1, SEQUENCE_MASK)).fetchone()[0]
        return (highest_id or 0) & SEQUENCE_MASK

    def _verify(self) -> None:
        """Signs of damage that can be seen at once; the rest shows when rows are read."""
        mark = self.marks.read()
        stream = self.current
        if mark and mark.stream == stream.number and mark.epoch == stream.epoch and mark.last > stream.last:
            raise Damaged(f"committed up to {mark.last}, but the file ends at {stream.last}", path=str(self.path))
        if mark and mark.stream > stream.number:
            raise Damaged("the file is older than the stream that was in use", path=str(self.path))
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
        numbers = {_channel_key(channel): number for number, channel in enumerate(self.directory.channels)}
        added: list[Channel] = []
        for channel in channels:
            if _channel_key(channel) not in numbers:
                numbers[_channel_key(channel)] = len(numbers)
                added.append(channel)
        if added:
            self._update_directory(channels=(*self.directory.channels, *added), version=self.directory.version + 1)
        return [numbers[_channel_key(channel)] for channel in channels]

    def rebase(self, values: dict[int, int]) -> None:
        """New base values for channels, so that differences stay short on the wire."""
        channels = [
            msgspec.structs.replace(channel, base=values.get(number, channel.base))
            for number, channel in enumerate(self.directory.channels)
        ]
        self._update_directory(channels=tuple(channels), version=self.directory.version + 1)

    def catalog(self, stream: BufferStream) -> Catalog:
        """What the numbers of a stream mean, as of now."""
        return Catalog(stream.epoch, self.directory.version, self.directory.channels)

    def _boot_number(self, boot_id: str) -> int:
        for number, name in self.directory.boots:
            if name == boot_id:
                return number
        number = 1 + max((number for number, _ in self.directory.boots), default=0)
        boots = (*self.directory.boots[1 - BOOTS_MAX :], (number, boot_id))
        offsets, guesses = (
            {boot: offset for boot, offset in clocks.items() if boot >= boots[0][0]}
            for clocks in (self.directory.offsets, self.directory.guesses)
        )
        self._update_directory(boots=boots, offsets=offsets, guesses=guesses)
        return number

    def _update_directory(self, **changes: object) -> None:
        directory = msgspec.structs.replace(self.directory, **changes, edition=self.directory.edition + 1)
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
        values = _values(stream, rows)
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
            connection.executemany(INSERT.replace("INSERT", "INSERT OR IGNORE"), _values(stream, rows))

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

    def present(self, stream: BufferStream) -> Ranges:
        """Sequences of the rows that are in the file."""
        sequences = Ranges()
        start = last = 0
        with our_errors():
            for (number,) in self.connection.execute(
                "SELECT id FROM reading WHERE id BETWEEN ? AND ? ORDER BY id", ids_of(stream.number, 1, SEQUENCE_MASK)
            ):
                sequence = number & SEQUENCE_MASK
                if start and sequence == last + 1:
                    last = sequence
                    continue
                if start:
                    sequences.add(start, last)
                start = last = sequence
        if start:
            sequences.add(start, last)
        return sequences

    def _require_explained(self, stream: BufferStream, first: int, last: int) -> None:
        """Damaged, unless every sequence of first..last is void or was pruned after its receipt."""
        for gap in stream.done.missing(first, last):
            for absent, _ in Ranges(all_voids(stream)).missing(*gap):
                raise Damaged(f"row {absent} has vanished", path=str(self.path))

    def dated(self, row: BufferRow) -> tuple[int, int] | None:
        """When a row was taken and how well that is known; None while its time may still become known."""
        if row.time_quality != TimeQuality.UNKNOWN:
            return row.at_ms, row.time_quality
        for offsets, quality in (
            (self.directory.offsets, TimeQuality.RECONSTRUCTED),
            (self.directory.guesses, TimeQuality.UNKNOWN),
        ):
            if row.boot in offsets:
                return max((row.mono_ms + offsets[row.boot]) // 100 * 100, 0), quality
        return None

    def date_boot(self, offset_ms: int) -> None:
        """The first known offset of this boot's clock: on the disk before any row is dated by it."""
        if self.boot in self.directory.offsets:
            return
        offsets = {**self.directory.offsets, self.boot: offset_ms}
        self._update_directory(offsets=offsets, guesses=self._guesses(offsets))

    def _guesses(self, offsets: dict[int, int]) -> dict[int, int]:
        """For boots that ended without a clock: as if each had ended when the next one began."""
        query = "SELECT boot, MAX(mono_ms) FROM reading WHERE flags & 56 = 24 GROUP BY boot"
        with our_errors():
            lasted = dict(self.connection.execute(query).fetchall())
        guesses = dict(self.directory.guesses)
        began = offsets[self.boot]
        for number, _ in sorted(self.directory.boots, reverse=True):
            if number < self.boot:
                if number not in offsets:
                    guesses.setdefault(number, began - lasted.get(number, 0))
                began = offsets.get(number, guesses.get(number, began))
        return guesses

    # receipts

    def receive(self, stream: BufferStream, ranges: Iterable[Range]) -> None:
        """The cloud has these. Written down with the next commit: losing it only means sending twice."""
        for first, last in ranges:
            for span in list(stream.void(DAMAGED).within(first, last)):
                for untold in [gap for open_ in stream.done.missing(*span) for gap in stream.announced.missing(*open_)]:
                    stream.void(DAMAGED).remove(*untold)  # taken for lost, but it had arrived before
            stream.done.add(first, min(last, stream.last))
        self.dirty = True
        if stream is self.current:
            self.mark()

    def reopen(self, stream: BufferStream, ranges: Iterable[Range]) -> None:
        """The cloud has lost these: send again what is still here, and say which are gone."""
        with our_errors():
            lowest_id = self.connection.execute(
                "SELECT MIN(id) FROM reading WHERE id BETWEEN ? AND ?", ids_of(stream.number, 1, SEQUENCE_MASK)
            ).fetchone()[0]
        oldest = (lowest_id & SEQUENCE_MASK) if lowest_id is not None else stream.last + 1
        for first, last in ranges:
            stream.done.remove(first, min(last, stream.last))
            gone = list(Ranges(all_voids(stream)).missing(first, min(last, oldest - 1, stream.last)))
            for gap in gone:
                stream.void(EXPIRED).add(*gap)
        self.dirty = True

    def grown(self, stream: BufferStream, highest: int) -> None:
        """An older stream was longer than anything here remembers: what came after is lost, or in the cloud already."""
        stream.void(DAMAGED).add(stream.last + 1, highest)
        stream.last = highest
        self.dirty = True

    def save(self) -> None:
        """Write the state down now."""
        with self.commit() as connection:
            self.dirty = True
            self.write_state(connection)

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
        with our_errors():
            pages, free, size = (
                self.connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def checkpoint(self) -> None:
        """Empty the write-ahead log into the file and cut it."""
        with our_errors():
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    # streams

    def begin_stream(self) -> BufferStream:
        """A new epoch in the same file: from now on sequences count from 1 again."""
        number = 1 + max(number for number, _ in self.directory.streams)
        epoch = new_epoch()
        self._update_directory(streams=(*self.directory.streams, (number, epoch)), version=self.directory.version + 1)
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
            with our_errors():
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
        except BaseException:
            self.dirty = self.dirty or was_dirty
            try:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
            except sqlite3.Error:
                pass  # the first error tells more
            raise


def ids_of(number: int, first: int, last: int) -> tuple[int, int]:
    """First and last row id of a span of a stream."""
    return number << STREAM_SHIFT | first, number << STREAM_SHIFT | last if last > 0 else number << STREAM_SHIFT


def _channel_key(channel: Channel) -> tuple[str, str, str, str]:
    return channel.meter, channel.register, channel.unit, channel.kind


def _values(stream: BufferStream, rows: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Rows (in the order of `Row`) as the table has them."""
    base, totals = stream.number << STREAM_SHIFT, checksums(stream.epoch, rows)
    return [(base | row[0], *row[1:], total) for row, total in zip(rows, totals, strict=True)]


def all_voids(stream: BufferStream) -> Iterator[Range]:
    """Void spans of all reasons."""
    for ranges in stream.voids.values():
        yield from ranges


def _newest(inside: BufferDirectory, beside: BufferDirectory | None) -> BufferDirectory:
    """The register of the file or of the sidecar: a crash may have come between writing the two."""
    if beside is None or beside.edition < inside.edition or beside.streams[: len(inside.streams)] != inside.streams:
        return inside
    return beside
