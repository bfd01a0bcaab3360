"""Row ids of streams and what stands in the table."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from edge_agent.buffer.reading_table import (
    highest_sequence,
    ids_of,
    lowest_sequence,
    present_sequences,
    stored_values,
    undated_ms_by_boot,
)
from edge_agent.buffer.row import UNKNOWN_FLAG, BufferRow, checksum

EPOCH = 77


def row(sequence: int, *, boot: int = 1, mono_ms: int = 1000, flags: int = 0) -> BufferRow:
    return BufferRow(sequence, 0, boot, mono_ms, 1_790_000_000_000, 5, flags)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A table with the sequences 2, 3 and 5 of stream 1 and 9 of stream 2."""
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.execute(
            "CREATE TABLE reading (id INTEGER PRIMARY KEY, channel INTEGER, boot INTEGER, mono_ms INTEGER,"
            " at_ms INTEGER, value INTEGER, flags INTEGER, sum INTEGER)"
        )
        for number, rows in ((1, [row(2), row(3), row(5)]), (2, [row(9)])):
            opened.executemany("INSERT INTO reading VALUES (?,?,?,?,?,?,?,?)", stored_values(number, EPOCH, rows))
        yield opened


def test_an_id_is_the_streams_number_and_forty_bits_of_sequence() -> None:
    assert (3 * 2**40 + 1, 3 * 2**40 + 9) == ids_of(3, 1, 9)


def test_a_stored_row_ends_with_its_checksum() -> None:
    ((row_id, *values, total),) = stored_values(1, EPOCH, [row(2)])
    assert (2**40 + 2, list(row(2)[1:]), checksum(EPOCH, row(2))) == (row_id, values, total)


def test_streams_do_not_mix(connection: sqlite3.Connection) -> None:
    assert [(2, 5), (9, 9), (0, 0)] == [
        (lowest_sequence(connection, number), highest_sequence(connection, number)) for number in (1, 2, 3)
    ]


def test_present_sequences_are_few_ranges(connection: sqlite3.Connection) -> None:
    assert [[(2, 3), (5, 5)], [(9, 9)], []] == [list(present_sequences(connection, number)) for number in (1, 2, 3)]


def test_only_rows_of_unknown_time_say_how_long_a_boot_lasted(connection: sqlite3.Connection) -> None:
    rows = [
        row(10, boot=4, mono_ms=5000, flags=UNKNOWN_FLAG),
        row(11, boot=4, mono_ms=7000, flags=UNKNOWN_FLAG | 1),
        row(12, boot=4, mono_ms=9000),
    ]
    connection.executemany("INSERT INTO reading VALUES (?,?,?,?,?,?,?,?)", stored_values(1, EPOCH, rows))
    assert {4: 7000} == undated_ms_by_boot(connection)
