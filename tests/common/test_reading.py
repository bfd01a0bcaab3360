from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from common.reading import as_decimal, thousandths


@pytest.mark.parametrize(
    ("value", "wh"),
    [
        pytest.param("1234.5", 1_234_500, id="kWh become Wh"),
        pytest.param(Decimal("0.0005"), 0, id="half a thousandth goes to the even one"),
        pytest.param(Decimal("0.0015"), 2, id="and up where that is even"),
        pytest.param(-3, -3000, id="an export may be negative"),
    ],
)
def test_a_value_becomes_whole_thousandths(value: Any, wh: int) -> None:
    assert wh == thousandths(value)


@pytest.mark.parametrize("value", [1.5, "NaN", Decimal("Infinity"), Decimal(10) ** 15])
def test_what_is_not_exact_is_refused(value: Any) -> None:
    with pytest.raises(InputError):
        thousandths(value)


def test_the_way_back_is_exact() -> None:
    assert Decimal("0.001") == as_decimal(thousandths("0.001"))
