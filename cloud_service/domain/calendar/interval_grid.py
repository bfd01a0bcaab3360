"""The steps of a span of civil days: days of 23 and 25 hours need no special case, a step has its wall-clock minute."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.calendar.tou_schedule import MINUTES
from common.period import Span, day_bounds, intervals_in_day, zone


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps of a span in a zone: for each its day's number and the wall-clock minute it starts at."""

    span: Span
    zone_name: str
    step_s: int
    day_first: NDArray[np.int64]  # (days + 1,): first step of each day, and last the number of steps
    minute: NDArray[np.int16]  # (steps,): of the wall-clock day, 0 to 1439

    @property
    def steps(self) -> int:
        """How many steps the span has."""
        return int(self.day_first[-1])

    def slice_of(self, days: Span) -> slice:
        """The steps of some of the days."""
        first = (days.start - self.span.start).days
        return slice(int(self.day_first[first]), int(self.day_first[first + days.days]))

    def wall(self, step: int) -> str:
        """Date and wall-clock time at which a step starts."""
        day = int(np.searchsorted(self.day_first, step, side="right")) - 1
        minute = int(self.minute[step])
        return f"{self.span.start + timedelta(days=day)} {minute // 60:02d}:{minute % 60:02d}"


@lru_cache(maxsize=256)
def grid(start: date, end: date, zone_name: str, step_s: int) -> Grid:
    """The steps of a span of civil days in a zone."""
    span = Span(start, end)
    firsts, minutes = [0], []
    normal = np.arange(0, MINUTES, step_s / 60).astype(np.int16)
    for day in span:
        count = intervals_in_day(day, zone_name, step_s)
        firsts.append(firsts[-1] + count)
        minutes.append(normal if _is_plain(day, zone_name) else _wall_minutes(day, zone_name, step_s, count))
    return Grid(span, zone_name, step_s, np.array(firsts, dtype=np.int64), np.concatenate(minutes))


def _is_plain(day: date, zone_name: str) -> bool:
    first, last = day_bounds(day, zone_name)
    site = zone(zone_name)
    return (
        (last - first) == timedelta(days=1)
        and first.astimezone(site).utcoffset() == last.astimezone(site).utcoffset()
        and first.astimezone(site).hour == 0
    )


def _wall_minutes(day: date, zone_name: str, step_s: int, count: int) -> NDArray[np.int16]:
    start, site = day_bounds(day, zone_name)[0], zone(zone_name)
    wall_times = ((start + timedelta(seconds=step_s * n)).astimezone(UTC).astimezone(site) for n in range(count))
    return np.array([wall.hour * 60 + wall.minute for wall in wall_times], dtype=np.int16)
