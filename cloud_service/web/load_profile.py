"""A register's load profile: packed days -> series for the chart, rows for the table, how complete it is."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from cloud_service.web.forms import parse_day
from cloud_service.web.language.formatting import plain
from common.errors import InputError
from common.period import Span, day_bounds, intervals_in_day
from common.reading import Quality, as_decimal

QUALITIES = {0: "actual", 1: "substituted", 2: "estimated", 3: "suspect", 4: "missing"}


@dataclass(frozen=True, slots=True)
class Interval:
    """Consumption from `start` on, in thousandths of the register's unit."""

    start: datetime
    value: int
    quality: int


@dataclass(frozen=True, slots=True)
class DayOf:
    """One local day: its sum, how many intervals it should have, how many are actual, estimated, missing."""

    day: date
    total: int
    expected: int
    actual: int
    estimated: int
    missing: int


def intervals(days: Sequence[Any], zone: str) -> list[Interval]:
    """Every interval of the days; a clock change needs no care, the day's own bounds say where it starts."""
    found = []
    for one in days:
        start, _end = day_bounds(one.day, zone)
        count = len(one.qualities)
        values = struct.unpack(f"<{count}q", one.values)
        for n, (value, quality) in enumerate(zip(values, one.qualities, strict=True)):
            found.append(Interval(start + timedelta(seconds=n * one.step_s), value, quality))
    return found


def by_day(days: Sequence[Any], span: Span, zone: str, step_s: int) -> list[DayOf]:
    """A row for each day of the span, also for those of which nothing is known."""
    known = {one.day: one for one in days}
    rows = []
    for day in span:
        one = known.get(day)
        expected = intervals_in_day(day, zone, one.step_s if one else step_s)
        if one is None:
            rows.append(DayOf(day, 0, expected, 0, 0, expected))
            continue
        missing = sum(1 for q in one.qualities if q >= Quality.SUSPECT)
        estimated = sum(1 for q in one.qualities if q in (Quality.SUBSTITUTED, Quality.ESTIMATED))
        rows.append(DayOf(day, one.total, expected, expected - missing - estimated, estimated, missing))
    return rows


def as_json(found: Sequence[Interval], unit: str, zone: str) -> dict[str, Any]:
    """What the chart draws: seconds since 1970 and mean power (kW) or flow; null where nothing is known."""
    step_s = int((found[1].start - found[0].start).total_seconds()) if len(found) > 1 else 900
    per_hour = 3600 / step_s / 1000
    return {
        "zone": zone,
        "unit": "kW" if unit == "kWh" else f"{unit}/h",
        "at": [int(one.start.timestamp()) for one in found],
        "power": [round(one.value * per_hour, 4) if one.quality < Quality.SUSPECT else None for one in found],
        "estimated": [one.quality in (Quality.SUBSTITUTED, Quality.ESTIMATED) for one in found],
    }


def as_lines(found: Sequence[Interval], unit: str, zone: str) -> list[list[str]]:
    """The rows of a file: times with the site's offset, exact values."""
    head = [[f"Start ({zone})", f"Consumption {unit}", "Quality"]]
    return head + [
        [plain(one.start.astimezone(ZoneInfo(zone))), f"{as_decimal(one.value):f}", QUALITIES.get(one.quality, "")]
        for one in found
    ]


DAYS_MAX = 400


def span_of(day: date, days: int = 14) -> Span:
    """The days that the address asks for, both included; the last fortnight by default."""
    last = parse_day(request.args.get("to") or day.isoformat(), "to")
    first = parse_day(request.args.get("from") or (last - timedelta(days=days - 1)).isoformat(), "from")
    if first > last or (last - first).days > DAYS_MAX:
        raise InputError(
            f"the range {first} to {last} cannot be shown", hint=f"at most {DAYS_MAX} days, the first one first"
        )
    return Span(first, last + timedelta(days=1))
