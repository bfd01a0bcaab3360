"""Prices of a quantity that need what is not there are refused."""

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import (
    bill,
    energy,
    make_tariff,
    steady,
    total,
)


def test_blocks_per_kw_need_the_demand_charge_they_name() -> None:
    blocks = [{"up_to": "100", "per_kw": True, "price": "0.20"}, {"price": "0.10"}]
    demand = {"kind": "demand", "window_min": 60, "price": "0", "until": "2026-03-01"}

    with pytest.raises(InputError, match="no demand charge"):
        make_tariff({"kind": "standing", "id": "fee", "amount": "1", "per": "day"}, energy(blocks=blocks, demand="fee"))
    with pytest.raises(InputError, match="demand of register 'import' has no price"):
        bill(make_tariff(demand, energy(blocks=blocks, demand="demand")), steady("1", minutes=60))


def test_blocks_in_the_order_of_time_need_intervals() -> None:
    periods = {"all": [{"up_to": "12", "price": "1"}, {"price": "2"}]}
    tariff = make_tariff(
        energy(period_blocks=periods, blocks_over="time"), schedules={"s": {"periods": [{"name": "all"}]}}
    )

    with pytest.raises(InputError, match="order of time"):
        bill(tariff, total("100"))
