"""On which days reminders go out and interest is charged without being asked."""

from datetime import date, timedelta

from cloud_service.domain.calendar.holidays import SATURDAY, holidays
from cloud_service.domain.receivables.dunning import DunningRules

SEARCHED_DAYS = 31


def sends_on(rules: DunningRules, day: date) -> bool:
    """Whether letters go out by themselves on a day."""
    return rules.sending == "itself" and not (rules.working_days and is_day_off(rules.holidays, day))


def is_day_off(calendar: str, day: date) -> bool:
    """Whether a day is a Saturday, a Sunday or a holiday."""
    return day.weekday() >= SATURDAY or (bool(calendar) and day in holidays(calendar, day.year))


def next_sending(rules: DunningRules, after: date) -> date | None:
    """The first day behind `after` on which letters go out; None where they never do by themselves."""
    days = (after + timedelta(days=count) for count in range(1, SEARCHED_DAYS + 1))
    return next((day for day in days if sends_on(rules, day)), None)


def interest_day(rules: DunningRules, day: date) -> date | None:
    """The first of the month, up to which interest is charged by itself; None where a person does it."""
    by_itself = rules.interest is not None and rules.interest.booking == "itself"
    return day.replace(day=1) if by_itself else None
