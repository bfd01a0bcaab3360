from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.price_sheet.sheet import CounterPrice
from cloud_service.domain.tariffs.price_sheet.typical_use import shares_of, uses_of
from tests.cloud_service.domain.tariffs.price_sheet.sheets import ECONOMY, HOME


@pytest.mark.parametrize(
    ("names", "percent"), [("a", [100]), ("ab", [70, 30]), ("abc", [70, 15, 15]), ("abcde", [70, 8, 8, 8, 6])]
)
def test_the_first_counter_counts_most(names: str, percent: list[int]) -> None:
    counters = tuple(CounterPrice(name, Decimal(1), name) for name in names)
    assert percent == [int(share) for share in shares_of(replace(ECONOMY, counters=counters))]


def test_the_parts_sum_to_all_that_is_used() -> None:
    assert {"import_day": Decimal("0.701"), "import_night": Decimal("0.3")} == uses_of(ECONOMY, Decimal("1.001"))
    used = Decimal("33.335")
    assert used == sum(uses_of(ECONOMY, used).values())
    assert {"import": used} == uses_of(HOME, used)
