import itertools
from decimal import Decimal

import pytest

from edge_agent.drivers.simulation.house import INSTALLED_S, House

NOW = INSTALLED_S + 400 * 86_400
HOUR = 3600


def test_counters_never_step_back_and_count_every_day() -> None:
    house = House(1, 3)
    seen = [house.at(NOW + 450 * step) for step in range(400)]

    for before, after in itertools.pairwise(seen):
        assert before.import_wh <= after.import_wh
        assert before.export_wh <= after.export_wh
    assert 1_000 < seen[192].import_wh - seen[0].import_wh < 30_000


def test_a_house_that_is_asked_again_later_has_gone_on_where_it_was() -> None:
    assert House(5, 2).at(NOW) == House(5, 2).at(NOW)
    assert House(5, 2).at(NOW) != House(6, 2).at(NOW)


def test_evenings_take_more_than_nights() -> None:
    house = House(1, 1)

    def used(hour: int) -> int:
        return sum(
            house.at(NOW + day * 86_400 + (hour + 1) * HOUR).import_wh
            - house.at(NOW + day * 86_400 + hour * HOUR).import_wh
            for day in range(20)
        )

    assert used(18) > 2 * used(2)


def test_only_every_third_house_feeds_in() -> None:
    assert [False, False, True] == [House(1, unit).at(NOW).export_wh > 0 for unit in (1, 2, 3)]


def test_the_counter_is_the_sum_of_the_power() -> None:
    house = House(1, 1)
    start = NOW - NOW % 900
    state = house.at(start)

    assert state.power_w * 900 // 3600 == house.at(start + 900).import_wh - state.import_wh


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("energy_import_total", 500, 20_000),
        ("voltage_l2", 226, 235),
        ("frequency", 50, 51),
        ("power_factor_total", 1, 1),
        ("volume_total", 1, 1000),
        ("something_else", 0, 0),
    ],
)
def test_registers_have_values_a_house_has(name: str, low: int, high: int) -> None:
    assert Decimal(low) <= House(1, 1).register(name, NOW) <= Decimal(high)


def test_phases_share_the_total() -> None:
    house = House(1, 1)

    assert abs(house.register("energy_import_l1", NOW) * 3 - house.register("energy_import_total", NOW)) < 1
