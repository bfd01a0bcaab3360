"""Sums of registers: totals without intervals, net registers, and what cannot be told apart."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.calendar.tou_schedule import Period, Schedule
from cloud_service.domain.pricing.conversion import Conversion, Converted
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.register_sums import RegisterSums, power
from cloud_service.domain.pricing.usage import Intervals, RegisterUsage, UsageBatch
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    BERLIN,
    MARCH,
    PEAK,
    amounts,
    bill,
    energy,
    make_tariff,
    steady,
    total,
)

D = Decimal
GAS_ENERGY = Converted(register="gas", factors=(Conversion(calorific_value=D("39.6")),))


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

    rating = bill(tariff, used, export=Intervals(given, 900))

    assert [D(719), D(48)] == [line.quantity for line in rating.lines]  # 719 h × 1 kW; 24 h × 2 kW


def test_net_registers_of_totals_are_refused() -> None:
    with pytest.raises(InputError, match="need intervals"):
        bill(make_tariff(energy(register="net_import", price="1")), total("1"), export=total("1"))


def test_time_of_use_of_a_total_is_refused() -> None:
    tariff = make_tariff(energy(prices={"peak": "1", "off_peak": "2"}), schedules={"day": PEAK})

    with pytest.raises(InputError, match="has prices by the hour, and register") as refused:
        bill(tariff, total("100"))
    assert "needs_intervals" == refused.value.code


def sums(registers: dict[str, RegisterUsage], span: Span = MARCH) -> RegisterSums:
    """The registers of a batch in March, on some of its days; gas is converted to energy."""
    rows = {name: stacked(register) for name, register in registers.items()}
    references = TariffReferences({}, {}, {"gas_kwh": GAS_ENERGY}, ())
    return RegisterSums("charges[0]", span, MARCH, BERLIN, UsageBatch(1, rows), references)


def stacked(register: RegisterUsage) -> RegisterUsage:
    """The register of one connection as a batch has it: a row of a matrix."""
    return Intervals(register.values[None, :], register.step_s) if isinstance(register, Intervals) else register


def test_totals_are_of_the_days_only() -> None:
    first_day = sums({"import": steady("4")}, Span(MARCH.start, date(2026, 3, 2)))

    counts, scale = first_day.totals("import")

    assert ([96_000], 3) == (counts.tolist(), scale)


def test_a_converted_quantity_counts_at_nine_decimals() -> None:
    counts, scale = sums({"gas": total("31")}).totals("gas_kwh")

    assert ([341 * 10**9], 9) == (counts.tolist(), scale)  # 31 m³ × 39.6 / 3.6


def test_sums_by_period_have_a_column_for_each_period() -> None:
    schedule = Schedule(periods=(Period(name="night", hours=("00:00-06:00",)), Period(name="day")))
    one_day = sums({"import": steady("4")}, Span(date(2026, 3, 2), date(2026, 3, 3)))

    counts, _ = one_day.by_period("import", "day", schedule)

    assert [[24_000, 72_000]] == counts.tolist()


def test_a_demand_window_has_steps_and_a_factor_to_kw() -> None:
    powers, per_window, factor = sums({"import": steady("4")}).windows("import", 60, Span(MARCH.start, MARCH.end))

    assert (1, 743) == powers.shape  # hours of March in Berlin
    assert (4, D("0.001")) == (per_window, factor)
    assert [D(4)] == sums({"import": steady("4")}).peaks("import", 60)


def test_the_highest_window_has_the_wall_clock_time_of_its_start() -> None:
    register = steady("1")
    values = register.values.copy()
    values[29 * 96 + 8] += 1  # after two hours of the day whose third hour does not exist

    peaks = sums({"import": Intervals(values, 900)})

    assert ["at 2026-03-30 03:00"] == peaks.peak_times("import", 15, MARCH)


def test_what_is_not_given_is_refused_and_never_zero() -> None:
    with pytest.raises(InputError, match="the tariff prices register 'water'") as refused:
        sums({"import": steady()}).register("water")
    assert ("missing_register", "charges[0].register") == (refused.value.code, refused.value.path)
    assert not sums({"import": steady()}).has("net_export")


def test_power_of_energy_at_nine_decimals_is_whole_again() -> None:
    powers, factor = power(np.array([1_666_666_667], dtype=np.int64), 300, 9)

    assert D(20) == int(powers[0]) * factor
