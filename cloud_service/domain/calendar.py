"""Which time-of-use period each step of a span lies in: seasons, kinds of days, holidays, hours of the wall clock.

Steps follow the site's civil days, so days of 23 and 25 hours need no special case here: a step is in the period that
the wall clock shows when it starts.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from cloud_service.domain.holidays import WEEKDAYS, calendars, holidays, names_of
from common.errors import InputError
from common.period import Span, day_bounds, intervals_in_day, zone

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


def check_schedule(schedule: Schedule, path: str) -> None:
    """Refuse a schedule with unknown names, bad hours or an instant that no period has."""
    if len(set(schedule.names)) != len(schedule.names):
        raise InputError("two periods have the same name", path=f"{path}.periods")
    if schedule.weekday or schedule.weekend:
        _check_matrices(schedule, path)
    else:
        _check_rules(schedule, path)
    use = schedule.holidays
    if use is not None:
        if use.calendar not in calendars():
            raise InputError(
                f"there is no holiday calendar {use.calendar!r}",
                path=f"{path}.holidays.calendar",
                hint=", ".join(calendars()),
            )
        for name in use.only:
            if name not in names_of(use.calendar):
                raise InputError(
                    f"calendar {use.calendar} has no holiday {name!r}",
                    path=f"{path}.holidays.only",
                    hint=", ".join(names_of(use.calendar)),
                )


def _check_matrices(schedule: Schedule, path: str) -> None:
    present: set[int] = set()
    for name in ("weekday", "weekend", "saturday", "holiday"):
        matrix: Matrix = getattr(schedule, name)
        if not matrix and name in ("saturday", "holiday"):
            continue
        if len(matrix) != 12 or any(len(row) != 24 for row in matrix):  # noqa: PLR2004 -- months and hours
            raise InputError("a matrix has 12 rows (months) of 24 numbers (hours)", path=f"{path}.{name}")
        for month, row in enumerate(matrix):
            for hour, number in enumerate(row):
                if not 0 <= number < len(schedule.periods):
                    raise InputError(f"there is no period number {number}", path=f"{path}.{name}[{month}][{hour}]")
            present.update(row)
    if schedule.holiday and not _own_holidays(schedule):
        raise InputError(
            "the schedule has no holidays of their own kind", path=f"{path}.holiday", hint="name a calendar in holidays"
        )
    for index, period in enumerate(schedule.periods):
        if period.days or period.hours or period.seasons:
            raise InputError("a schedule has matrices or rules, not both", path=f"{path}.periods[{index}]")
    _check_present(schedule, present, path)


def _own_holidays(schedule: Schedule) -> bool:
    return schedule.holidays is not None and schedule.holidays.treat_as == "holiday"


def _kinds(schedule: Schedule) -> tuple[int, ...]:
    """The kinds of days that the schedule tells apart."""
    return (*range(7), HOLIDAY) if _own_holidays(schedule) else tuple(range(7))


def _check_present(schedule: Schedule, present: set[int], path: str) -> None:
    """Refuse a period that no instant has: its price would never count. A holiday without a calendar is one."""
    for index, period in enumerate(schedule.periods):
        if index not in present:
            raise InputError(
                f"no instant of the year has the period {period.name!r}",
                path=f"{path}.periods[{index}]",
                hint="the first period that fits has the instant; days of kind holiday need `holidays`",
            )


def _check_rules(schedule: Schedule, path: str) -> None:
    for name in ("saturday", "holiday"):
        if getattr(schedule, name):
            raise InputError("a schedule has matrices or rules, not both", path=f"{path}.{name}")
    for name, season in schedule.seasons.items():
        for field, text in (("from", season.start), ("until", season.until)):
            _month_day(text, f"{path}.seasons.{name}.{field}")
    for index, period in enumerate(schedule.periods):
        for name in period.seasons:
            if name not in schedule.seasons:
                raise InputError(f"there is no season {name!r}", path=f"{path}.periods[{index}].seasons")
        for place, text in enumerate(period.hours):
            _hours(text, f"{path}.periods[{index}].hours[{place}]")
    _check_present(schedule, _check_minutes(schedule, path), path)


def _check_minutes(schedule: Schedule, path: str) -> set[int]:
    """Refuse a minute of some kind of day that no period has; the periods that there are."""
    present: set[int] = set()
    for day in Span(date(2024, 1, 1), date(2025, 1, 1)):
        for kind in _kinds(schedule):
            row = patterns(schedule, day.month, day.day, kind)
            if int(row.min()) < 0:
                minute = int(np.argmin(row))
                what = "holidays" if kind == HOLIDAY else WEEKDAYS[kind]
                raise InputError(
                    f"no period has {what} {day:%d %B} {minute // 60:02d}:{minute % 60:02d}",
                    path=f"{path}.periods",
                    hint="let the last period have no days and no hours: it takes the rest",
                )
            present.update(_numbers(row))
    return present


def _numbers(row: NDArray[np.int16]) -> list[int]:
    """The periods of a day in their order."""
    found: list[int] = row[np.flatnonzero(np.diff(row, prepend=-1))].tolist()
    return found


def _month_day(text: str, path: str) -> int:
    try:
        return int(date(2024, int(text[:2]), int(text[3:])).strftime("%m%d"))
    except ValueError as error:
        raise InputError(f"{text!r} is not a day of the year", path=path, hint="MM-DD") from error


def _hours(text: str, path: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text)
    first, last = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
    if not (0 <= first < MINUTES and 0 < last <= MINUTES and first != last):
        raise InputError(f"{text!r} is not a span of hours", path=path, hint="HH:MM-HH:MM, for example 22:00-06:00")
    return first, last


def in_season(season: Season, day: date) -> bool:
    """Whether a day lies in a season."""
    now, first, last = day.month * 100 + day.day, _month_day(season.start, ""), _month_day(season.until, "")
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
            first, last = _hours(text, "")
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


def patterns(schedule: Schedule, month: int, mday: int, kind: int) -> NDArray[np.int16]:
    """The period number of each minute of a wall-clock day of that kind."""
    return _pattern_cached(schedule_key(schedule), month, 1 if schedule.weekday else mday, kind)


def day_kind(use: HolidayUse | None, day: date) -> int:
    """0 to 6 for Monday to Sunday, 7 for a holiday of its own kind."""
    if use is not None and (day in use.extra or day in holidays(use.calendar, day.year, use.only, use.observed)):
        return {"holiday": HOLIDAY, "sunday": 6, "saturday": 5, "weekday": 0}[use.treat_as]
    return day.weekday()


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps of a span in a zone: for each its day's number and the wall-clock minute it starts at."""

    span: Span
    zone_name: str
    step_s: int
    day_first: NDArray[np.int64]  # first step of each day, and one more: the number of steps
    minute: NDArray[np.int16]

    @property
    def steps(self) -> int:
        """How many steps the span has."""
        return int(self.day_first[-1])

    def slice_of(self, part: Span) -> slice:
        """The steps of some of the days."""
        first = (part.start - self.span.start).days
        return slice(int(self.day_first[first]), int(self.day_first[first + part.days]))

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
    walls = ((start + timedelta(seconds=step_s * n)).astimezone(UTC).astimezone(site) for n in range(count))
    return np.array([wall.hour * 60 + wall.minute for wall in walls], dtype=np.int16)


@dataclass(frozen=True, slots=True)
class PeriodMap:
    """For each step of a grid the number of its period, and the runs of equal numbers."""

    index: NDArray[np.int16]
    run_first: NDArray[np.int64]
    run_period: NDArray[np.int16]


@lru_cache(maxsize=512)
def _period_map(key: bytes, start: date, end: date, zone_name: str, step_s: int) -> NDArray[np.int16]:
    schedule, steps = _SCHEDULES[key], grid(start, end, zone_name, step_s)
    index = np.empty(steps.steps, dtype=np.int16)
    for number, day in enumerate(steps.span):
        pattern = patterns(schedule, day.month, day.day, day_kind(schedule.holidays, day))
        first, last = int(steps.day_first[number]), int(steps.day_first[number + 1])
        index[first:last] = pattern[steps.minute[first:last]]
    return index


def period_map(schedule: Schedule, steps: Grid, path: str = "") -> NDArray[np.int16]:
    """The period number of each step. A boundary inside a step is refused: that energy cannot be told apart."""
    check_steps(schedule, steps.step_s, path)
    return _period_map(schedule_key(schedule), steps.span.start, steps.span.end, steps.zone_name, steps.step_s)


def check_steps(schedule: Schedule, step_s: int, path: str) -> None:
    """Refuse steps longer than the schedule's boundaries allow."""
    for number, period in enumerate(schedule.periods):
        for place, text in enumerate(period.hours):
            if any(edge * 60 % step_s for edge in _hours(text, "")):
                raise InputError(
                    f"the period {period.name} has the border {text}, which lies inside a step of {step_s // 60} min",
                    path=f"{path}.periods[{number}].hours[{place}]",
                    hint="use readings of a shorter step",
                )


@lru_cache(maxsize=4096)
def _active(key: bytes, start: date, end: date) -> tuple[tuple[date, ...], ...]:
    schedule = _SCHEDULES[key]
    found: list[list[date]] = [[] for _ in schedule.periods]
    for day in Span(start, end):
        for index in _present(key, day.month, 1 if schedule.weekday else day.day):
            found[index].append(day)
    return tuple(tuple(days) for days in found)


@lru_cache(maxsize=8192)
def _present(key: bytes, month: int, mday: int) -> tuple[int, ...]:
    """The periods that some kind of day has on a day of the year."""
    found: set[int] = set()
    for kind in _kinds(_SCHEDULES[key]):
        row = _pattern_cached(key, month, mday, kind)
        found.update(_numbers(row))
    return tuple(sorted(found - {-1}))


def active_days(schedule: Schedule, span: Span) -> Mapping[str, tuple[date, ...]]:
    """Per period the days of its season: those on which some kind of day has it. Allowances grow with them."""
    return dict(zip(schedule.names, _active(schedule_key(schedule), span.start, span.end), strict=True))


def season_runs(schedule: Schedule, span: Span) -> list[Span]:
    """The span cut where its periods change with a season: blocks that periods share begin anew there."""
    present = [frozenset[str]() for _ in range(span.days)]
    for name, days in active_days(schedule, span).items():
        for day in days:
            present[(day - span.start).days] |= {name}
    edges = [number for number in range(1, span.days) if present[number] != present[number - 1]]
    firsts = [span.start + timedelta(days=number) for number in (0, *edges, span.days)]
    return [Span(first, last) for first, last in itertools.pairwise(firsts)]
