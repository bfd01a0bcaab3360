"""Prices of a quantity: flat, by period, in blocks, each in exactly one way; what is not there is refused."""

from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import (
    amounts,
    bill,
    energy,
    make_tariff,
    steady,
    total,
)

D = Decimal


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


def test_a_price_per_period_is_a_line_per_period_in_season() -> None:
    schedule = {
        "seasons": {"summer": {"from": "06-01", "until": "10-01"}},
        "periods": [
            {"name": "summer", "seasons": ["summer"]},
            {"name": "day", "hours": ["06:00-22:00"]},
            {"name": "night"},
        ],
    }
    prices = {"summer": "9", "day": "0.30", "night": "0.20"}

    rating = bill(make_tariff(energy(prices=prices), schedules={"s": schedule}), steady("1"))

    assert [("Energy, day", D(496)), ("Energy, night", D(247))] == [
        (line.label, line.quantity) for line in rating.lines
    ]
    assert "in period night" in rating.lines[1].why


def test_all_units_may_have_the_price_of_the_block_that_they_reach() -> None:
    blocks = [{"up_to": "100", "price": "0.10"}, {"price": "0.20"}]
    tariff = make_tariff(energy(blocks=blocks, mode="volume"))

    assert ["10.00"] == amounts(bill(tariff, total("100")))  # up to and including
    assert ["20.00"] == amounts(bill(tariff, total("100.001")))
    assert ["0.00"] == amounts(bill(tariff, total("0")))


def test_what_is_not_electricity_is_called_by_its_utility() -> None:
    tariff = make_tariff(energy(register="water", price="2"))

    assert [("Water", "m3")] == [(line.label, line.unit) for line in bill(tariff, water=total("3")).lines]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"price": "1", "prices": {"day": "1"}}, "charges[0]"),
        ({}, "charges[0]"),
        ({"price": "1", "blocks_over": "total"}, "charges[0].blocks_over"),
        ({"price": "1", "demand": "peak"}, "charges[0].demand"),
    ],
)
def test_a_charge_says_its_price_in_exactly_one_way(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        make_tariff({"kind": "energy", **fields})
    assert path == refused.value.path


@pytest.mark.parametrize(("used", "owed"), [("30", "22.44"), ("30.001", "40.73")])
def test_a_lifeline_of_30_units_has_its_fixed_amount_up_to_and_including_the_30th(used: str, owed: str) -> None:
    """Electricity Company of Ghana: 30 units at 0.676851 and 2.13."""
    blocks = [{"up_to": "30", "price": "0.676851", "fixed": "2.13"}, {"price": "1.0", "fixed": "10.730886"}]

    rating = bill(make_tariff(energy(blocks=blocks, mode="volume")), total(used))

    assert D(owed) == rating.net
