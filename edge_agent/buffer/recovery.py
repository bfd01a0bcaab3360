"""Open the buffer whatever has happened to its file: set aside, begin anew, salvage, count what is lost.

A set-aside file lies with its write-ahead log in `damaged-N`; the newest ten are kept for inspection. The file
`salvaged` in that folder says that all its readable rows have been taken over; `limit` holds the highest id that was
ever reported as committed, where the agent that gave the file up knew it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec

from edge_agent.buffer.companion_files import MarkFile, StreamMark, read_directory, sync_folder
from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.file import FILE, create, translated_os
from edge_agent.buffer.notes import unsealed
from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.row import STREAM_SHIFT
from edge_agent.buffer.salvage import scan
from edge_agent.buffer.state import DAMAGED, BufferState, StreamState
from edge_agent.buffer.store import Buffer, new_epoch

CHUNK_ROWS = 500


def open_buffer(folder: Path, *, boot_id: str, synchronous: str = "FULL") -> tuple[Buffer, str]:
    """The buffer, and what was wrong with the one that had to be set aside ("" in the usual case)."""
    problem = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE).exists():
            problem = _create_first(folder, synchronous)
        return Buffer(folder, boot_id=boot_id, synchronous=synchronous), problem
    except Damaged as error:
        replace(folder, synchronous=synchronous)
        return Buffer(folder, boot_id=boot_id, synchronous=synchronous), str(error)
    except OSError as error:
        raise translated_os(error) from error


def _create_first(folder: Path, synchronous: str) -> str:
    """Make the first file, or a new one where the file has gone but its companions remember it."""
    mark = _read_mark(folder)
    directory = read_directory(folder / "buffer.catalog")
    aside = any(folder.glob("damaged-*"))
    if mark is None and directory is None and not aside:
        epoch = new_epoch()
        create(folder, BufferDirectory(streams=((1, epoch),)), BufferState(1, (StreamState(1, 0),)), synchronous)
        return ""
    replace(folder, synchronous=synchronous)
    return "the buffer's file was missing"


def replace(
    folder: Path, *, limit: int | None = None, synchronous: str = "FULL", in_memory: BufferDirectory | None = None
) -> None:
    """Set the present file aside and create one with a new epoch that knows the older streams.

    `in_memory` is the directory as the agent has it, for readings that wait have its numbers: it counts where both
    copies on the disk cannot be read.
    """
    try:
        aside = _set_aside(folder, limit)
    except OSError as error:
        raise translated_os(error) from error
    mark = _read_mark(folder)
    directory, state = _read_notes(aside)
    beside = read_directory(folder / "buffer.catalog")
    copies = filter(None, (in_memory, directory, beside))
    directory = max(copies, key=lambda copy: copy.edition, default=None) or BufferDirectory()
    streams = {number: StreamState(number, directory.lasts.get(number, 0)) for number, _ in directory.streams}
    if state:
        streams |= {rest.number: rest for rest in state.streams if rest.number in streams}
    if mark and mark.stream in streams:
        streams[mark.stream] = _with_mark(streams[mark.stream], mark)
    number = 1 + max((*streams, mark.stream if mark else 0))
    directory = msgspec.structs.replace(
        directory,
        streams=(*directory.streams, (number, new_epoch())),
        version=directory.version + 1,
        edition=directory.edition + 1,
        lasts={rest.number: rest.last for rest in streams.values()},
    )
    rests = (*streams.values(), StreamState(number, 0))
    before = state or BufferState(0, ())
    state = msgspec.structs.replace(before, current=number, streams=rests)
    create(folder, directory, state, synchronous)


def _set_aside(folder: Path, limit: int | None) -> Path:
    """Move database and log into a folder of their own. The log first: a new file must never meet an old log."""
    number = 1 + max((int(path.name.removeprefix("damaged-")) for path in folder.glob("damaged-*")), default=0)
    aside = folder / f"damaged-{number}"
    aside.mkdir()
    if limit is not None:
        (aside / "limit").write_text(str(limit), encoding="ascii")
    for name in (f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal", FILE):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    for name in ("buffer.catalog", "buffer.mark"):
        if (folder / name).exists():
            shutil.copy(folder / name, aside / name)
    sync_folder(aside)
    sync_folder(folder)
    return aside


def _read_mark(folder: Path) -> StreamMark | None:
    if not (folder / "buffer.mark").exists():
        return None
    with closing(MarkFile(folder / "buffer.mark")) as marks:
        return marks.read()


def _with_mark(rest: StreamState, mark: StreamMark) -> StreamState:
    done = Ranges(rest.done)
    done.add(1, mark.receipted)
    return msgspec.structs.replace(rest, last=max(rest.last, mark.last), done=tuple(done))


def _read_notes(aside: Path) -> tuple[BufferDirectory | None, BufferState | None]:
    """The notes of a damaged file, each if it can be read and its sum is right.

    Read in place and read-only, log included: a copy of a large file would hold up polling and need room on the disk.
    """
    index = aside / f"{FILE}-shm"
    try:
        with closing(sqlite3.connect(f"{(aside / FILE).resolve().as_uri()}?mode=ro", uri=True)) as connection:
            query = "SELECT content FROM note WHERE name = ?"
            rows = {name: connection.execute(query, (name,)).fetchone() for name in ("register", "state")}
        bodies = {name: unsealed(row[0]) if row else None for name, row in rows.items()}
        directory = msgspec.msgpack.decode(bodies["register"], type=BufferDirectory) if bodies["register"] else None
        state = msgspec.msgpack.decode(bodies["state"], type=BufferState) if bodies["state"] else None
    except (sqlite3.Error, msgspec.MsgspecError, OSError, ValueError):
        return None, None
    else:
        return directory, state
    finally:
        index.unlink(missing_ok=True)  # SQLite's index of the log is worth nothing to anybody else


def unsalvaged(folder: Path) -> list[Path]:
    """Set-aside folders whose rows have not all been taken over."""
    return sorted(aside for aside in folder.glob("damaged-*") if not (aside / "salvaged").exists())


def discard_old(folder: Path, keep: int, keep_bytes: int) -> None:
    """Of set-aside files whose rows have all been taken over keep the newest, so many and so much together."""
    salvaged = [aside for aside in folder.glob("damaged-*") if (aside / "salvaged").exists()]
    kept_bytes = 0
    for place, aside in enumerate(sorted(salvaged, key=lambda path: -int(path.name.removeprefix("damaged-")))):
        kept_bytes += sum(path.stat().st_size for path in aside.iterdir())
        if place >= keep or kept_bytes > keep_bytes:
            shutil.rmtree(aside, ignore_errors=True)


def salvage(buffer: Buffer) -> Iterator[int]:
    """Take over the rows of all set-aside files in short steps, then count what is missing. Yields rows per step."""
    epochs = dict(buffer.directory.streams)
    epochs.pop(buffer.current.number)
    folders = unsalvaged(buffer.folder)
    for aside in folders:
        limit = _limit(aside)
        rows = ((number, row) for number, row in scan(aside, epochs) if number << STREAM_SHIFT | row.sequence <= limit)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            for number in {number for number, _ in chunk}:
                buffer.adopt(buffer.streams[number], [row for other, row in chunk if other == number])
            yield len(chunk)
    if folders:
        _count_loss(buffer)
    for aside in folders:
        (aside / "salvaged").touch()


def _limit(aside: Path) -> int:
    try:
        return int((aside / "limit").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 2**63 - 1


def _count_loss(buffer: Buffer) -> None:
    """What an older stream should have and has not is void from now on, and counted."""
    for stream in buffer.streams.values():
        if stream is buffer.current:
            continue
        present = buffer.present(stream)
        for _, last in present:
            stream.last = max(stream.last, last)
        for reason in stream.voids.values():
            for first, last in reason:
                present.add(first, last)
        for first, last in stream.done:
            present.add(first, last)
        for first, last in list(present.missing(1, stream.last)):
            stream.void(DAMAGED).add(first, last)
    buffer.save()
