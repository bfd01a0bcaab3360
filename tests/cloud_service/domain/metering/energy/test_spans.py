"""Spans by name, what they are compared with, and what comes after them."""

from datetime import date

import pytest

from cloud_service.domain.metering.energy.spans import DAYS_MAX, SpanName, compared_spans, named_span, span_after
from common.errors import InputError
from common.period import Span

FRIDAY = date(2026, 11, 27)


def days(text: str) -> Span:
    first, after = text.split(" ")
    return Span(date.fromisoformat(first), date.fromisoformat(after))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", "2026-11-27 2026-11-28"),
        ("yesterday", "2026-11-26 2026-11-27"),
        ("week", "2026-11-23 2026-11-27"),
        ("last_week", "2026-11-16 2026-11-23"),
        ("month", "2026-11-01 2026-11-27"),
        ("last_month", "2026-10-01 2026-11-01"),
        ("quarter", "2026-10-01 2026-11-27"),
        ("last_quarter", "2026-07-01 2026-10-01"),
        ("year", "2026-01-01 2026-11-27"),
        ("last_year", "2025-01-01 2026-01-01"),
    ],
)
def test_a_span_by_name_ends_with_yesterday_or_is_over(name: str, expected: str) -> None:
    assert days(expected) == named_span(name, FRIDAY)


def test_on_its_first_day_a_span_has_that_day() -> None:
    first = date(2026, 1, 1)

    assert {Span(first, date(2026, 1, 2))} == {named_span(name, first) for name in ("month", "quarter", "year")}
    assert Span(date(2025, 10, 1), first) == named_span("last_quarter", first)


def test_every_name_is_a_span_and_others_are_refused() -> None:
    assert all(named_span(name, FRIDAY).days for name in SpanName)
    with pytest.raises(InputError, match="decade"):
        named_span("decade", FRIDAY)


@pytest.mark.parametrize(
    ("span", "before", "year_before"),
    [
        ("2026-10-01 2026-11-01", "2026-09-01 2026-10-01", "2025-10-01 2025-11-01"),  # months of other lengths
        ("2024-02-01 2024-03-01", "2024-01-01 2024-02-01", "2023-02-01 2023-03-01"),  # with a leap day
        ("2026-07-01 2026-10-01", "2026-04-01 2026-07-01", "2025-07-01 2025-10-01"),
        ("2026-01-01 2027-01-01", "2025-01-01 2026-01-01", "2025-01-01 2026-01-01"),
        ("2026-11-01 2026-11-27", "2026-10-06 2026-11-01", "2025-11-02 2025-11-28"),  # the same weekdays
        ("2026-11-27 2026-11-28", "2026-11-26 2026-11-27", "2025-11-28 2025-11-29"),
    ],
)
def test_months_are_compared_with_months_and_days_with_days(span: str, before: str, year_before: str) -> None:
    compared = compared_spans(days(span))

    assert (days(before), days(year_before)) == (compared.before, compared.year_before)
    assert 3 == len(compared.all)


def test_more_than_a_year_has_no_year_before_that_would_overlap_it() -> None:
    compared = compared_spans(days("2025-01-02 2026-03-05"))

    assert None is compared.year_before
    assert 2 == len(compared.all)


def test_too_many_days_are_refused() -> None:
    assert compared_spans(Span(date(2024, 1, 1), date.fromordinal(date(2024, 1, 1).toordinal() + DAYS_MAX)))
    with pytest.raises(InputError, match="too many"):
        compared_spans(Span(date(2024, 1, 1), date.fromordinal(date(2024, 1, 1).toordinal() + DAYS_MAX + 1)))


def test_the_span_after_goes_on_in_months_or_days() -> None:
    assert days("2026-02-01 2026-03-01") == span_after(days("2026-01-01 2026-02-01"))
    assert days("2026-01-17 2026-02-01") == span_after(days("2026-01-02 2026-01-17"))
