"""Mounted registers and their readings with defaults, so that a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec
import numpy as np

from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SpanReadings
from common.period import Span, intervals_in_day

ZONE = "Europe/Berlin"
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def mounted_register(register: int = 1, **fields: object) -> MountedRegister:
    """An import register of quarter hours that has hung there for years; its meter is named after it."""
    defaults: dict[str, object] = {
        "register_id": register, "name": "import", "quantity": "active_energy", "direction": "import", "unit": "kWh",
        "kind": "index", "digits": 6, "step_s": 900, "meter": f"M{register}", "mounted": LONG_AGO, "dismounted": None,
        "multiplier": "1", "opening": None, "closing": None,
    }  # fmt: skip
    return msgspec.convert(defaults | fields, MountedRegister)


def packed_days(span: Span, wh: int, missing: int = 0, *, step_s: int = 900) -> PackedDays:
    """The same energy in each step; `missing` intervals of the first day have no value."""
    counts = [intervals_in_day(day, ZONE, step_s) for day in span]
    body = np.full(sum(counts), wh, "<i8").tobytes()
    return PackedDays(tuple(span), step_s, body, missing=(missing, *[0] * (len(counts) - 1)))


def day_readings(days: dict[int, PackedDays], *, so_far: bool = False) -> SpanReadings:
    """October's validated days by register."""
    return SpanReadings(OCTOBER, ZONE, days, {}, so_far)


def index_readings(*indexes: tuple[datetime, int], span: Span = OCTOBER, zone_name: str = ZONE) -> SpanReadings:
    """What register 1 showed, in thousandths."""
    by_register: dict[int, Sequence[tuple[datetime, int]]] = {1: indexes}
    return SpanReadings(span, zone_name, {}, by_register)
