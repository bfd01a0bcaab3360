from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.receivables.instalments import Instalment, instalments
from common.errors import InputError


def test_the_cents_that_do_not_divide_go_to_the_first_ones() -> None:
    assert [
        Instalment(date(2026, 11, 30), Decimal("33.34")),
        Instalment(date(2026, 12, 30), Decimal("33.33")),
        Instalment(date(2027, 1, 30), Decimal("33.33")),
    ] == instalments(Decimal("100.00"), 3, date(2026, 11, 30), "EUR")


def test_a_month_that_is_too_short_gives_its_last_day_and_the_next_the_day_again() -> None:
    days = [each.due_date for each in instalments(Decimal("3.00"), 3, date(2027, 1, 31), "EUR")]

    assert [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)] == days


def test_money_without_cents_is_divided_into_whole_units() -> None:
    amounts = [each.amount for each in instalments(Decimal(10), 3, date(2026, 11, 1), "JPY")]

    assert [4, 3, 3] == amounts


@given(st.integers(min_value=60, max_value=10**9), st.integers(min_value=1, max_value=60))
def test_they_sum_to_the_whole_and_differ_by_a_cent_at_most(cents: int, count: int) -> None:
    total = Decimal(cents) / 100
    amounts = [each.amount for each in instalments(total, count, date(2026, 11, 1), "EUR")]

    assert (total, count) == (sum(amounts), len(amounts))
    assert max(amounts) - min(amounts) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("total", "count", "path"), [("100", 0, "count"), ("100", 61, "count"), ("0.02", 3, "count"), ("1.005", 1, "total")]
)
def test_what_cannot_be_divided_is_refused(total: str, count: int, path: str) -> None:
    with pytest.raises(InputError) as error:
        instalments(Decimal(total), count, date(2026, 11, 1), "EUR")

    assert path == error.value.path
