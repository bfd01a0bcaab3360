"""Time-of-use periods by rules or matrices: seasons, kinds of days, holidays, hours of the wall clock."""

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from cloud_service.domain.calendar.holidays import WEEKDAYS, holidays
from common.errors import InputError

DayName = Literal[
    "weekday", "weekend", "saturday", "sunday", "holiday", "mon", "tue", "wed", "thu", "fri", "sat", "sun"
]
MINUTES = 1440
SATURDAY = 5
HOLIDAY = 7  # index after the seven weekdays
_KINDS: dict[str, tuple[int, ...]] = {
    "weekday": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
    "saturday": (5,),
    "sunday": (6,),
    "holiday": (HOLIDAY,),
    **{name: (index,) for index, name in enumerate(WEEKDAYS)},
}
Matrix = tuple[tuple[int, ...], ...]


class Season(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of every year, `[from, until)` as month-day; it may run over the new year."""

    start: Annotated[str, Meta(pattern=r"^\d\d-\d\d$", description="First day, MM-DD")] = msgspec.field(name="from")
    until: Annotated[str, Meta(pattern=r"^\d\d-\d\d$", description="First day after it, MM-DD")]


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One time-of-use period. The first period of a schedule that fits an instant has it."""

    name: Annotated[str, Meta(min_length=1, description="What charges call it")]
    label: Annotated[str, Meta(description="What the invoice calls it")] = ""
    seasons: Annotated[tuple[str, ...], Meta(description="Names of seasons; none means all year")] = ()
    days: Annotated[tuple[DayName, ...], Meta(description="Kinds of days; none means every day")] = ()
    hours: Annotated[
        tuple[str, ...], Meta(description="HH:MM-HH:MM, end exclusive, may pass midnight; none means all day")
    ] = ()


class HolidayUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which holidays a schedule knows and how it treats them."""

    calendar: Annotated[str, Meta(description="A rule file, for example us, de, gb-eng")]
    only: Annotated[
        tuple[str, ...], Meta(description="Names of the calendar's holidays that count; none means all")
    ] = ()
    observed: Annotated[
        Literal["calendar", "actual_day", "sunday_to_monday", "nearest_weekday", "next_weekday"],
        Meta(description="What happens to a holiday on a weekend"),
    ] = "calendar"
    treat_as: Annotated[
        Literal["holiday", "sunday", "saturday", "weekday"], Meta(description="The kind of day a holiday is")
    ] = "holiday"
    extra: Annotated[tuple[date, ...], Meta(description="Further single dates")] = ()


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time-of-use periods, by rules or by matrices of 12 months × 24 hours."""

    seasons: dict[str, Season] = {}
    periods: Annotated[tuple[Period, ...], Meta(min_length=1)]
    holidays: HolidayUse | None = None
    weekday: Annotated[Matrix, Meta(description="12 rows of 24 period numbers, Monday to Friday")] = ()
    weekend: Annotated[Matrix, Meta(description="the same for Saturday and Sunday")] = ()
    saturday: Annotated[Matrix, Meta(description="Saturday, where it differs from Sunday")] = ()
    holiday: Annotated[Matrix, Meta(description="holidays, where they differ from Sunday")] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The periods' names; their numbers are their places."""
        return tuple(period.name for period in self.periods)

    def label(self, index: int) -> str:
        """What the invoice calls a period."""
        return self.periods[index].label or self.periods[index].name.replace("_", " ")


def own_holidays(schedule: Schedule) -> bool:
    """Whether holidays are a kind of day of their own."""
    return schedule.holidays is not None and schedule.holidays.treat_as == "holiday"


def kinds_of_day(schedule: Schedule) -> tuple[int, ...]:
    """The kinds of days that the schedule tells apart."""
    return (*range(7), HOLIDAY) if own_holidays(schedule) else tuple(range(7))


def numbers_of(row: NDArray[np.int16]) -> list[int]:
    """The periods of a day, from the numbers of its minutes, (1440,), in the order in which they begin."""
    numbers: list[int] = row[np.flatnonzero(np.diff(row, prepend=-1))].tolist()
    return numbers


def month_day(text: str, path: str) -> int:
    """MM-DD as a number that grows through the year; a day that is none is refused."""
    try:
        return int(date(2024, int(text[:2]), int(text[3:])).strftime("%m%d"))
    except ValueError as error:
        raise InputError(f"{text!r} is not a day of the year", path=path, hint="MM-DD") from error


def hours_of(text: str, path: str) -> tuple[int, int]:
    """HH:MM-HH:MM as minutes of the day, the end exclusive; anything else is refused."""
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text)
    first, last = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
    if not (0 <= first < MINUTES and 0 < last <= MINUTES and first != last):
        raise InputError(f"{text!r} is not a span of hours", path=path, hint="HH:MM-HH:MM, for example 22:00-06:00")
    return first, last


def in_season(season: Season, day: date) -> bool:
    """Whether a day lies in a season."""
    now, first, last = day.month * 100 + day.day, month_day(season.start, ""), month_day(season.until, "")
    return first <= now < last if first < last else now >= first or now < last


@lru_cache(maxsize=8192)
def _pattern_cached(key: bytes, month: int, mday: int, kind: int) -> NDArray[np.int16]:
    schedule = _SCHEDULES[key]
    row = np.full(MINUTES, -1, dtype=np.int16)
    if schedule.weekday:
        matrix = schedule.weekday if kind < SATURDAY else schedule.weekend
        if kind == SATURDAY and schedule.saturday:
            matrix = schedule.saturday
        if kind == HOLIDAY and schedule.holiday:
            matrix = schedule.holiday
        return np.repeat(np.array(matrix[month - 1], dtype=np.int16), 60)
    day = date(2024, month, mday)
    for index in range(len(schedule.periods) - 1, -1, -1):  # the first that fits wins: paint it last
        period = schedule.periods[index]
        if period.days and not any(kind in _KINDS[name] for name in period.days):
            continue
        if period.seasons and not any(in_season(schedule.seasons[name], day) for name in period.seasons):
            continue
        for text in period.hours or ("00:00-24:00",):
            first, last = hours_of(text, "")
            if first < last:
                row[first:last] = index
            else:
                row[first:] = index
                row[:last] = index
    return row


_SCHEDULES: dict[bytes, Schedule] = {}


def schedule_key(schedule: Schedule) -> bytes:
    """A key under which patterns of equal schedules are kept."""
    key = msgspec.json.encode(schedule)
    _SCHEDULES.setdefault(key, schedule)
    return key


def schedule_of(key: bytes) -> Schedule:
    """The schedule that `schedule_key` kept."""
    return _SCHEDULES[key]


def patterns(schedule: Schedule, month: int, mday: int, kind: int) -> NDArray[np.int16]:
    """The period number of each minute of a wall-clock day of that kind, (1440,); -1 where no period has it."""
    return _pattern_cached(schedule_key(schedule), month, 1 if schedule.weekday else mday, kind)


def day_kind(use: HolidayUse | None, day: date) -> int:
    """0 to 6 for Monday to Sunday, 7 for a holiday of its own kind."""
    if use is not None and (day in use.extra or day in holidays(use.calendar, day.year, use.only, use.observed)):
        return {"holiday": HOLIDAY, "sunday": 6, "saturday": 5, "weekday": 0}[use.treat_as]
    return day.weekday()
