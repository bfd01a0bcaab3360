"""What a contract used, by month."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import Intervals, RegisterUsage, Total
from cloud_service.domain.rating.metered_usage import MeteredUsage
from cloud_service.domain.rating.monthly_use import UseByMonth, counted_registers, use_by_month
from cloud_service.domain.rating.register_source import RegisterSource
from common.period import Span

QUARTER = Span(date(2026, 7, 1), date(2026, 10, 1))
JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))


def used(registers: dict[str, tuple[str, RegisterUsage]], utility: str = "electricity", span: Span = QUARTER) -> Any:
    """The use by month of registers by the engine's name, each with its unit."""
    sources = [
        RegisterSource(register_id=at, register=name, name=name, meter="M", unit=unit, multiplier=Decimal(1))
        for at, (name, (unit, _usage)) in enumerate(registers.items())
    ]
    measured = MeteredUsage({name: usage for name, (_unit, usage) in registers.items()}, sources)
    return use_by_month(measured, utility, span, "Europe/Berlin")


def total(value: int, scale: int = 3) -> Total:
    return Total(value, QUARTER.start, QUARTER.end, scale)


def test_a_total_of_a_longer_cycle_is_shared_by_days_and_its_months_add_up() -> None:
    use = used({"water": ("m3", total(300_001))}, "water")

    assert UseByMonth("m3", {JULY: 101_087, AUGUST: 101_087, SEPTEMBER: 97_827}) == use
    assert 300_001 == use.counted


def test_intervals_are_summed_by_the_month_in_which_they_lie() -> None:
    days = Span(date(2026, 10, 24), date(2026, 11, 2))  # with a day of 25 hours
    values = np.full(24 * 9 + 1, 10, dtype=np.int64)

    assert {date(2026, 10, 1): 1_930, date(2026, 11, 1): 240} == dict(
        used({"import": ("kWh", Intervals(values, 3600))}, span=days).by_month
    )


def test_rates_are_added_and_a_register_that_counts_them_all_stands_for_them() -> None:
    rates: dict[str, Any] = {"import_ht": ("kWh", total(120)), "import_nt": ("kWh", total(80))}

    assert 200 == used(rates).counted
    assert 199 == used({**rates, "import_total": ("kWh", total(199))}).counted


def test_what_is_fed_in_or_reactive_is_no_consumption() -> None:
    beside: dict[str, Any] = {"export": ("kWh", total(9)), "reactive_import": ("kvarh", total(9))}

    assert None is used(beside)
    assert 5 == used({**beside, "import": ("kWh", total(5))}).counted


def test_finer_scales_are_rounded_once_over_all_registers_and_months() -> None:
    fine: dict[str, Any] = {"import_a": ("kWh", total(15_000, 7)), "import_b": ("kWh", total(2))}

    assert 4 == used(fine).counted  # 1.5 + 2 thousandths


@pytest.mark.parametrize(
    ("utility", "units", "right"),
    [
        ("heat", {"heat_energy": "kWh", "heat_volume": "m3"}, ("kWh", ["heat_energy"])),
        ("water", {"water": "m3"}, ("m3", ["water"])),
        ("gas", {"gas": "kWh"}, ("kWh", ["gas"])),
        ("gas", {"gas_a": "kWh", "gas_b": "m3"}, ("m3", ["gas_b"])),
        ("electricity", {"export": "kWh"}, ("", [])),
    ],
)
def test_the_unit_is_the_utility_s_where_a_register_has_it(
    utility: str, units: dict[str, str], right: tuple[str, list[str]]
) -> None:
    assert right == counted_registers(units, utility)
