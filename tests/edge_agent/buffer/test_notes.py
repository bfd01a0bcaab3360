"""The notes in the database: believed only with their sum."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.notes import loaded_streams, read_notes, sealed, unsealed
from edge_agent.buffer.state import BufferState, StreamState

DIRECTORY = BufferDirectory(streams=((1, 77), (2, 78)))
STATE = BufferState(2, (StreamState(1, 5, ((1, 5),)), StreamState(2, 3)), thinned=4)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.execute("CREATE TABLE note (name TEXT, content BLOB)")
        opened.executemany(
            "INSERT INTO note VALUES (?, ?)", [("register", sealed(DIRECTORY)), ("state", sealed(STATE))]
        )
        yield opened


def test_notes_are_read_as_they_were_written(connection: sqlite3.Connection) -> None:
    assert (DIRECTORY, STATE) == read_notes(connection, Path("buffer.db"))


@pytest.mark.parametrize("name", ["register", "state"])
def test_a_note_that_is_missing_is_damage(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM note WHERE name = ?", (name,))
    with pytest.raises(Damaged):
        read_notes(connection, Path("buffer.db"))


@pytest.mark.parametrize("content", [None, "text", b"", bytes(16), bytes(40)])
def test_a_note_whose_sum_does_not_fit_is_none(content: object) -> None:
    assert unsealed(content) is None


def test_one_changed_bit_breaks_the_seal() -> None:
    note = bytearray(sealed(STATE))
    assert unsealed(bytes(note))
    note[-1] ^= 1
    assert unsealed(bytes(note)) is None


def test_streams_get_their_epochs_from_the_directory() -> None:
    streams = loaded_streams(DIRECTORY, STATE)
    assert [(77, 5, 0), (78, 3, 3)] == [(stream.epoch, stream.last, stream.pending) for stream in streams.values()]
