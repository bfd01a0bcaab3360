from datetime import date

import pytest

from cloud_service.domain.receivables.statement_days import next_day, period_due, period_start


@pytest.mark.parametrize(
    ("every", "start", "following"),
    [("month", date(2026, 11, 1), date(2026, 12, 1)), ("quarter", date(2026, 10, 1), date(2027, 1, 1))],
)
def test_a_period_is_a_calendar_month_or_quarter(every: str, start: date, following: date) -> None:
    assert (start, following) == (period_start(every, date(2026, 11, 27)), next_day(every, date(2026, 11, 27)))


def test_a_statement_is_due_when_its_period_is_over_and_missed_ones_come_in_one() -> None:
    until = date(2026, 10, 31)

    assert period_due("month", until, date(2026, 11, 30)) is None
    assert (date(2026, 11, 1), date(2026, 11, 30)) == period_due("month", until, date(2026, 12, 1))
    assert (date(2026, 11, 1), date(2027, 2, 28)) == period_due("month", until, date(2027, 3, 15))
    assert (date(2026, 11, 1), date(2026, 12, 31)) == period_due("quarter", until, date(2027, 1, 1))
