"""The table `reading` of the buffer's file: row ids of spans, and what stands in it. Errors are those of SQLite."""

import sqlite3
from collections.abc import Sequence

from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.row import SEQUENCE_MASK, STREAM_SHIFT, checksums


def ids_of(number: int, first: int, last: int) -> tuple[int, int]:
    """First and last row id of a span of a stream."""
    return number << STREAM_SHIFT | first, number << STREAM_SHIFT | last if last > 0 else number << STREAM_SHIFT


def stored_values(number: int, epoch: int, rows: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Rows of a stream (in the order of `BufferRow`) as the table has them: id, values, checksum."""
    base, totals = number << STREAM_SHIFT, checksums(epoch, rows)
    return [(base | row[0], *row[1:], total) for row, total in zip(rows, totals, strict=True)]


def highest_sequence(connection: sqlite3.Connection, number: int) -> int:
    """The last sequence of a stream that is in the table; 0 if none is."""
    query = "SELECT MAX(id) FROM reading WHERE id BETWEEN ? AND ?"
    highest_id = connection.execute(query, ids_of(number, 1, SEQUENCE_MASK)).fetchone()[0]
    return (highest_id or 0) & SEQUENCE_MASK


def lowest_sequence(connection: sqlite3.Connection, number: int) -> int:
    """The first sequence of a stream that is in the table; 0 if none is."""
    query = "SELECT MIN(id) FROM reading WHERE id BETWEEN ? AND ?"
    lowest_id = connection.execute(query, ids_of(number, 1, SEQUENCE_MASK)).fetchone()[0]
    return (lowest_id or 0) & SEQUENCE_MASK


def present_sequences(connection: sqlite3.Connection, number: int) -> Ranges:
    """Sequences of a stream whose rows are in the table."""
    sequences = Ranges()
    start = last = 0
    query = "SELECT id FROM reading WHERE id BETWEEN ? AND ? ORDER BY id"
    for (row_id,) in connection.execute(query, ids_of(number, 1, SEQUENCE_MASK)):
        sequence = row_id & SEQUENCE_MASK
        if start and sequence == last + 1:
            last = sequence
            continue
        if start:
            sequences.add(start, last)
        start = last = sequence
    if start:
        sequences.add(start, last)
    return sequences


def undated_ms_by_boot(connection: sqlite3.Connection) -> dict[int, int]:
    """Of each boot that has rows of unknown time: the monotonic milliseconds of the last of them."""
    query = "SELECT boot, MAX(mono_ms) FROM reading WHERE flags & 56 = 24 GROUP BY boot"  # 24: its time is not known
    return dict(connection.execute(query).fetchall())
