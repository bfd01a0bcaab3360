"""Which days a statement of account covers that is sent each month or each quarter."""

from datetime import date, timedelta

from common.period import add_months

MONTHS = {"month": 1, "quarter": 3}
NONE = "none"
EVERY = (NONE, *MONTHS)


def period_start(every: str, day: date) -> date:
    """The first day of the month or quarter that a day lies in."""
    months = MONTHS[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_due(every: str, until: date, today: date) -> tuple[date, date] | None:
    """(first day, last day) of what is owed behind `until`: up to the last period that is over; None where nothing is.

    Periods that were missed come in one statement.
    """
    last = period_start(every, today) - timedelta(days=1)
    return (until + timedelta(days=1), last) if until < last else None


def next_day(every: str, today: date) -> date:
    """The day on which the present period is over."""
    return add_months(period_start(every, today), MONTHS[every])
