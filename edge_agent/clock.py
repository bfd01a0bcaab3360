"""The agent's time: monotonic time plus an offset that only a trusted source may change.

The wall clock of a gateway may start at 1970 or be set at any moment, so it is believed only while the kernel says that
it is synchronised; the cloud's receipts are the other source. Until one of them has spoken in this boot, readings are
taken with the quality UNKNOWN and dated afterwards.
"""

import ctypes
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from common.reading import TimeQuality

CONFIRMED_FOR_MS = 86_400_000  # a source's word counts as synchronised for a day
TOLERANCE_MS = 2000
DRIFT = 10_000  # one part in that many: twice what a gateway's oscillator may be off
_TIME_ERROR = 5


def mono_ms() -> int:
    """Milliseconds since boot, counting the time asleep."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot_id() -> str:
    """The kernel's name for this boot."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip() if path.exists() else f"pid-{os.getpid()}"


class Clock:
    """Wall time that cannot jump under the poller."""

    def __init__(
        self,
        *,
        mono: Callable[[], int] = mono_ms,
        wall: Callable[[], float] = time.time,
        kernel_synchronised: Callable[[], bool] | None = None,
    ) -> None:
        self.mono = mono
        self.wall = wall
        self._kernel_synchronised = kernel_synchronised or kernel_says_synchronised
        self.offset_ms = self._wall_offset()
        self.confirmed_at: int | None = None  # monotonic
        self.steps = 0  # how often the offset moved by more than the tolerance
        self._cloud: tuple[int, int] | None = None  # monotonic time and offset of the nearest claim
        self.watch()

    def _wall_offset(self) -> int:
        return int(self.wall() * 1000) - self.mono()

    def now_ms(self) -> int:
        """Milliseconds since 1970, as well as known."""
        return self.mono() + self.offset_ms

    def now_s(self) -> float:
        """The same in seconds: the clock that drivers are given."""
        return self.now_ms() / 1000

    @property
    def quality(self) -> TimeQuality:
        """How well the time is known right now."""
        if self.confirmed_at is None:
            return TimeQuality.UNKNOWN
        fresh = self.mono() - self.confirmed_at <= CONFIRMED_FOR_MS
        return TimeQuality.SYNCHRONISED if fresh else TimeQuality.INFORMED

    def watch(self) -> None:
        """Follow the wall clock while the kernel vouches for it. Call it every few seconds."""
        if self._kernel_synchronised():
            self._set_offset(self._wall_offset())

    def hear_cloud(self, now_ms: int) -> None:
        """The cloud's clock as a receipt carried it. It is late by the way it took, so the latest claim is nearest."""
        if now_ms <= 0 or self._kernel_synchronised():
            return
        mono = self.mono()
        offset = now_ms - mono
        heard_at, nearest = self._cloud or (mono, offset)
        nearest -= (mono - heard_at) // DRIFT  # our oscillator may run fast: an old claim counts ever less
        if offset < nearest < offset + TOLERANCE_MS:
            offset = nearest
        else:
            self._cloud = mono, offset
        wall = self._wall_offset()
        self._set_offset(wall if abs(wall - offset) < TOLERANCE_MS else offset)

    def _set_offset(self, offset_ms: int) -> None:
        if abs(offset_ms - self.offset_ms) > TOLERANCE_MS:
            self.steps += 1
        self.offset_ms = offset_ms
        self.confirmed_at = self.mono()


def kernel_says_synchronised() -> bool:
    """Whether the kernel's clock is disciplined (NTP, PTP, GPS) right now; any step by hand ends that."""
    buffer = ctypes.create_string_buffer(512)  # struct timex with modes = 0: only ask
    return bool(0 <= _libc().adjtimex(buffer) < _TIME_ERROR)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
