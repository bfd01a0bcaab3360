"""Two small files beside the buffer, so that a damaged buffer can still be read and its loss be counted.

`buffer.catalog`: streams and channels, replaced atomically before the buffer uses a new one. `buffer.mark`: the last
committed and receipted sequence, written after each commit without waiting for the disk: right after a crash of the
process, possibly behind after a power cut, never ahead of what was committed.
"""

import contextlib
import os
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import NamedTuple
from zlib import crc32

import msgspec

from edge_agent.buffer.directory import BufferDirectory


def write_directory(path: Path, directory: BufferDirectory) -> None:
    """Replace the file; the new content is on the disk when this returns."""
    body = msgspec.msgpack.encode(directory)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(blake2b(body, digest_size=16).digest() + body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def read_directory(path: Path) -> BufferDirectory | None:
    """The file's content, or None where it is missing or damaged."""
    try:
        content = path.read_bytes()
        if blake2b(content[16:], digest_size=16).digest() != content[:16]:
            return None
        return msgspec.msgpack.decode(content[16:], type=BufferDirectory)
    except (OSError, msgspec.MsgspecError):
        return None


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class StreamMark(NamedTuple):
    """How far a stream had come."""

    stream: int
    epoch: int
    last: int
    receipted: int


class MarkFile:
    """Two slots written in turn, each with its own sum: one of them is always whole."""

    _slot = Struct("<IQQQI")

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._turn = 0

    def read(self) -> StreamMark | None:
        """The newest whole slot."""
        content = os.pread(self._handle, 2 * self._slot.size, 0)
        marks = []
        for start in range(0, len(content) - self._slot.size + 1, self._slot.size):
            slot = content[start : start + self._slot.size]
            *fields, total = self._slot.unpack(slot)
            if crc32(slot[:-4]) == total:
                marks.append(StreamMark(*fields))
        return max(marks, key=lambda mark: (mark.stream, mark.last, mark.receipted), default=None)

    def write(self, mark: StreamMark) -> None:
        """Note a mark. A failing disk is reported by the buffer itself, not by this."""
        body = self._slot.pack(*mark, 0)[:-4]
        slot = body + crc32(body).to_bytes(4, "little")
        try:
            os.pwrite(self._handle, slot, self._turn * self._slot.size)
        except OSError:
            return
        self._turn ^= 1

    def sync(self) -> None:
        """Wait until the disk has the mark. A failing disk is reported by the buffer itself."""
        with contextlib.suppress(OSError):
            os.fdatasync(self._handle)

    def close(self) -> None:
        """Release the file."""
        os.close(self._handle)
