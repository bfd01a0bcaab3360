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
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.state import BufferStream


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


_SLOT = Struct("<IQQQI")


def newest_mark(content: bytes) -> StreamMark | None:
    """The newest whole slot of a mark file's content."""
    marks = []
    for start in range(0, len(content) - _SLOT.size + 1, _SLOT.size):
        slot = content[start : start + _SLOT.size]
        *fields, total = _SLOT.unpack(slot)
        if crc32(slot[:-4]) == total:
            marks.append(StreamMark(*fields))
    return max(marks, key=lambda mark: (mark.stream, mark.last, mark.receipted), default=None)


def require_as_long_as(mark: StreamMark | None, current: BufferStream, path: Path) -> None:
    """Damaged if the mark knows more of the current stream, or a later one, than the file at `path`."""
    if mark and mark.stream == current.number and mark.epoch == current.epoch and mark.last > current.last:
        raise Damaged(f"committed up to {mark.last}, but the file ends at {current.last}", path=str(path))
    if mark and mark.stream > current.number:
        raise Damaged("the file is older than the stream that was in use", path=str(path))


class MarkFile:
    """Two slots written in turn, each with its own sum: one of them is always whole."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._turn = 0

    def read(self) -> StreamMark | None:
        """The newest whole slot."""
        return newest_mark(os.pread(self._handle, 2 * _SLOT.size, 0))

    def write(self, mark: StreamMark) -> None:
        """Note a mark. A failing disk is reported by the buffer itself, not by this."""
        body = _SLOT.pack(*mark, 0)[:-4]
        slot = body + crc32(body).to_bytes(4, "little")
        try:
            os.pwrite(self._handle, slot, self._turn * _SLOT.size)
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
