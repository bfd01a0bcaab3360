"""Keeps a buffer usable: frees room on a full disk, replaces a damaged file while polling goes on, counts the cost.

Policy. Receipted rows stay `keep_days` for a cloud that must be restored. Over the byte cap the oldest receipted rows
go first, then readings off the billing grid that have no receipt; those on the grid are never deleted without one.
A ballast file holds back the room that cleaning a full disk takes.
"""

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from common.errors import EnergyError
from edge_agent.buffer.errors import Damaged, DiskFull
from edge_agent.buffer.ranges import Range
from edge_agent.buffer.recovery import discard_old, open_buffer, replace, salvage, unsalvaged
from edge_agent.buffer.retention import EVER_MS, prune, thin
from edge_agent.buffer.row import STREAM_SHIFT, BufferSample
from edge_agent.buffer.state import BufferStream
from edge_agent.buffer.store import Buffer

log = logging.getLogger(__name__)
T = TypeVar("T")
DAY_MS = 86_400_000
MARK_SYNC_S = 10.0
PRUNE_S = 60.0
SAVE_S = 10.0  # receipts that no round has written down by then are written by themselves
STRIKES_AT_ONCE = 3  # new files without a commit in between before the next has to wait
STRIKE_FIRST_S, STRIKE_MAX_S = 0.2, 60.0
SALVAGED_KEPT = 10  # set-aside files whose rows have all been taken over; together no more than the cap


@dataclass(frozen=True, slots=True)
class BufferLimits:
    """How much the buffer may hold, and for how long."""

    cap_bytes: int = 1024**3
    keep_days: int = 35
    fine_days: int = 90  # readings off the billing grid wait no longer than this for a receipt
    ballast_bytes: int = 1024**2
    waiting_max: int = 20_000  # readings in memory while the disk takes none


class BufferGuard:
    """The buffer as poller and uplink use it. One thread at a time."""

    def __init__(
        self,
        folder: Path,
        *,
        boot_id: str,
        limits: BufferLimits = BufferLimits(),
        synchronous: str = "FULL",
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.limits = limits
        self.boot_id = boot_id
        self.synchronous = synchronous
        self.clock_s = clock_s
        self.problem = ""  # why there is no usable buffer right now, for health
        self.waiting: list[BufferSample] = []
        self.dropped = 0  # fine readings that never got to the disk
        self.replaced = 0
        self.generation = 0  # grows when streams change under the uplink
        self._strikes = 0
        self._strike_until_s = 0.0
        self._mark_due_s = 0.0
        self._prune_due_s = 0.0
        self._save_due_s = 0.0
        self._thin_due_s = 0.0
        self._salvage: Iterator[int] | None = None
        self._buffer: Buffer | None = None
        self._open()

    # opening

    def _open(self) -> Buffer:
        try:
            buffer, damage = open_buffer(self.folder, boot_id=self.boot_id, synchronous=self.synchronous)
        except DiskFull:
            self.ballast.unlink(missing_ok=True)
            buffer, damage = open_buffer(self.folder, boot_id=self.boot_id, synchronous=self.synchronous)
        if damage:
            self.replaced += 1
            log.error("buffer set aside: %s", damage)
        self._buffer = buffer
        self._salvage = salvage(buffer) if unsalvaged(self.folder) else None
        self.generation += 1
        self.problem = ""
        self._lay_ballast()
        return buffer

    @property
    def buffer(self) -> Buffer:
        """The open buffer; opens it again where that failed before."""
        return self._buffer or self._open()

    def replace(self, reason: str) -> Buffer:
        """Give the present file up and go on with a new one."""
        old, self._buffer = self._buffer, None
        limit = old.current.number << STREAM_SHIFT | old.current.last if old else None
        if old:
            old.dirty = False
            old.close()
        log.error("buffer set aside: %s", reason)
        self.replaced += 1
        in_memory = old.directory if old else None
        replace(self.folder, limit=limit, synchronous=self.synchronous, in_memory=in_memory)
        return self._open()

    def close(self) -> None:
        """Write down what is known and let go of the file."""
        if self._buffer:
            self._buffer.close()
            self._buffer = None

    def do(self, action: Callable[[Buffer], T]) -> T:
        """Run something on the buffer; on damage replace the file and run it once more on the new one.

        A disk that keeps failing gets a new file ever more seldom; in between the error is raised.
        """
        try:
            return action(self.buffer)
        except Damaged as error:
            if self.clock_s() < self._strike_until_s:
                raise
            self._strikes += 1
            if self._strikes >= STRIKES_AT_ONCE:
                pause_s = min(STRIKE_MAX_S, STRIKE_FIRST_S * 2 ** (self._strikes - STRIKES_AT_ONCE))
                self._strike_until_s = self.clock_s() + pause_s
            try:
                return action(self.replace(str(error)))
            except EnergyError as again:
                self.problem = again.code
                raise

    # readings

    def append(self, samples: Sequence[BufferSample]) -> Range:
        """Commit these and all that wait from before. Raises DiskFull or Damaged while they wait in memory."""
        self.waiting.extend(samples)
        if not self.waiting:
            return (1, 0)
        try:
            done = self._append_waiting()
        except EnergyError as error:
            self.problem = error.code
            self._trim_waiting()
            raise
        self.problem = ""
        return done

    def _append_waiting(self) -> Range:
        try:
            done = self.do(lambda buffer: buffer.append(self.waiting))
        except DiskFull:
            self.make_room()
            done = self.do(lambda buffer: buffer.append(self.waiting))
        self.waiting = []
        self._strikes = 0
        return done

    def _trim_waiting(self) -> None:
        """Memory is bounded: fine readings are given up first, then the oldest."""
        surplus = len(self.waiting) - self.limits.waiting_max
        if surplus <= 0:
            return
        billed = [sample for sample in self.waiting if sample.grid]
        billed = billed[max(0, len(billed) - self.limits.waiting_max) :]
        self.dropped += len(self.waiting) - len(billed)
        self.waiting = billed

    # room

    @property
    def ballast(self) -> Path:
        """The file that holds room back."""
        return self.folder / "ballast"

    def _lay_ballast(self) -> None:
        size = self.limits.ballast_bytes
        try:
            if size and not self.ballast.exists() and shutil.disk_usage(self.folder).free > 4 * size:
                with self.ballast.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            self.ballast.unlink(missing_ok=True)

    def make_room(self) -> None:
        """The disk is full: give up the ballast and files of no more use, then receipted rows, then fine ones."""
        try:
            self.ballast.unlink(missing_ok=True)
            discard_old(self.folder, 0, 0)
            self.do(Buffer.checkpoint)
            if not self.do(lambda buffer: prune(buffer, EVER_MS)):
                self.do(thin)
            self.do(Buffer.checkpoint)
        except (EnergyError, OSError) as error:
            log.warning("no room could be made: %s", error)

    def housekeep(self, now_ms: int, *, clock_is_good: bool) -> None:
        """Housekeeping, a short step at a time: salvage, old rows, the cap, the ballast. Call it every few seconds."""
        self.salvage_step()
        now_s = self.clock_s()
        if clock_is_good and now_s >= self._prune_due_s:
            self._prune_due_s = now_s + PRUNE_S
            self.do(lambda buffer: prune(buffer, now_ms - self.limits.keep_days * DAY_MS))
            self.do(lambda buffer: thin(buffer, before_ms=now_ms - self.limits.fine_days * DAY_MS))
        if self.buffer.used_bytes > self.limits.cap_bytes:
            self._shrink(now_s)
        if now_s >= self._mark_due_s:
            self._mark_due_s = now_s + MARK_SYNC_S
            self.buffer.marks.sync()
        if self.buffer.dirty and now_s >= self._save_due_s:
            self._save_due_s = now_s + SAVE_S
            self.do(Buffer.save)
        self._lay_ballast()

    def _shrink(self, now_s: float) -> None:
        """Over the cap. Where only billing readings are left there is nothing to do but look again later."""
        if self.do(lambda buffer: prune(buffer, EVER_MS)) or now_s < self._thin_due_s:
            return
        if not self.do(thin):
            self._thin_due_s = now_s + PRUNE_S

    @property
    def salvaging(self) -> bool:
        """Rows of a set-aside file are still being taken over."""
        return self._salvage is not None

    def salvage_step(self) -> bool:
        """Take over some rows of a set-aside file; False when there is nothing left to do."""
        if self._salvage is None:
            return False
        try:
            next(self._salvage)
        except StopIteration:
            self._salvage = None
            self.generation += 1
            discard_old(self.folder, SALVAGED_KEPT, self.limits.cap_bytes)
        except Damaged:
            self._salvage = salvage(self.buffer)  # from the start, once the buffer works again
            raise
        return self._salvage is not None

    def streams(self) -> list[BufferStream]:
        """Streams whose rows may be sent, the oldest first; older ones only when all their rows are here."""
        buffer = self.buffer
        if self.salvaging:
            return [buffer.current]
        return [stream for stream in buffer.streams.values() if stream.pending or stream is buffer.current]
