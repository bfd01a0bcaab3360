from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.payments.minor import from_minor, to_minor
from common.errors import InputError


@pytest.mark.parametrize(
    ("amount", "currency", "count"), [("12.34", "EUR", 1234), ("1200", "JPY", 1200), ("1.005", "KWD", 1005)]
)
def test_an_amount_is_counted_in_the_smallest_unit_of_its_currency(amount: str, currency: str, count: int) -> None:
    assert count == to_minor(Decimal(amount), currency)
    assert Decimal(amount) == from_minor(count, currency)


def test_a_company_may_count_a_currency_its_own_way() -> None:
    assert 500 == to_minor(Decimal(5), "ISK", 2)
    assert Decimal(5) == from_minor(500, "ISK", 2)


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY")])
def test_an_amount_finer_than_the_smallest_unit_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InputError, match="not a whole number"):
        to_minor(Decimal(amount), currency)


@given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_there_and_back_is_the_same(count: int, currency: str) -> None:
    assert count == to_minor(from_minor(count, currency), currency)
