"""Sums of registers: totals without intervals, net registers, and what cannot be told apart."""

from decimal import Decimal

import pytest

from cloud_service.domain.pricing.usage import Intervals
from common.errors import InputError
from tests.cloud_service.domain.builders import (
    PEAK,
    amounts,
    bill,
    energy,
    make_tariff,
    steady,
    total,
)

D = Decimal


def test_a_total_of_days_with_one_period_only_needs_no_intervals() -> None:
    schedule = {
        "seasons": {"summer": {"from": "04-01", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    tariff = make_tariff(energy(prices={"summer": "1", "winter": "2"}), schedules={"s": schedule})

    assert ["200.00"] == amounts(bill(tariff, total("100")))


def test_import_and_export_of_other_steps_cannot_be_netted() -> None:
    with pytest.raises(InputError, match="different steps"):
        bill(make_tariff(energy(register="net_import", price="1")), steady(), export=steady(minutes=60))


def test_net_registers_take_each_step_for_itself() -> None:
    used, given = steady("2"), steady("1").values.copy()
    given[:96] = 1000  # the first day gives back 4 kW
    tariff = make_tariff(
        energy(register="net_import", price="0.30"), {"kind": "export", "register": "net_export", "price": "0.10"}
    )

    found = bill(tariff, used, export=Intervals(given, 900))

    assert [D(719), D(48)] == [line.quantity for line in found.lines]  # 719 h × 1 kW; 24 h × 2 kW


def test_net_registers_of_totals_are_refused() -> None:
    with pytest.raises(InputError, match="need intervals"):
        bill(make_tariff(energy(register="net_import", price="1")), total("1"), export=total("1"))


def test_time_of_use_of_a_total_is_refused() -> None:
    tariff = make_tariff(energy(prices={"peak": "1", "off_peak": "2"}), schedules={"day": PEAK})

    with pytest.raises(InputError, match="cannot be told apart") as refused:
        bill(tariff, total("100"))
    assert "needs_intervals" == refused.value.code
