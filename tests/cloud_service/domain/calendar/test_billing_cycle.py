from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.calendar.billing_cycle import MONTHS, cycles_due, days_over
from cloud_service.domain.calendar.proration import months_of
from common.errors import InputError
from common.period import Span, add_months

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
EARLY = date(2020, 1, 1)


def days(start: str, end: str) -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("cycle", "day", "expected"),
    [
        ("monthly", 1, [days("2026-10-01", "2026-11-01")]),
        ("monthly", 15, [days("2026-09-15", "2026-10-15")]),
        ("monthly", 31, [days("2026-09-30", "2026-10-31")]),
        ("bimonthly", 1, [days("2026-09-01", "2026-11-01")]),
        ("quarterly", 1, []),
        ("yearly", 1, []),
        ("once", 1, []),
    ],
)
def test_cycles_that_end_in_october(cycle: str, day: int, expected: list[Span]) -> None:
    assert expected == cycles_due(cycle, day, EARLY, None, OCTOBER)


def test_a_quarter_ends_with_september() -> None:
    assert [days("2026-07-01", "2026-10-01")] == cycles_due(
        "quarterly", 1, EARLY, None, days("2026-09-01", "2026-10-01")
    )


def test_the_first_bill_begins_with_the_contract_and_the_final_one_ends_with_it() -> None:
    start, end = date(2026, 10, 10), date(2026, 10, 20)

    assert [days("2026-10-10", "2026-11-01")] == cycles_due("monthly", 1, start, None, OCTOBER)
    assert [days("2026-10-01", "2026-10-20")] == cycles_due("yearly", 1, date(2026, 10, 1), end, OCTOBER)
    assert [Span(start, end)] == cycles_due("once", 1, start, end, OCTOBER)


def test_an_unknown_cycle_is_refused() -> None:
    with pytest.raises(InputError, match="no billing cycle"):
        cycles_due("weekly", 1, EARLY, None, OCTOBER)


@given(
    st.sampled_from(list(MONTHS)),
    st.tuples(st.integers(1, 31), st.integers(1, 12), st.integers(1995, 2030)),
    st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    st.integers(1, 1100),
)
def test_month_by_month_every_day_of_a_contract_is_billed_once(
    cycle: str, begins: tuple[int, int, int], start: date, length: int
) -> None:
    day, cycle_month, year = begins
    end = date.fromordinal(start.toordinal() + length)
    billed: list[date] = []
    month = date(2022, 12, 1)
    while month < date(2030, 1, 1):
        window = Span(month, add_months(month, 1))
        for span in cycles_due(cycle, day, start, end, window, month=cycle_month, year=year):
            billed += list(span)
        month = add_months(month, 1)

    assert list(Span(start, end)) == billed


def test_a_cycle_of_several_months_begins_in_the_month_that_was_chosen() -> None:
    year = Span(date(2026, 1, 1), date(2027, 1, 1))
    quarters = cycles_due("quarterly", 1, EARLY, None, year, month=11)

    assert ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01"] == [str(cycle.end) for cycle in quarters]
    assert [days("2025-07-01", "2026-07-01")] == cycles_due("yearly", 1, EARLY, None, year, month=7)


def test_a_cycle_that_does_not_divide_a_year_is_told_by_a_year_in_which_one_begins() -> None:
    years = Span(date(2026, 1, 1), date(2029, 1, 1))
    five = cycles_due("5_months", 1, EARLY, None, years, month=11, year=2026)
    two_years = cycles_due("24_months", 15, EARLY, None, years, month=7, year=2027)

    assert [days("2025-09-01", "2026-01-01").end, *(span.end for span in five[:3])] == [
        date(2026, 1, 1), date(2026, 6, 1), date(2026, 11, 1), date(2027, 4, 1)
    ]  # fmt: skip
    assert [days("2025-07-15", "2027-07-15")] == two_years


def test_the_fees_of_a_month_add_up_over_a_longer_cycle() -> None:
    for cycle, months in MONTHS.items():
        (first, *_more) = cycles_due(cycle, 31, EARLY, None, Span(date(2028, 1, 1), date(2032, 1, 1)), month=2)
        assert months == months_of(first.start, first.end, 31)


@pytest.mark.parametrize(
    ("today", "until"),
    [(date(2026, 10, 2), date(2026, 10, 2)), (date(2026, 11, 1), OCTOBER.end), (date(2027, 1, 1), OCTOBER.end)],
)
def test_what_is_not_over_today_is_left_for_later(today: date, until: date) -> None:
    assert Span(OCTOBER.start, until) == days_over(OCTOBER, today)


@pytest.mark.parametrize("today", [date(2026, 10, 1), date(2026, 9, 30)])
def test_days_of_which_nothing_is_over_are_refused(today: date) -> None:
    with pytest.raises(InputError, match=f"today is {today}: nothing of them is over") as refused:
        days_over(OCTOBER, today)
    assert "until" == refused.value.path
