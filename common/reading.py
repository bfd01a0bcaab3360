"""The one fact that travels: a register's value at an instant, exactly as the meter showed it.

Values are integers of thousandths of the register's unit (Wh for kWh, litres for m³), so no sum ever rounds;
`float` is refused. Instants are milliseconds since 1970 in UTC.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from enum import IntEnum, StrEnum

import msgspec

from common.errors import InputError

THOUSANDTHS = 1000
OLDEST_MS = 946_684_800_000  # 2000-01-01: an instant before is a clock that was never set, or a slip of the hand
VALUE_MAX = 2**53  # float64 sums of such integers stay exact; more than any meter's digits


class Unit(StrEnum):
    """Canonical units of registers; a driver scales to one of these."""

    KWH = "kWh"
    KVARH = "kvarh"
    KVAH = "kVAh"
    KW = "kW"
    KVAR = "kvar"
    KVA = "kVA"
    M3 = "m3"
    M3_PER_H = "m3/h"
    FT3 = "ft3"
    GALLON = "gal"  # of the USA
    THERM = "therm"
    GJ = "GJ"
    MMBTU = "MMBtu"
    VOLT = "V"
    AMPERE = "A"
    HERTZ = "Hz"
    CELSIUS = "C"
    ONE = "1"


class Kind(StrEnum):
    """What a register's value means."""

    INDEX = "index"  # a counter that only grows (until it rolls over)
    INTERVAL = "interval"  # consumption of the step that ends at the instant
    MAXIMUM = "maximum"  # highest mean power of a demand window
    INSTANT = "instant"  # a momentary value, never billed


class Quality(IntEnum):
    """How far a value can be trusted; the order is from best to worst."""

    ACTUAL = 0
    SUBSTITUTED = 1  # replaced by a person or head-end on good grounds
    ESTIMATED = 2
    SUSPECT = 3  # failed a plausibility check: kept as evidence, never billed
    MISSING = 4


class TimeQuality(IntEnum):
    """How the gateway knew the time of a reading."""

    SYNCHRONISED = 0
    INFORMED = 1  # set once, not confirmed since
    RECONSTRUCTED = 2  # dated afterwards from monotonic time
    UNKNOWN = 3


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One register of one meter at one instant."""

    meter: str
    register: str
    unit: str
    at_ms: int  # milliseconds since 1970, UTC
    value: int  # thousandths of `unit`
    quality: int = Quality.ACTUAL
    time_quality: int = TimeQuality.SYNCHRONISED


def thousandths(value: Decimal | int | str, path: str = "") -> int:
    """The integer of thousandths for an exact value; finer digits round half-even.

    InputError, which names `path`, for a `float`, for what is no number and for what no meter can count to.
    """
    if isinstance(value, float):
        raise InputError("a float is not an exact value", path=path, hint="pass a string or a Decimal")
    exact = Decimal(value)
    if not exact.is_finite():
        raise InputError(f"{value} is not a number", path=path)
    scaled = int((exact * THOUSANDTHS).to_integral_value(ROUND_HALF_EVEN))
    if abs(scaled) > VALUE_MAX:
        raise InputError(f"{value} is larger than any meter can count", path=path)
    return scaled


def as_decimal(value: int) -> Decimal:
    """The exact value for an integer of thousandths."""
    return Decimal(value).scaleb(-3)
