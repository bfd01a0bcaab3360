"""Standing, minimum, percentage, reactive, power factor, spot, conversions: the arithmetic of each."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.charges import PowerFactor
from cloud_service.domain.charges.power_factor import Band
from cloud_service.domain.pricing.usage import History, Intervals, PriceSeries, Usage
from cloud_service.domain.rating.engine import rate, rate_batch
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    BERLIN,
    JANUARY,
    MARCH,
    amounts,
    bill,
    energy,
    make_tariff,
    steady,
    total,
)

D = Decimal


@pytest.mark.parametrize(
    ("per", "expected"), [("day", "310.00"), ("month", "10.00"), ("year", "0.83"), ("span", "10.00")]
)
def test_a_standing_charge_is_for_time(per: str, expected: str) -> None:
    found = bill(make_tariff({"kind": "standing", "amount": "10", "per": per}), span=MARCH)

    assert [expected] == amounts(found)


def test_a_yearly_amount_that_twelve_does_not_divide_keeps_twelve_decimals() -> None:
    line = bill(make_tariff({"kind": "standing", "amount": "10", "per": "year"})).lines[0]

    assert D("0.833333333333") == line.price == line.amount_unrounded


def test_a_standing_charge_times_a_fact_needs_the_fact() -> None:
    tariff = make_tariff({"kind": "standing", "amount": "2", "per": "month", "times": "area_m2"})

    assert ["130.00"] == amounts(bill(tariff, values={"area_m2": D(65)}))
    with pytest.raises(InputError, match="no 'area_m2'"):
        bill(tariff)


def test_a_minimum_adds_what_is_missing() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "12"})

    assert ["5.00", "7.00"] == amounts(bill(tariff, total("50")))
    assert ["20.00"] == amounts(bill(tariff, total("200")))


def test_a_minimum_per_day_grows_with_the_days() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "0.392", "per": "day"})

    assert ["5.00", "7.15"] == amounts(bill(tariff, total("50")))  # 31 × 0.392 = 12.152


@pytest.mark.parametrize(("credits_", "expected"), [("count", "32.00"), ("ignore", "12.00")])
def test_a_negative_sum_may_count_as_nothing(credits_: str, expected: str) -> None:
    least = {"kind": "minimum", "amount": "12", "credits": credits_}
    tariff = make_tariff(energy(price="0.10"), {"kind": "export", "price": "0.10"}, least)

    assert ["10.00", "-30.00", expected] == amounts(bill(tariff, total("100"), export=total("300")))


def test_a_yearly_minimum_is_settled_in_its_last_month() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "100", "per": "year", "year_ends": 3})
    january = bill(tariff, total("500", JANUARY), JANUARY)

    march = bill(tariff, total("300"), history=january.history)

    assert ["50.00"] == amounts(january)
    assert ["30.00", "20.00"] == amounts(march)
    assert D(0) == march.history.year_to_date["minimum"]


def test_percent_is_of_rounded_lines() -> None:
    tariff = make_tariff(energy(price="0.125"), {"kind": "percentage", "percent": "50", "of": ["energy"]})

    found = bill(tariff, total("1"))

    assert ["0.13", "0.07"] == amounts(found)  # half of 0.13 is 0.065
    assert D("0.1875") == found.total_unrounded


def test_percent_of_everything_before_it() -> None:
    tariff = make_tariff(
        energy(price="0.10"),
        {"kind": "standing", "amount": "10", "per": "month"},
        {"kind": "percentage", "percent": "-5", "of": ["*"]},
    )

    assert ["10.00", "10.00", "-1.00"] == amounts(bill(tariff, total("100")))


def test_reactive_energy_is_free_up_to_its_share() -> None:
    tariff = make_tariff({"kind": "reactive", "price": "0.02", "free_share": "0.5"})

    assert ["4.00"] == amounts(bill(tariff, total("1000"), reactive_import=total("700")))
    assert ["0.00"] == amounts(bill(tariff, total("1000"), reactive_import=total("400")))


@pytest.mark.parametrize(
    ("factor", "percent"),
    [
        ("1.00", "0"),
        ("0.85", "0"),
        ("0.849", "0"),
        ("0.84", "1.5"),
        ("0.80", "7.5"),
        ("0.75", "15"),
        ("0.74", "18"),
        ("0.60", "60"),
    ],
)
def test_the_penalty_grows_by_steps(factor: str, percent: str) -> None:
    bands = (Band(below=D("0.85"), percent=D("1.5")), Band(below=D("0.75"), percent=D(3)))

    assert D(percent) == PowerFactor(bands=bands).percent(D(factor))


def test_the_power_factor_is_that_of_the_readings() -> None:
    bands = [{"below": "0.9", "percent": "1"}]
    tariff = make_tariff(energy(price="0.10"), {"kind": "power_factor", "of": ["energy"], "bands": bands})

    found = bill(tariff, total("800"), reactive_import=total("600"))  # 800 / 1000

    assert ["80.00", "8.00"] == amounts(found)
    assert "power factor 0.8: 10 %" in found.lines[1].note


def spot(values: list[int], step_s: int = 3600, **fields: Any) -> list[str]:
    span = Span(date(2026, 3, 29), date(2026, 3, 30))  # 23 hours
    tariff = make_tariff({"kind": "spot", "series": "day_ahead", "per": "1000", **fields})
    prices = {"day_ahead": PriceSeries(np.array(values, dtype=np.int64), step_s, 2)}
    usage = Usage({"import": steady("4", span), "export": steady("1", span)}, History(), {}, prices)
    return amounts(rate(tariff, usage, span, BERLIN))


def test_each_step_has_its_own_price() -> None:
    assert ["9.20"] == spot([10000] * 23)  # 92 kWh × 100 EUR/MWh
    assert ["5.20"] == spot([10000] * 13 + [0] * 10)
    assert ["-9.20"] == spot([-10000] * 23)


def test_a_margin_is_a_line_of_its_own_and_losses_multiply() -> None:
    assert ["9.66", "1.84"] == spot([10000] * 23, factor="1.05", margin="0.02")


def test_export_at_the_market_price_is_a_credit() -> None:
    assert ["-2.30"] == spot([10000] * 23, register="export", sign=-1)


@pytest.mark.parametrize(
    ("values", "step_s", "match"),
    [
        pytest.param([1] * 24, 3600, "24 prices for 23 steps", id="an hour that does not exist"),
        pytest.param([1] * 22, 3600, "22 prices", id="a price is missing"),
        pytest.param([1] * 276, 300, "cannot price readings of 15 min", id="prices finer than readings"),
    ],
)
def test_prices_that_do_not_fit_are_refused(values: list[int], step_s: int, match: str) -> None:
    with pytest.raises(InputError, match=match):
        spot(values, step_s)


def test_a_missing_series_is_refused() -> None:
    with pytest.raises(InputError, match="'day_ahead' is not given"):
        bill(make_tariff({"kind": "spot", "series": "day_ahead"}), steady())


def test_products_too_large_for_int64_stay_exact() -> None:
    span = Span(date(2026, 1, 1), date(2026, 1, 2))
    tariff = make_tariff({"kind": "spot", "series": "day_ahead"})
    prices = {"day_ahead": PriceSeries(np.full(24, 10**12, dtype=np.int64), 3600, 9)}
    readings = Intervals(np.full(24, 10**9 + 1, dtype=np.int64), 3600)

    found = rate(tariff, Usage({"import": readings}, History(), {}, prices), span, "UTC")

    assert D(24) * (10**9 + 1) == found.total_unrounded


def test_gas_is_converted_with_the_factor_of_its_days() -> None:
    factors = [
        {"correction": "1", "calorific_value": "36", "until": "2026-03-11"},
        {"correction": "1", "calorific_value": "39.6", "from": "2026-03-11"},
    ]
    made = {"gas_kwh": {"register": "gas", "factors": factors}}

    found = bill(make_tariff(energy(register="gas_kwh", price="1"), quantities=made), gas=total("31"))

    assert [D(100), D(231)] == [line.quantity for line in found.lines]  # 10 m³ × 10 and 21 m³ × 11
    assert "times 1 × 39.6 / 3.6 to kWh" in found.lines[1].why


def test_gas_without_a_factor_for_its_days_is_refused() -> None:
    made = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "36", "until": "2026-03-11"}]}}

    with pytest.raises(InputError, match="no factor for 2026-03-11") as refused:
        bill(make_tariff(energy(register="gas_kwh", price="1"), quantities=made), gas=total("31"))
    assert "quantities.gas_kwh.factors" == refused.value.path


def test_blocks_per_kw_follow_the_billing_demand() -> None:
    blocks = [{"up_to": "100", "per_kw": True, "price": "0.20"}, {"price": "0.10"}]
    demand = {"kind": "demand", "window_min": 60, "price": "0", "ratchet": {"share": "1"}}
    history = History(peaks={"demand": ((date(2026, 2, 1), D(2)),)})

    found = bill(make_tariff(demand, energy(blocks=blocks, demand="demand")), steady("1", minutes=60), history=history)

    assert [D(200), D(543)] == [line.quantity for line in found.lines[1:]]


def test_blocks_per_kw_need_the_demand_charge_they_name() -> None:
    blocks = [{"up_to": "100", "per_kw": True, "price": "0.20"}, {"price": "0.10"}]
    demand = {"kind": "demand", "window_min": 60, "price": "0", "until": "2026-03-01"}

    with pytest.raises(InputError, match="no demand charge"):
        make_tariff({"kind": "standing", "id": "fee", "amount": "1", "per": "day"}, energy(blocks=blocks, demand="fee"))
    with pytest.raises(InputError, match="demand of register 'import' has no price"):
        bill(make_tariff(demand, energy(blocks=blocks, demand="demand")), steady("1", minutes=60))


def test_blocks_in_the_order_of_time_cut_the_step_that_crosses() -> None:
    periods = {
        "day": [{"up_to": "12", "price": "1"}, {"price": "2"}],
        "night": [{"up_to": "12", "price": "3"}, {"price": "4"}],
    }
    schedule = {"periods": [{"name": "night", "hours": ["00:00-06:00"]}, {"name": "day"}]}
    span = Span(date(2026, 3, 2), date(2026, 3, 3))
    tariff = make_tariff(
        energy(period_blocks=periods, blocks_over="time", allowance="period"), schedules={"s": schedule}
    )

    found = bill(tariff, steady("0.8", span, minutes=60), span)

    quantities = {line.label: line.quantity for line in found.lines}
    assert {
        "Energy, night, block 1": D("4.8"), "Energy, day, block 1": D("7.2"), "Energy, day, block 2": D("7.2"),
    } == quantities  # fmt: skip


def test_an_allowance_follows_the_days_of_its_season() -> None:
    """A bill over the change of season: each season has its price and its allowance for its own days."""
    schedule = {
        "seasons": {"summer": {"from": "03-11", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    ladders = {
        "summer": [{"up_to": "62", "price": "0.1"}, {"price": "0.2"}],
        "winter": [{"up_to": "31", "price": "0.3"}, {"price": "0.4"}],
    }
    tariff = make_tariff(energy(period_blocks=ladders), schedules={"s": schedule})
    daily = make_tariff(energy(period_blocks=ladders, allowance="day"), schedules={"s": schedule})

    assert [D(42), D(461), D(10), D(230)] == [line.quantity for line in bill(tariff, steady()).lines]
    assert [D(503), D(240)] == [line.quantity for line in bill(daily, steady()).lines]


def test_a_total_of_days_with_one_period_only_needs_no_intervals() -> None:
    schedule = {
        "seasons": {"summer": {"from": "04-01", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    tariff = make_tariff(energy(prices={"summer": "1", "winter": "2"}), schedules={"s": schedule})

    assert ["200.00"] == amounts(bill(tariff, total("100")))


def test_blocks_in_the_order_of_time_need_intervals() -> None:
    periods = {"all": [{"up_to": "12", "price": "1"}, {"price": "2"}]}
    tariff = make_tariff(
        energy(period_blocks=periods, blocks_over="time"), schedules={"s": {"periods": [{"name": "all"}]}}
    )

    with pytest.raises(InputError, match="order of time"):
        bill(tariff, total("100"))


def test_import_and_export_of_other_steps_cannot_be_netted() -> None:
    with pytest.raises(InputError, match="different steps"):
        bill(make_tariff(energy(register="net_import", price="1")), steady(), export=steady(minutes=60))


def test_a_connection_with_a_power_factor_of_its_own_keeps_it_beside_others() -> None:
    """In a batch each row is billed as it would be alone; every line says what it was made from."""
    tariff = make_tariff(
        {"kind": "standing", "amount": "100", "per": "month"},
        {"kind": "power_factor", "bands": [{"below": "0.85", "percent": "1.5"}]},
    )
    used = {"import": total("80"), "reactive_import": total("60")}
    usages = [Usage(used, values={"power_factor": D("0.84")}), Usage(used)]

    own, read = rate_batch(tariff, usages, MARCH, "UTC")

    assert ["100.00", "1.50"] == amounts(own)
    assert ["100.00", "7.50"] == amounts(read)  # 80 / √(80² + 60²) = 0.8
    assert "power_factor of the connection" in own.lines[1].why
    assert "80 and 60: register import: total of 2026-03-01 to 2026-04-01" in read.lines[1].why
    with pytest.raises(InputError, match="is no power factor"):
        rate(tariff, Usage(used, values={"power_factor": D(84)}), MARCH, "UTC")


@pytest.mark.parametrize(
    ("charge", "name"),
    [
        pytest.param({"kind": "standing", "amount": "2", "per": "month", "times": "meters"}, "meters", id="meters"),
        pytest.param({"kind": "capacity", "price": "2"}, "contracted_kw", id="contracted capacity"),
    ],
)
def test_a_fact_below_zero_is_refused_and_never_a_credit(charge: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match="-3 is below 0") as refused:
        bill(make_tariff(charge), values={name: D(-3)})
    assert f"values.{name}" == refused.value.path


def test_a_line_over_rounded_lines_says_what_it_is_of_the_unrounded_ones() -> None:
    least = {"kind": "minimum", "amount": "12"}
    half = {"kind": "percentage", "percent": "50", "of": ["energy"]}

    found = bill(make_tariff(energy(price="0.0042"), half, least), total("1002"))  # 4.2084

    assert [D("4.2084"), D("2.1042"), D("5.6874")] == [line.amount_unrounded for line in found.lines]
    assert "; 4.21 EUR × 0.5 = 2.105, unrounded 2.1042; " in found.lines[1].why
    assert "; 5.68 EUR × 1 = 5.68, unrounded 5.6874; " in found.lines[2].why


def test_gas_of_more_energy_than_can_be_counted_is_refused() -> None:
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "39.6"}]}}
    tariff = make_tariff(energy(register="gas_kwh", price="0.1"), quantities=quantities)

    with pytest.raises(InputError, match="more than any connection") as refused:
        bill(tariff, gas=total("1000000000"))
    assert "quantities.gas_kwh" == refused.value.path
