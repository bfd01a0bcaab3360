"""Market prices by instant: the series of a bill's days has a price for each of their steps."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.rating.spot_prices import by_instant, series_named, series_of_span
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import BERLIN, energy, make_tariff

D = Decimal
CLOCK_CHANGE = Span(date(2026, 3, 29), date(2026, 3, 30))  # 23 hours
HOURLY = Intervals(np.arange(23, dtype=np.int64), 3600, 2)


def test_prices_of_civil_days_are_prices_of_instants() -> None:
    prices = by_instant(HOURLY, CLOCK_CHANGE.start, BERLIN)

    assert (datetime(2026, 3, 28, 23, tzinfo=UTC), D("0.00")) == (prices[0].at, prices[0].price)
    assert (datetime(2026, 3, 29, 22, tzinfo=UTC), D("0.22")) == (prices[-1].end, prices[-1].price)


def test_the_series_of_a_span_has_the_prices_at_nine_decimals() -> None:
    series = series_of_span("day_ahead", by_instant(HOURLY, CLOCK_CHANGE.start, BERLIN), CLOCK_CHANGE, BERLIN)

    assert (3600, 9) == (series.step_s, series.scale)
    assert [0, 10_000_000, 20_000_000] == series.values[:3].tolist()


def test_an_instant_without_a_price_is_named() -> None:
    prices = by_instant(HOURLY, CLOCK_CHANGE.start, BERLIN)

    with pytest.raises(InputError, match="series 'day_ahead' has no price for 2026-03-29T01:00:00") as refused:
        series_of_span("day_ahead", [*prices[:2], *prices[3:]], CLOCK_CHANGE, BERLIN)
    assert ("missing_prices", "prices.day_ahead") == (refused.value.code, refused.value.path)


def test_no_price_at_all_is_refused_too() -> None:
    with pytest.raises(InputError, match="2026-03-28T23:00:00"):
        series_of_span("day_ahead", [], CLOCK_CHANGE, BERLIN)


def test_the_series_of_a_tariff_are_those_of_its_spot_charges() -> None:
    tariff = make_tariff(
        energy(register="export", price="1"),
        {"kind": "spot", "series": "intraday"},
        {"kind": "spot", "id": "b", "register": "generation", "series": "day_ahead"},
    )

    assert ["day_ahead", "intraday"] == series_named(tariff)
