"""Lines of blocks: bounds per kW, the order of time, shares of periods."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import History, Intervals
from common.period import Span
from tests.cloud_service.domain.builders import (
    PEAK,
    bill,
    energy,
    make_tariff,
    steady,
)

D = Decimal


def test_blocks_per_kw_follow_the_billing_demand() -> None:
    blocks = [{"up_to": "100", "per_kw": True, "price": "0.20"}, {"price": "0.10"}]
    demand = {"kind": "demand", "window_min": 60, "price": "0", "ratchet": {"share": "1"}}
    history = History(peaks={"demand": ((date(2026, 2, 1), D(2)),)})

    rating = bill(make_tariff(demand, energy(blocks=blocks, demand="demand")), steady("1", minutes=60), history=history)

    assert [D(200), D(543)] == [line.quantity for line in rating.lines[1:]]


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

    rating = bill(tariff, steady("0.8", span, minutes=60), span)

    quantities = {line.label: line.quantity for line in rating.lines}
    assert {
        "Energy, night, block 1": D("4.8"), "Energy, day, block 1": D("7.2"), "Energy, day, block 2": D("7.2"),
    } == quantities  # fmt: skip


def test_a_shared_ladder_of_numbers_too_large_for_int64_products_stays_exact() -> None:
    span = Span(date(2026, 3, 2), date(2026, 3, 3))
    ladders = {
        "peak": [{"up_to": "1000", "price": "0.4"}, {"price": "0.5"}],
        "off_peak": [{"up_to": "1000", "price": "0.2"}, {"price": "0.3"}],
    }
    tariff = make_tariff(
        energy(period_blocks=ladders, blocks_over="total", allowance="period"), schedules={"day": PEAK}
    )
    readings = Intervals(np.full(24, 100 * 10**9, dtype=np.int64), 3600, 9)  # 100 kWh an hour

    rating = bill(tariff, readings, span)

    assert D(2400) == sum(line.quantity for line in rating.lines)
    assert [D(500) * 1000 / 2400, D(500) * 1400 / 2400] == [
        pytest.approx(line.quantity, abs=D("1e-8")) for line in rating.lines[:2]
    ]
