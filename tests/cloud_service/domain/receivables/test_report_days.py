from datetime import date

import pytest

from cloud_service.domain.receivables.report_days import ReportDays, covered_days, due_days, next_day
from common.errors import InputError


def test_a_shorter_month_has_its_last_day() -> None:
    days = ReportDays("month", 31)
    assert [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)] == due_days(
        days, date(2026, 1, 30), date(2026, 4, 29)
    )


def test_a_week_has_its_weekday() -> None:
    days = ReportDays("week", 1)
    assert (date(2026, 11, 30), date(2026, 11, 30)) == (
        next_day(days, date(2026, 11, 23)),
        next_day(days, date(2026, 11, 29)),
    )
    assert (date(2026, 11, 23), date(2026, 11, 29)) == covered_days(
        "bills", "week", date(2026, 11, 30), date(2026, 12, 1)
    )


def test_a_weekend_or_holiday_waits_for_the_working_day_and_keeps_its_month() -> None:
    days = ReportDays("month", 31, working_day=True, calendar="de")
    assert date(2026, 2, 2) == next_day(days, date(2026, 1, 30))  # the 31st is a Saturday
    assert [] == due_days(days, date(2026, 1, 30), date(2026, 2, 1))
    assert [date(2026, 1, 31)] == due_days(days, date(2026, 1, 30), date(2026, 2, 2))
    assert date(2027, 1, 4) == next_day(ReportDays("month", 1, working_day=True, calendar="de"), date(2026, 12, 31))
    assert (date(2025, 12, 1), date(2025, 12, 31)) == covered_days(
        "bills", "month", date(2026, 1, 31), date(2026, 2, 2)
    )


@pytest.mark.parametrize(("every", "day"), [("month", 0), ("month", 32), ("week", 8), ("year", 1)])
def test_a_day_that_there_is_not_is_refused(every: str, day: int) -> None:
    with pytest.raises(InputError):
        ReportDays(every, day)
