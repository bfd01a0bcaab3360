"""On which days reports are mailed, and which days each of them covers."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from cloud_service.domain.receivables.dunning_days import is_day_off
from common.errors import InputError
from common.period import add_months

OPEN_ITEMS, PAYMENTS, BILLS = KINDS = ("open_items", "payments", "bills")
MONTH, WEEK = EVERY = ("month", "week")
LAST_DAYS = {MONTH: 31, WEEK: 7}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportDays:
    """Each month on a day of the month, or each week on a weekday (Monday is 1); `calendar` names its holidays."""

    every: str
    day: int
    working_day: bool = False  # else the first working day after
    calendar: str = ""

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise InputError(f"{self.every!r} is no span of a report", path="every", hint=", ".join(EVERY))
        if not 1 <= self.day <= LAST_DAYS[self.every]:
            raise InputError(f"there is no day {self.day} in a {self.every}", path="day",
                             hint=f"from 1 to {LAST_DAYS[self.every]}")  # fmt: skip


def sending_day(days: ReportDays, planned: date) -> date:
    """When what is planned for a day is sent."""
    while days.working_day and is_day_off(days.calendar, planned):
        planned += ONE_DAY
    return planned


def planned_days(days: ReportDays, after: date) -> Iterator[date]:
    """Behind a day, without an end; a month that is shorter has its last day."""
    if days.every == WEEK:
        planned = after + timedelta(days=(days.day - after.isoweekday() - 1) % 7 + 1)
        while True:
            yield planned
            planned += timedelta(days=7)
    month = after.replace(day=1)
    while True:
        planned = month.replace(day=min(days.day, monthrange(month.year, month.month)[1]))
        if planned > after:
            yield planned
        month = add_months(month, 1)


def next_day(days: ReportDays, told_until: date) -> date:
    """When the next one is sent."""
    return sending_day(days, next(planned_days(days, told_until)))


def due_days(days: ReportDays, told_until: date, today: date) -> list[date]:
    """The planned days that are owed."""
    return list(takewhile(lambda planned: sending_day(days, planned) <= today, planned_days(days, told_until)))


def covered_days(kind: str, every: str, planned: date, today: date) -> tuple[date, date]:
    """(first, last) day of a report: the month or the seven days before; open items are those of today."""
    if kind == OPEN_ITEMS:
        return today, today
    if every == WEEK:
        return planned - timedelta(days=7), planned - ONE_DAY
    month = planned.replace(day=1)
    return add_months(month, -1), month - ONE_DAY
