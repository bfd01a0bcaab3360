"""Finer digits than thousandths are carried on, so that a day's sum is right whatever its steps are rounded to."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.metering.meterdata.thousandths import Carry

DECIMALS = st.decimals(0, 1000, places=6)


def test_what_a_value_lost_comes_with_the_next_one() -> None:
    carry = Carry()

    assert [0, 1, 0, 1] == carry.whole([Decimal("0.0005")] * 4).tolist()
    assert carry.used


@given(values=st.lists(DECIMALS, min_size=1, max_size=50), places=st.integers(0, 50))
def test_the_sum_is_never_off_by_more_than_half_a_thousandth(values: list[Decimal], places: int) -> None:
    carry = Carry()
    whole = [*carry.whole(values[:places]).tolist(), *carry.whole(values[places:]).tolist()]

    assert abs(sum(values, Decimal(0)) - Decimal(sum(whole)) / 1000) <= Decimal("0.0005")


def test_an_index_is_rounded_for_itself() -> None:
    carry = Carry()

    assert [2, 2, 3] == carry.each([Decimal("0.0015"), Decimal("0.0025"), Decimal("0.0026")]).tolist()
    assert not carry.used
