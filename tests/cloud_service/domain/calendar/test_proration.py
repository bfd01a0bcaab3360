"""Parts of months and totals: the parts of any cut sum to the whole."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.calendar.proration import cycle_start, cycles, days_30, months_of, split_total
from common.period import Span

D = Decimal
DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "cycle_day", "expected"),
    [
        pytest.param(date(2026, 2, 1), date(2026, 3, 1), 1, "1", id="a short month is a month"),
        pytest.param(date(2026, 4, 12), date(2026, 5, 1), 1, "0.633333333", id="19 of 30 days"),
        pytest.param(date(2026, 1, 15), date(2026, 2, 15), 15, "1", id="a cycle from the 15th"),
        pytest.param(date(2026, 1, 15), date(2026, 2, 15), 1, "1.048387097", id="17/31 + 14/28"),
        pytest.param(date(2026, 1, 31), date(2026, 2, 28), 31, "1", id="the 31st in a short month"),
        pytest.param(date(2025, 12, 1), date(2026, 3, 1), 1, "3", id="a quarter"),
    ],
)
def test_months_are_counted_by_days_of_their_cycle(start: date, end: date, cycle_day: int, expected: str) -> None:
    assert D(expected) == months_of(start, end, cycle_day)


def test_a_month_of_thirty_days_is_the_rule_of_some_tariffs() -> None:
    assert D("0.5") == months_of(date(2026, 1, 1), date(2026, 1, 16), 1, "30_day_months")
    assert D(1) == months_of(date(2026, 2, 1), date(2026, 3, 1), 1, "30_day_months")


def test_an_unprorated_month_counts_where_its_billing_began() -> None:
    began, cut, end = date(2026, 4, 12), date(2026, 4, 20), date(2026, 5, 1)

    assert D(1) == months_of(began, cut, 1, "none", began)
    assert D(0) == months_of(cut, end, 1, "none", began)


@given(DAYS, st.integers(1, 90), st.integers(1, 31), st.data())
def test_parts_of_a_span_are_as_many_months_as_the_whole(
    start: date, days: int, cycle_day: int, data: st.DataObject
) -> None:
    end = start + timedelta(days=days)
    cut = start + timedelta(days=data.draw(st.integers(1, days)))
    parts = months_of(start, cut, cycle_day) + (months_of(cut, end, cycle_day) if cut < end else 0)

    # each part of a cycle is rounded to the ninth decimal
    assert abs(months_of(start, end, cycle_day) - parts) <= D("0.000000002")


@given(
    st.integers(-10_000_000, 10_000_000),
    DAYS,
    st.integers(1, 70),
    st.data(),
    st.sampled_from(["actual_days", "30_day_months", "none"]),
)
def test_parts_of_a_total_sum_to_it(value: int, start: date, days: int, data: st.DataObject, rule: str) -> None:
    end = start + timedelta(days=days)
    cuts = sorted(data.draw(st.sets(st.integers(1, days - 1), max_size=3)) if days > 1 else [])
    edges = [start, *(start + timedelta(days=cut) for cut in cuts), end]

    parts = [
        split_total(value, Span(start, end), Span(first, last), rule)  # type: ignore[arg-type]  # the three rules
        for first, last in pairwise(edges)
    ]

    assert value == sum(parts)


def test_a_total_is_shared_by_days() -> None:
    april = Span(date(2026, 4, 1), date(2026, 5, 1))

    assert 110 == split_total(300, april, Span(date(2026, 4, 1), date(2026, 4, 12)), "actual_days")
    assert 300 == split_total(300, april, Span(date(2026, 4, 1), date(2026, 4, 12)), "none")
    assert 0 == split_total(300, april, Span(date(2026, 4, 12), date(2026, 5, 1)), "none")


def test_months_of_thirty_days_share_february_like_any_month() -> None:
    assert 15 == days_30(date(2026, 2, 1), date(2026, 2, 16))
    assert 30 == days_30(date(2026, 2, 1), date(2026, 3, 1))
    assert 360 == days_30(date(2026, 1, 1), date(2027, 1, 1))


def test_a_span_is_cut_at_the_starts_of_its_cycles() -> None:
    months = cycles(date(2026, 1, 20), date(2026, 3, 20), 31)

    assert [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 20)] == [month.end for month in months]


@pytest.mark.parametrize(
    ("day", "cycle_day", "expected"),
    [
        (date(2026, 3, 14), 15, date(2026, 2, 15)),
        (date(2026, 3, 15), 15, date(2026, 3, 15)),
        (date(2026, 3, 1), 31, date(2026, 2, 28)),
        (date(2026, 3, 1), 1, date(2026, 3, 1)),
    ],
)
def test_a_day_lies_in_the_cycle_that_started_last(day: date, cycle_day: int, expected: date) -> None:
    assert expected == cycle_start(day, cycle_day)


def test_longer_cycles_count_from_the_month_of_their_anchor() -> None:
    anchor = date(2025, 2, 1)

    assert date(2026, 2, 15) == cycle_start(date(2026, 4, 20), 15, 3, anchor)
    assert date(2026, 5, 15) == cycle_start(date(2026, 5, 15), 15, 3, anchor)
