"""Is a counter's new value possible after the last one? A doubtful value is marked suspect, never changed; pure.

A counter only grows, not faster than the meter can carry, and has so many digits. One wrong value does not make the
right ones after it wrong; a counter that stays at its new level (an exchanged meter) is believed after a while, and the
cloud sees the step.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from common.profile import MeterProfile, Register
from common.reading import THOUSANDTHS, Kind, Quality, Unit
from edge_agent.drivers.interface import RegisterValue

POWER_MAX_KW = 20_000  # no meter on low voltage carries more; a profile may say less
FLOW_MAX_M3_H = 2_000
MARGIN = Decimal("1.2")
HOUR_MS = 3_600_000
RESOLUTION = 1000  # one whole unit: what a counter may jump by at once
BELIEVED_AFTER = 10  # values in a row that fit each other
ROLLOVER_SHARE = 10  # the last and the first tenth of a counter's range


@dataclass(frozen=True, slots=True)
class _Level:
    """A value at an instant, and how many in a row have fitted since it was doubted."""

    value: int
    at_ms: int
    fitting: int = 0


class Judge:
    """Remembers the last believed value of each counter of one meter."""

    def __init__(self, profile: MeterProfile) -> None:
        self.profile = profile
        self.believed: dict[str, _Level] = {}
        self.doubted: dict[str, _Level] = {}

    def marked(self, values: Iterable[RegisterValue]) -> list[RegisterValue]:
        """The same values, doubtful ones with quality SUSPECT."""
        return [value if self._is_possible(value) else replace(value, quality=Quality.SUSPECT) for value in values]

    def _is_possible(self, value: RegisterValue) -> bool:
        if value.kind != Kind.INDEX or value.quality != Quality.ACTUAL:
            return True
        register = self.profile.registers[value.register]
        if not register.sum and register.digits is not None and value.value >= THOUSANDTHS * 10**register.digits:
            return False
        level = _Level(value.value, value.at_ms)
        last = self.believed.get(value.register)
        if last is None or follows(last.value, last.at_ms, value, register, self.profile):
            self.believed[value.register] = level
            self.doubted.pop(value.register, None)
            return True
        return self._doubt(value, register, level)

    def _doubt(self, value: RegisterValue, register: Register, level: _Level) -> bool:
        """A value that does not fit; believed once enough of them fit each other."""
        before = self.doubted.get(value.register)
        fits = before is not None and follows(before.value, before.at_ms, value, register, self.profile)
        fitting = before.fitting + 1 if before is not None and fits else 1
        if fitting < BELIEVED_AFTER:
            self.doubted[value.register] = replace(level, fitting=fitting)
            return False
        self.believed[value.register] = level
        del self.doubted[value.register]
        return True


def follows(last: int, last_ms: int, value: RegisterValue, register: Register, profile: MeterProfile) -> bool:
    """Whether a counter can have gone from one value to the other in that time."""
    grown = value.value - last
    if grown < 0 and register.digits is not None:
        whole = THOUSANDTHS * 10**register.digits
        if last > whole - whole // ROLLOVER_SHARE and value.value < whole // ROLLOVER_SHARE:
            grown += whole
    if grown < 0:
        return -grown <= float_step(last) and value.value > 0  # a float counter may seem to step back by its last digit
    elapsed_ms = value.at_ms - last_ms
    if elapsed_ms < 0 and value.meter_time:
        return False
    elapsed_ms = max(0, elapsed_ms)  # the gateway's own clock may have been set back
    limit = _limit_per_hour(Unit(value.unit), profile)
    return Decimal(grown) <= limit * THOUSANDTHS * elapsed_ms / HOUR_MS * MARGIN + RESOLUTION


def float_step(thousandths: int) -> int:
    """The step of a float32 at this value, in thousandths: what rounding alone can move it by."""
    return max(1, thousandths >> 22)


def _limit_per_hour(unit: Unit, profile: MeterProfile) -> Decimal:
    """What the meter can count in an hour at most."""
    if unit is Unit.M3:
        return Decimal(FLOW_MAX_M3_H)
    return Decimal(profile.power_max_kw or POWER_MAX_KW)
