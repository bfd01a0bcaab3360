"""Converted quantities: the factor of their days, and no energy that cannot be counted."""

from decimal import Decimal

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import (
    bill,
    energy,
    make_tariff,
    total,
)

D = Decimal


def test_gas_is_converted_with_the_factor_of_its_days() -> None:
    factors = [
        {"correction": "1", "calorific_value": "36", "until": "2026-03-11"},
        {"correction": "1", "calorific_value": "39.6", "from": "2026-03-11"},
    ]
    quantities = {"gas_kwh": {"register": "gas", "factors": factors}}

    rating = bill(make_tariff(energy(register="gas_kwh", price="1"), quantities=quantities), gas=total("31"))

    assert [D(100), D(231)] == [line.quantity for line in rating.lines]  # 10 m³ × 10 and 21 m³ × 11
    assert "times 1 × 39.6 / 3.6 to kWh" in rating.lines[1].why


def test_gas_without_a_factor_for_its_days_is_refused() -> None:
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "36", "until": "2026-03-11"}]}}

    with pytest.raises(InputError, match="no factor for 2026-03-11") as refused:
        bill(make_tariff(energy(register="gas_kwh", price="1"), quantities=quantities), gas=total("31"))
    assert "quantities.gas_kwh.factors" == refused.value.path


def test_gas_of_more_energy_than_can_be_counted_is_refused() -> None:
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "39.6"}]}}
    tariff = make_tariff(energy(register="gas_kwh", price="0.1"), quantities=quantities)

    with pytest.raises(InputError, match="more than any connection") as refused:
        bill(tariff, gas=total("1000000000"))
    assert "quantities.gas_kwh" == refused.value.path
