"""Schedules are checked to the last minute: what no period has, or what no instant has, is refused with its place."""

from datetime import date

import numpy as np

from cloud_service.domain.calendar.holidays import WEEKDAYS, calendars, names_of
from cloud_service.domain.calendar.tou_schedule import (
    HOLIDAY,
    Matrix,
    Schedule,
    hours_of,
    kinds_of_day,
    month_day,
    numbers_of,
    own_holidays,
    patterns,
)
from common.errors import InputError
from common.period import Span


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
    if schedule.holiday and not own_holidays(schedule):
        raise InputError(
            "the schedule has no holidays of their own kind", path=f"{path}.holiday", hint="name a calendar in holidays"
        )
    for index, period in enumerate(schedule.periods):
        if period.days or period.hours or period.seasons:
            raise InputError("a schedule has matrices or rules, not both", path=f"{path}.periods[{index}]")
    _check_present(schedule, present, path)


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
            month_day(text, f"{path}.seasons.{name}.{field}")
        if season.start == season.until:
            raise InputError(
                "a season ends on another day than it begins",
                path=f"{path}.seasons.{name}.until",
                hint="leave seasons out for all year",
            )
    for index, period in enumerate(schedule.periods):
        for name in period.seasons:
            if name not in schedule.seasons:
                raise InputError(f"there is no season {name!r}", path=f"{path}.periods[{index}].seasons")
        for place, text in enumerate(period.hours):
            hours_of(text, f"{path}.periods[{index}].hours[{place}]")
    _check_present(schedule, _check_minutes(schedule, path), path)


def _check_minutes(schedule: Schedule, path: str) -> set[int]:
    """Refuse a minute of some kind of day that no period has; the periods that there are."""
    present: set[int] = set()
    for day in Span(date(2024, 1, 1), date(2025, 1, 1)):
        for kind in kinds_of_day(schedule):
            row = patterns(schedule, day.month, day.day, kind)
            if int(row.min()) < 0:
                minute = int(np.argmin(row))
                kind_of_day = "holidays" if kind == HOLIDAY else WEEKDAYS[kind]
                raise InputError(
                    f"no period has {kind_of_day} {day:%d %B} {minute // 60:02d}:{minute % 60:02d}",
                    path=f"{path}.periods",
                    hint="let the last period have no days and no hours: it takes the rest",
                )
            present.update(numbers_of(row))
    return present
