"""A register's load profile: packed days -> series for the chart, rows for the table, how complete it is."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from cloud_service.sheets.files.table_file import Cell, SheetColumn
from cloud_service.store.metering.tables import IntervalDay
from cloud_service.web.forms import parse_day
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError
from common.period import Span, day_bounds, intervals_in_day
from common.reading import Quality, as_decimal

EXACT_PLACES = 3
QUALITIES = {0: "actual", 1: "substituted", 2: "estimated", 3: "suspect", 4: "missing"}


@dataclass(frozen=True, slots=True)
class Interval:
    """Consumption from `start` on, in thousandths of the register's unit."""

    start: datetime
    value: int
    quality: int


@dataclass(frozen=True, slots=True)
class DayCompleteness:
    """One local day: its sum, how many intervals it should have, how many are actual, estimated, missing."""

    day: date
    total: int
    expected: int
    actual: int
    estimated: int
    missing: int


def intervals(days: Sequence[IntervalDay], zone: str) -> list[Interval]:
    """Every interval of the days, in thousandths of the register's unit.

    A day holds 8 bytes a value (little-endian) and a byte a quality. A clock change needs no care: the day's own bounds
    say where it starts.
    """
    unpacked = []
    for packed in days:
        start, _end = day_bounds(packed.day, zone)
        count = len(packed.qualities)
        values = struct.unpack(f"<{count}q", packed.values)
        for n, (value, quality) in enumerate(zip(values, packed.qualities, strict=True)):
            unpacked.append(Interval(start + timedelta(seconds=n * packed.step_s), value, quality))
    return unpacked


def by_day(days: Sequence[IntervalDay], span: Span, zone: str, step_s: int) -> list[DayCompleteness]:
    """A row for each day of the span, also for those of which nothing is known."""
    by_date = {packed.day: packed for packed in days}
    rows = []
    for day in span:
        packed = by_date.get(day)
        expected = intervals_in_day(day, zone, packed.step_s if packed else step_s)
        if packed is None:
            rows.append(DayCompleteness(day, 0, expected, 0, 0, expected))
            continue
        missing = sum(1 for q in packed.qualities if q >= Quality.SUSPECT)
        estimated = sum(1 for q in packed.qualities if q in (Quality.SUBSTITUTED, Quality.ESTIMATED))
        rows.append(DayCompleteness(day, packed.total, expected, expected - missing - estimated, estimated, missing))
    return rows


def as_json(profile: Sequence[Interval], unit: str, zone: str) -> dict[str, Any]:
    """What the chart draws: seconds since 1970 and mean power (kW) or flow; null where nothing is known."""
    step_s = int((profile[1].start - profile[0].start).total_seconds()) if len(profile) > 1 else 900
    per_hour = 3600 / step_s / 1000
    return {
        "zone": zone,
        "unit": "kW" if unit == "kWh" else f"{unit}/h",
        "at": [int(interval.start.timestamp()) for interval in profile],
        "power": [
            round(interval.value * per_hour, 4) if interval.quality < Quality.SUSPECT else None for interval in profile
        ],
        "estimated": [interval.quality in (Quality.SUBSTITUTED, Quality.ESTIMATED) for interval in profile],
    }


def file_columns(unit: str, zone: str) -> list[SheetColumn]:
    """The head of a file of intervals."""
    return [
        SheetColumn(_("Start (%(zone)s)", zone=zone), "moment"),
        SheetColumn(_("Consumption %(unit)s", unit=unit), "number", EXACT_PLACES),
        SheetColumn(_("Quality")),
    ]


def file_rows(profile: Sequence[Interval], zone: str) -> Iterator[list[Cell]]:
    """The rows of the file: times of the site, exact values."""
    for interval in profile:
        start = interval.start.astimezone(ZoneInfo(zone))
        yield [start, as_decimal(interval.value), QUALITIES.get(interval.quality, "")]


DAYS_MAX = 400


def span_of(day: date, days: int = 14) -> Span:
    """The days that the address asks for, both included; the last fortnight by default."""
    last = parse_day(request.args.get("to") or day.isoformat(), "to")
    first = parse_day(request.args.get("from") or (last - timedelta(days=days - 1)).isoformat(), "from")
    if first > last or (last - first).days > DAYS_MAX:
        raise InputError(
            _("the range %(first)s to %(last)s cannot be shown", first=first, last=last),
            hint=_("at most %(days)s days, the first one first", days=DAYS_MAX),
        )
    return Span(first, last + timedelta(days=1))
