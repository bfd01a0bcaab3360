"""The two notes in the buffer's database, each with its sum: directory (`register`) and state of the streams."""

import sqlite3
from hashlib import blake2b
from pathlib import Path

import msgspec

from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.state import BufferState, BufferStream

SUM_SIZE = 16


def sealed(note: msgspec.Struct) -> bytes:
    """A note's bytes with their sum."""
    body = msgspec.msgpack.encode(note)
    return blake2b(body, digest_size=SUM_SIZE).digest() + body


def unsealed(content: object) -> bytes | None:
    """The bytes of a sealed note, or None if they were changed."""
    if not isinstance(content, bytes) or len(content) <= SUM_SIZE:
        return None
    body = content[SUM_SIZE:]
    return body if blake2b(body, digest_size=SUM_SIZE).digest() == content[:SUM_SIZE] else None


def read_notes(connection: sqlite3.Connection, path: Path) -> tuple[BufferDirectory, BufferState]:
    """Both notes of a file; Damaged where one is missing or was changed."""
    contents = dict(connection.execute("SELECT name, content FROM note"))
    directory, state = unsealed(contents.get("register")), unsealed(contents.get("state"))
    if directory is None or state is None:
        raise Damaged("the buffer's notes are damaged", path=str(path))
    return (
        msgspec.msgpack.decode(directory, type=BufferDirectory),
        msgspec.msgpack.decode(state, type=BufferState),
    )


def loaded_streams(directory: BufferDirectory, state: BufferState) -> dict[int, BufferStream]:
    """The streams of a state by their numbers, each with the epoch that the directory gives it."""
    epochs = dict(directory.streams)
    streams = {}
    for dumped in state.streams:
        stream = streams[dumped.number] = BufferStream(dumped.number, epochs[dumped.number])
        stream.load(dumped)
    return streams
