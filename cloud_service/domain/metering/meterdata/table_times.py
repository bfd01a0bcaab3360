"""What the time of a table's row says: an instant, the span that an interval covers, or a day or month of the calendar.

A time may stand in two columns (the day, and the time of day), or name both ends of an interval: `2026-01-01 00:00 to
2026-01-01 01:00`. A row of a day or a month covers as many hours as the calendar of its zone has.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cloud_service.domain.metering.meterdata.series import BadFileError, check_step
from cloud_service.domain.metering.meterdata.wall_clock import WallClock
from common.period import day_start, zone

CALENDAR_STEPS = ("day", "month")
BETWEEN = re.compile(r"\s+(?:to|until|bis)\s+|\s+[-–—]\s+", re.IGNORECASE)
"""Between the two ends of an interval."""


@dataclass(frozen=True, slots=True)
class RowTime:
    """When a row was read, or begins; `step_s` of what it covers, where its time says that."""

    at: datetime  # in UTC
    step_s: int = 0


@dataclass(slots=True)
class TableTimes:
    """How a table writes its times; the zone is of those without an offset."""

    clock: WallClock
    time_format: str = ""  # of strptime; empty: ISO 8601
    is_end: bool = False  # what the time of an interval says

    def of_index(self, text: str, channel: tuple[str, str], line: int) -> RowTime:
        """The instant at which an index was read; of an interval that the time names with both ends, its start."""
        start, *rest = BETWEEN.split(text)
        if not rest:
            return RowTime(self._instant(start, channel, line))
        if len(rest) > 1:
            raise BadFileError(f"{text!r} is not a time", line=line, field="time")
        begin = self._instant(start, channel, line)
        step_s = self._length_s(self.moment(start, line), self.moment(rest[0], line), begin)
        check_step(step_s, line=line, field="time", subject=f"the interval {text}")
        return RowTime(begin, step_s)

    def of_interval(self, text: str, channel: tuple[str, str], line: int, step_s: int) -> RowTime:
        """The start of an interval of a fixed length."""
        row = self.of_index(text, channel, line)
        if row.step_s or not self.is_end:
            return row
        return RowTime(row.at - timedelta(seconds=step_s))

    def of_calendar(self, text: str, line: int, step: str) -> RowTime:
        """The day or the month that a row is of."""
        moment = self.moment(text, line)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone(self.clock.zone_name)).replace(tzinfo=None)
        if moment.time() != time() or (step == "month" and moment.day != 1):
            raise BadFileError(
                f"{text!r} does not begin a {step} in {self.clock.zone_name}", line=line, field="time",
                hint="say in which zone its days begin; of other spans enter what the meter showed at their ends",
            )  # fmt: skip
        first = _before(moment.date(), step) if self.is_end else moment.date()
        start, end = (day_start(day, self.clock.zone_name) for day in (first, _after(first, step)))
        return RowTime(start.astimezone(UTC), int((end - start).total_seconds()))

    def moment(self, text: str, line: int) -> datetime:
        """A time as it is written: naive, where it has no offset."""
        try:
            form = self.time_format
            return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - see below
        except ValueError:
            raise BadFileError(f"{text!r} is not a time", line=line, field="time") from None

    def _length_s(self, start: datetime, end: datetime, begin: datetime) -> int:
        """How long an interval is: the shortest that its ends can mean, where a clock was changed between them."""
        if start.tzinfo is not None or end.tzinfo is not None:
            return int((end - begin).total_seconds()) if end.tzinfo else 0
        local = end.replace(tzinfo=zone(self.clock.zone_name))
        lengths = [end - start, *(local.replace(fold=fold).astimezone(UTC) - begin for fold in (0, 1))]
        return int(min((length for length in lengths if length > timedelta(0)), default=end - start).total_seconds())

    def _instant(self, text: str, channel: tuple[str, str], line: int) -> datetime:
        moment = self.moment(text, line)
        if moment.tzinfo is None:
            moment = self.clock.instant(channel, moment, line)
        return moment.astimezone(UTC)


def _after(day: date, step: str) -> date:
    return day + timedelta(days=1) if step == "day" else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _before(day: date, step: str) -> date:
    return day - timedelta(days=1) if step == "day" else (day.replace(day=1) - timedelta(days=1)).replace(day=1)
