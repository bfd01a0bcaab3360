from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.web.charts import axis_text, bars, nice_ceiling


@given(st.decimals(min_value="0.001", max_value="1e12", places=3))
def test_an_axis_ends_above_the_highest_value_and_not_far_above(value: Decimal) -> None:
    assert value <= nice_ceiling(value) <= value * 2


def test_a_bar_is_as_tall_as_its_share_of_the_axis() -> None:
    chart = bars(["a", "b"], [[Decimal(50), Decimal(100)]], [["x", "y"]], height=236)

    assert [100.0, 200.0] == [bar.height for bar in chart.bars]
    assert {chart.base} == {bar.y + bar.height for bar in chart.bars}


def test_nothing_to_show_is_an_empty_axis_and_no_error() -> None:
    assert 0 == bars(["a"], [[Decimal(0)]], [["nothing"]]).bars[0].height
    assert () == bars([], [[]], [[]]).bars


def test_no_bar_leaves_the_picture() -> None:
    chart = bars([str(n) for n in range(31)], [[Decimal(n) for n in range(31)]] * 2, [["t"] * 31] * 2)

    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.width for bar in chart.bars)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("1250", "1,250"), ("0.5", "0.5"), ("20000", "20k"), ("2500000", "2.5M"), ("150", "150")],
)
def test_axis_numbers_are_short(value: str, text: str) -> None:
    assert text == axis_text(Decimal(value))
