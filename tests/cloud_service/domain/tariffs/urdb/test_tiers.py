"""Tiers of a record: rate and adjustment, units of bounds."""

import pytest

from tests.cloud_service.domain.tariffs.urdb.records import D, june, record


def test_rate_and_adjustment_are_one_price() -> None:
    structure = [[{"rate": D("0.10"), "adj": D("-0.01")}]]

    assert D("64.80") == june(record(energyratestructure=structure)).total  # 720 kWh × 0.09


@pytest.mark.parametrize(
    ("unit", "bound"), [("kWh", "2"), ("kWh daily", "60"), ("kWh/kW", "4"), ("kWh/kW daily", "120")]
)
def test_bounds_are_for_a_month_a_day_or_a_kw(unit: str, bound: str) -> None:
    tiers = [{"rate": D("0.10"), "max": 2, "unit": unit}, {"rate": D("0.20"), "unit": unit}]

    rating = june(record(energyratestructure=[tiers]), "2")

    assert D(bound) == rating.lines[0].quantity
