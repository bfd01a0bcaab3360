from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.invoicing.cost_allocation import difference_cost, largest_remainder, load_split
from common.errors import InputError

HEAT = {
    "label": "Heating 2025",
    "currency": "EUR",
    "components": [{"by": "consumption", "weight": "0.7"}, {"by": "area", "weight": "0.3"}],
    "members": [
        {"contract": "A", "area": "50"},
        {"contract": "B", "area": "75"},
        {"contract": "C", "area": "100"},
    ],
}


@settings(max_examples=300)
@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 0),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_parts_sum_to_the_whole_and_nobody_is_a_cent_off(units: int, weights: list[Decimal], currency: str) -> None:
    step = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]
    total = units * step
    amounts = largest_remainder(total, weights, currency)

    assert total == sum(amounts)
    for amount, weight in zip(amounts, weights, strict=True):
        assert abs(amount - total * weight / sum(weights)) < step


def test_losses_are_the_part_of_the_master_bill_that_no_member_counted() -> None:
    assert Decimal("50.00") == difference_cost(Decimal("1000.00"), Decimal(2000), Decimal(1900), "EUR")
    assert Decimal(0) == difference_cost(Decimal("1000.00"), Decimal(2000), Decimal(2000), "EUR")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"components": [{"by": "area", "weight": "0.5"}]}, "do not sum to 1"),
        ({"members": [{"contract": "A"}, {"contract": "A"}]}, "takes part twice"),
        ({"only_difference": True}, "needs the master"),
        ({"components": [{"by": "length"}]}, "length"),
    ],
)
def test_a_split_that_cannot_be_right_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        load_split(HEAT | change)


def test_nothing_to_share_by_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to share by"):
        largest_remainder(Decimal("1.00"), [Decimal(0), Decimal(0)], "EUR")
