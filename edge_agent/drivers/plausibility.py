"""Is a counter's new value possible after the last one? A doubtful value is marked suspect, never changed; pure.

A counter only grows, not faster than the meter can carry, and has so many digits. One wrong value does not make the
right ones after it wrong; a counter that stays at its new level (an exchanged meter) is believed after a while, and the
cloud sees the step.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from common.profile import MeterProfile, Register
from common.reading import THOUSANDTHS, VALUE_MAX, Kind, Quality, Unit
from edge_agent.drivers.interface import RegisterValue

POWER_MAX_KW = 20_000  # no meter on low voltage carries more; a profile may say less
FLOW_MAX_M3_H = 2_000
MARGIN = 6, 5  # a meter may count this much faster than it says, as a fraction
HOUR_MS = 3_600_000
RESOLUTION = 1000  # one whole unit: what a counter may jump by at once
ACTUAL = int(Quality.ACTUAL)
BELIEVED_AFTER = 10  # values in a row that fit each other
ROLLOVER_SHARE = 10  # the last and the first tenth of a counter's range


class _Level(msgspec.Struct, frozen=True, gc=False):
    """A value at an instant, and how many in a row have fitted since it was doubted."""

    value: int
    at_ms: int
    fitting: int = 0


@dataclass(frozen=True, slots=True)
class _Counter:
    """What one counter can do, in thousandths: `whole` is what it rolls over at (0: not known), `hourly` its limit."""

    whole: int
    hourly: int
    most: int  # the highest value it has the digits for

    @classmethod
    def of(cls, register: Register, profile: MeterProfile) -> "_Counter":
        """From what the profile says."""
        hourly = FLOW_MAX_M3_H if register.unit is Unit.M3 else profile.power_max_kw or POWER_MAX_KW
        whole = 0 if register.digits is None else THOUSANDTHS * 10**register.digits
        return cls(whole, hourly * THOUSANDTHS, whole - 1 if whole and not register.sum else VALUE_MAX)

    def follows(self, last: _Level, level: _Level, meter_time: bool) -> bool:  # noqa: FBT001 - asked at every poll
        """Whether it can have gone from one value to the other in that time."""
        grown, elapsed_ms = level.value - last.value, level.at_ms - last.at_ms
        if 0 <= grown <= RESOLUTION and elapsed_ms >= 0:  # nearly always
            return True
        share = self.whole // ROLLOVER_SHARE
        if self.whole and grown < 0 and last.value > self.whole - share and level.value < share:
            grown += self.whole
        if grown < 0:  # a float counter may seem to step back by its last digit
            return -grown <= float_step(last.value) and level.value > 0
        if elapsed_ms < 0:
            if meter_time:
                return False
            elapsed_ms = 0  # the gateway's own clock may have been set back
        times, per = MARGIN
        return (grown - RESOLUTION) * HOUR_MS * per <= self.hourly * elapsed_ms * times


class PlausibilityCheck:
    """Remembers the last believed value of each counter of one meter."""

    def __init__(self, profile: MeterProfile) -> None:
        self.counters = {
            name: _Counter.of(register, profile)
            for name, register in profile.registers.items()
            if register.kind is Kind.INDEX
        }
        self.believed: dict[str, _Level] = {}
        self.doubted: dict[str, _Level] = {}

    def marked(self, values: Iterable[RegisterValue]) -> list[RegisterValue]:
        """The same values, doubtful ones with quality SUSPECT."""
        counters = self.counters
        return [
            value
            if (counter := counters.get(value.register)) is None or self._is_possible(value, counter)
            else replace(value, quality=Quality.SUSPECT)
            for value in values
        ]

    def _is_possible(self, value: RegisterValue, counter: _Counter) -> bool:
        if value.quality != ACTUAL:
            return True
        if value.value > counter.most:
            return False
        level, last = _Level(value.value, value.at_ms), self.believed.get(value.register)
        if last is None or counter.follows(last, level, value.meter_time):
            self.believed[value.register] = level
            if self.doubted:
                self.doubted.pop(value.register, None)
            return True
        return self._doubt(value, counter, level)

    def _doubt(self, value: RegisterValue, counter: _Counter, level: _Level) -> bool:
        """A value that does not fit; believed once enough of them fit each other."""
        before = self.doubted.get(value.register)
        fits = before is not None and counter.follows(before, level, value.meter_time)
        fitting = before.fitting + 1 if before is not None and fits else 1
        if fitting < BELIEVED_AFTER:
            self.doubted[value.register] = replace(level, fitting=fitting)
            return False
        self.believed[value.register] = level
        del self.doubted[value.register]
        return True


def float_step(thousandths: int) -> int:
    """The step of a float32 at this value, in thousandths: what rounding alone can move it by."""
    return max(1, thousandths >> 22)
