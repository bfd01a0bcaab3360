"""Spot prices: each step at its own, exact, and none without a price."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import History, Intervals, PriceSeries, Usage
from cloud_service.domain.rating.engine import rate
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    BERLIN,
    amounts,
    bill,
    make_tariff,
    steady,
)

D = Decimal


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

    rating = rate(tariff, Usage({"import": readings}, History(), {}, prices), span, "UTC")

    assert D(24) * (10**9 + 1) == rating.total_unrounded
