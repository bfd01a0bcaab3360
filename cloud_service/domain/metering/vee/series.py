"""The values that validation works on: registers with their rules and mounts, readings as columns, windows of days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.rating.register_readings import SharedStep
from common.reading import THOUSANDTHS

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

FOREVER_MS = 2**43  # the year 2248: the end of a mount that has none
POWER_MARGIN_PERCENT = 110  # a meter may be overloaded a little
POWER_DEFAULT_KW = 2000  # of a kWh register whose meter states no limit: only gross spikes are caught
TURN_SHARE = 10  # without a power limit a rollover is believed if it counts at most this part of the whole turn


@dataclass(frozen=True, slots=True)
class MountSpan:
    """A meter at work between two instants, with the indexes that were read when it came and went."""

    start_ms: int
    end_ms: int = FOREVER_MS
    opening: int | None = None
    closing: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterRules:
    """What validation knows of a register."""

    id: int
    kind: str  # index or interval
    step_s: int
    zone: str  # IANA name: where its days begin
    digits: int | None = None  # before the point, where the counter rolls over
    power_max_kw: int | None = None  # what its meter can carry
    unit: str = "kWh"
    mounts: tuple[MountSpan, ...] = ()

    @property
    def turn(self) -> int:
        """What a full turn of the counter is, in thousandths; 0 where it is not known."""
        return int(10**self.digits * THOUSANDTHS) if self.digits else 0

    @property
    def rate_max(self) -> int:
        """The most that can be counted in an hour, in thousandths; 0 where nothing is known."""
        limit = self.power_max_kw or (POWER_DEFAULT_KW if self.unit == "kWh" else 0)
        return limit * THOUSANDTHS * POWER_MARGIN_PERCENT // 100

    @property
    def spans(self) -> tuple[MountSpan, ...]:
        """Its mounts; a meter that was never mounted counts from the first reading on."""
        return self.mounts or (MountSpan(-FOREVER_MS),)

    @property
    def mount_indexes(self) -> dict[int, int]:
        """Instant -> index read when the meter came or went, ascending; of two at one instant the one it came with."""
        indexes: dict[int, int] = {}
        for mount in self.mounts:
            if mount.opening is not None and mount.start_ms > -FOREVER_MS:
                indexes[mount.start_ms] = mount.opening
            if mount.closing is not None and mount.end_ms < FOREVER_MS:
                indexes[mount.end_ms] = mount.closing
        return dict(sorted(indexes.items())) if indexes else indexes


@dataclass(frozen=True, slots=True)
class RegisterReadings:
    """Readings of one register in ascending order of time, one an instant. `step_s` is 0 for an index."""

    at_ms: Ints  # milliseconds in UTC
    value: Ints  # thousandths: an index, or what was counted in the span that ends at the instant
    quality: Bytes
    step_s: Ints

    def __len__(self) -> int:
        return len(self.at_ms)

    def where(self, mask: NDArray[np.bool_] | Ints | slice) -> "RegisterReadings":
        """The readings that a mask, places or a slice name."""
        return RegisterReadings(self.at_ms[mask], self.value[mask], self.quality[mask], self.step_s[mask])


def readings(
    at_ms: Sequence[int] | Ints,
    value: Sequence[int] | Ints,
    quality: Sequence[int] | Bytes | None = None,
    step_s: Sequence[int] | Ints | None = None,
) -> RegisterReadings:
    """Readings from plain numbers; actual indexes unless said otherwise."""
    size = len(at_ms)
    return RegisterReadings(
        np.asarray(at_ms, dtype=np.int64),
        np.asarray(value, dtype=np.int64),
        np.zeros(size, dtype=np.uint8) if quality is None else np.asarray(quality, dtype=np.uint8),
        np.zeros(size, dtype=np.int64) if step_s is None else np.asarray(step_s, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Consecutive local days of a register to be made; `starts_ms` has one instant more than there are days."""

    days: tuple[date, ...]
    starts_ms: tuple[int, ...]

    @property
    def start_ms(self) -> int:
        """First instant."""
        return self.starts_ms[0]

    @property
    def end_ms(self) -> int:
        """First instant after."""
        return self.starts_ms[-1]

    def fitting_step_s(self, step_s: int) -> int:
        """The longest step into which its days and a step divide: an hour does not fit a day of 24 and a half."""
        return math.gcd(step_s, *((later - earlier) // 1000 for earlier, later in pairwise(self.starts_ms)))


@dataclass(frozen=True, slots=True)
class RejectedReading:
    """A reading that is not believed, and why: spike, reset, jump, estimate (overtaken by an actual reading)."""

    at_ms: int
    value: int
    reason: str


class BelievedReading(msgspec.Struct, frozen=True, gc=False):
    """A reading that is believed."""

    at_ms: int
    value: int
    quality: int


class RegisterDay(msgspec.Struct, frozen=True):
    """One local day as it is stored. `entry` and `exit` are the last believed readings before it and at its end."""

    register_id: int
    day: date
    step_s: int
    values: bytes  # thousandths a step, packed as little-endian int64
    qualities: bytes  # one a step
    total: int  # sum of the values
    missing: int  # steps without a usable value
    entry: BelievedReading | None = None
    exit: BelievedReading | None = None
    count: int = 0  # believed readings of the day
    rejected: int = 0
    shared: tuple[SharedStep, ...] = ()
