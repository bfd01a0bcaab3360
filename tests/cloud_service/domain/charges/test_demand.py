"""Demand: the window that is measured, the price of its period, the months before."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import History, Intervals
from cloud_service.domain.rating.calculator import calculate, read_usage
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    BERLIN,
    JANUARY,
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


def demand(**fields: Any) -> dict[str, Any]:
    return {"kind": "demand", "window_min": 15, "price": "10", **fields}


def with_peak(kw: str, step: int, minutes: int = 5, span: Span = JANUARY) -> Intervals:
    """1.2 kW, and one step of more."""
    register = steady("1.2", span, BERLIN, minutes)
    values = register.values.copy()
    values[step] = int(D(kw) * 1000 * minutes / 60)
    return Intervals(values, register.step_s)


@pytest.mark.parametrize(
    ("window_min", "expected"),
    [
        pytest.param(5, "12.0", id="5 min"),
        pytest.param(15, "4.8", id="15 min"),
        pytest.param(30, "3.0", id="30 min"),
        pytest.param(60, "2.1", id="60 min"),
    ],
)
def test_the_demand_is_the_mean_of_its_window(window_min: int, expected: str) -> None:
    rating = bill(make_tariff(demand(window_min=window_min)), with_peak("12", 1000), JANUARY)

    assert D(expected) == rating.lines[0].quantity == rating.max_demand_kw


def test_windows_follow_the_wall_clock_and_do_not_slide() -> None:
    values = steady("1.2", JANUARY, BERLIN, 5).values.copy()
    values[2:4] = 1000  # 00:10 and 00:15: in two windows, not in one

    assert D("4.8") == bill(make_tariff(demand()), Intervals(values, 300), JANUARY).lines[0].quantity


def test_the_time_of_the_peak_is_told() -> None:
    note = bill(make_tariff(demand()), with_peak("12", 288 * 13 + 200), JANUARY).lines[0].note

    assert "at 2026-01-14 16:30" in note


def test_readings_coarser_than_the_window_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be told") as refused:
        bill(make_tariff(demand()), steady(minutes=60))

    assert ("charges[0].window_min", "needs_shorter_steps") == (refused.value.path, refused.value.code)


def test_a_window_of_0_takes_the_step_of_the_readings() -> None:
    assert D(1) == bill(make_tariff(demand(window_min=0)), steady(minutes=60)).lines[0].quantity


def test_a_maximum_register_needs_no_intervals() -> None:
    tariff = make_tariff(demand(register="peak_kw"), registers={"peak_kw": {"unit": "kW"}})

    assert ["75.00"] == amounts(bill(tariff, peak_kw=total("7.5")))


def test_a_total_has_no_demand() -> None:
    with pytest.raises(InputError, match="needs intervals"):
        bill(make_tariff(demand()), total("100"))


def test_each_period_has_its_own_peak() -> None:
    values = steady("1.2", MARCH, BERLIN, 15).values.copy()
    values[96 + 17 * 4] = 2000  # Monday 17:00: 8 kW
    values[3 * 4] = 1500  # Sunday 03:00: 6 kW
    tariff = make_tariff({"kind": "demand", "prices": {"peak": "10", "off_peak": "3"}}, schedules={"day": PEAK})

    rating = bill(tariff, Intervals(values, 900))

    assert ["80.00", "18.00"] == amounts(rating)
    assert "at 2026-03-02 17:00" in rating.lines[0].note
    assert "at 2026-03-01 03:00" in rating.lines[1].note


def test_blocks_of_kw_are_filled_one_after_the_other() -> None:
    blocks = [{"up_to": "2", "price": "10"}, {"price": "4"}]
    tariff = make_tariff({"kind": "demand", "window_min": 5, "blocks": blocks})

    assert ["20.00", "40.00"] == amounts(bill(tariff, with_peak("12", 7), JANUARY))


@pytest.mark.parametrize(
    ("month", "kw", "expected"),
    [
        pytest.param(date(2025, 12, 1), "20", "16.0", id="80 % of last month"),
        pytest.param(date(2025, 2, 1), "20", "16.0", id="eleven months back"),
        pytest.param(date(2025, 1, 1), "20", "4.8", id="twelve months back no longer counts"),
        pytest.param(date(2025, 12, 1), "5", "4.8", id="80 % is less than this month"),
        pytest.param(date(2026, 1, 1), "20", "4.8", id="the same month is no month before"),
    ],
)
def test_a_ratchet_looks_at_the_months_before(month: date, kw: str, expected: str) -> None:
    tariff = make_tariff(demand(ratchet={"share": "0.8", "months": 11}))

    rating = bill(tariff, with_peak("12", 1000), JANUARY, history=History(peaks={"demand": ((month, D(kw)),)}))

    assert D(expected) == rating.lines[0].quantity


def test_a_ratchet_may_count_summer_months_only() -> None:
    tariff = make_tariff(demand(ratchet={"share": "1", "only_months": [6, 7, 8]}))
    peaks = ((date(2025, 7, 1), D(9)), (date(2025, 12, 1), D(30)))

    rating = bill(tariff, with_peak("12", 1000), JANUARY, history=History(peaks={"demand": peaks}))

    assert D(9) == rating.lines[0].quantity
    assert "ratchet: 1 of 9 kW in 2025-07" in rating.lines[0].note


def test_the_months_demand_is_handed_on_without_the_ratchet() -> None:
    tariff = make_tariff(demand(ratchet={"share": "0.8"}))
    before = History(peaks={"demand": ((date(2025, 12, 1), D(20)),)})

    rating = bill(tariff, with_peak("12", 1000), JANUARY, history=before)

    assert ((date(2025, 12, 1), D(20)), (date(2026, 1, 1), D("4.8"))) == rating.history.peaks["demand"]


def test_a_span_of_two_months_has_two_demands() -> None:
    span = Span(date(2026, 1, 1), date(2026, 3, 1))

    rating = bill(make_tariff(demand()), with_peak("12", 1000, span=span), span)

    assert [D("4.8"), D("1.2")] == [line.quantity for line in rating.lines]
    assert [JANUARY, Span(date(2026, 2, 1), date(2026, 3, 1))] == [line.span for line in rating.lines]


def test_part_of_a_month_costs_its_part() -> None:
    span = Span(date(2026, 4, 12), date(2026, 5, 1))

    rating = bill(make_tariff(demand()), steady("3", span), span)

    assert ["19.00"] == amounts(rating)  # 3 kW × 10 × 19/30
    assert (D("1.899999999"), "kW month", D("18.99999999")) == (
        rating.lines[0].quantity, rating.lines[0].unit, rating.lines[0].amount_unrounded,
    )  # fmt: skip
    assert "highest 3.000 kW at 2026-04-12 00:00 × 0.633333333 months" == rating.lines[0].note


def test_billing_demand_is_at_least_the_minimum() -> None:
    rating = bill(make_tariff(demand(minimum_kw="5")), steady("3"))

    assert ["50.00"] == amounts(rating)
    assert "minimum of 5" in rating.lines[0].note


def test_a_demand_of_the_month_has_the_price_of_its_season() -> None:
    schedule = {
        "seasons": {"summer": {"from": "04-01", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    charge = {"kind": "demand", "measured": "month", "prices": {"summer": "20", "winter": "10"}}
    tariff = make_tariff(charge, schedules={"season": schedule})

    assert ["10.00"] == amounts(bill(tariff, steady("1")))
    april = Span(date(2026, 4, 1), date(2026, 5, 1))
    assert ["20.00"] == amounts(bill(tariff, steady("1", april), april))


def test_a_demand_of_the_month_with_two_prices_is_refused() -> None:
    charge = {"kind": "demand", "measured": "month", "prices": {"peak": "20", "off_peak": "10"}}

    with pytest.raises(InputError, match="needs one"):
        bill(make_tariff(charge, schedules={"day": PEAK}), steady("1"))


def test_readings_may_be_any_row_order_of_numbers() -> None:
    values = np.array([0] * (31 * 96), dtype=np.int64)

    assert ["0.00"] == amounts(bill(make_tariff(demand()), Intervals(values, 900), JANUARY))


def test_apparent_and_reactive_power_have_units_of_their_own() -> None:
    tariff = make_tariff(
        demand(register="apparent", unit="kVA"), {**demand(register="reactive_import", unit="kvar"), "id": "reactive"}
    )

    rating = bill(tariff, apparent=steady("3"), reactive_import=steady("2"))

    assert [("3", "kVA"), ("2", "kvar")] == [(f"{line.quantity.normalize():f}", line.unit) for line in rating.lines]
    assert rating.max_demand_kw is None  # no kW was measured


def test_a_maximum_register_cannot_tell_the_months_of_a_longer_bill_apart() -> None:
    tariff = make_tariff(demand(register="peak_kw"), registers={"peak_kw": {"unit": "kW"}})
    two = Span(MARCH.start, date(2026, 5, 1))

    with pytest.raises(InputError, match="one maximum") as refused:
        bill(tariff, span=two, peak_kw=total("7.5", two))
    assert "needs_intervals" == refused.value.code


@pytest.mark.parametrize(("month", "kw"), [(date(2025, 2, 1), "1"), (date(2025, 5, 1), "80"), (date(2026, 2, 1), "80")])
def test_a_ratchet_knows_the_months_before_though_they_began_on_another_day(month: date, kw: str) -> None:
    days = Span(date(2026, 3, 15), date(2026, 4, 15))
    tariff = make_tariff({"kind": "demand", "price": "10", "ratchet": {"share": "0.8", "months": 11}})

    rating = bill(tariff, steady("1", days), days, cycle_day=15, history=History(peaks={"demand": ((month, D(100)),)}))

    assert [D(kw)] == [line.quantity for line in rating.lines]


def test_a_load_in_kw_that_has_no_last_digit_in_kwh_is_the_same_power_again(tmp_path: Path) -> None:
    """50 kW for five minutes are 4.1666… kWh: at the very limit of the tolerance, so nothing exceeds it."""
    (tmp_path / "load.csv").write_text("kW\n" + "50\n" * (31 * 288))
    registers, span, _ = read_usage({"import": tmp_path / "load.csv"}, JANUARY.start, "UTC", step_s=300)
    terms = {"price": "1", "excess_price": "5", "contracted_kw": "40", "tolerance_percent": "25", "window_min": 5}

    (rating,) = calculate(make_tariff({"kind": "capacity", **terms}, demand(window_min=5)), registers, span, "UTC")
    (plain_bill,) = calculate(make_tariff(energy()), registers, span, "UTC")

    assert ["40.00", "500.00"] == amounts(rating)
    assert D(50) == rating.max_demand_kw == plain_bill.max_demand_kw


def test_a_period_without_a_window_has_no_time_of_its_highest() -> None:
    periods = [{"name": "holiday", "days": ["holiday"]}, {"name": "rest"}]
    tariff = make_tariff(
        {"kind": "demand", "prices": {"holiday": "1", "rest": "2"}},
        schedules={"day": {"periods": periods, "holidays": {"calendar": "us"}}},
    )

    rating = bill(tariff, steady("2"))  # no holiday of the US lies in March

    assert "highest 0 kW (no window in these days)" == rating.lines[0].note.replace("0.000", "0")


def test_a_ratchet_for_all_hours_knows_the_peaks_of_the_periods_before_it() -> None:
    february, january = date(2026, 2, 1), date(2026, 1, 1)
    peaks = {"demand/peak": ((january, D(20)), (february, D(60))), "demand/rest": ((january, D(80)), (february, D(50)))}
    tariff = make_tariff(demand(ratchet={"share": "0.5", "months": 11}))

    rating = bill(tariff, steady("1"), history=History(peaks=peaks))

    assert [D(40)] == [line.quantity for line in rating.lines]
    assert ((january, D(80)), (february, D(60)), (MARCH.start, D(1))) == rating.history.peaks["demand"]
