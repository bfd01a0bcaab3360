"""Every interval is billed exactly once, in every zone and through every clock change of twenty years."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.usage import Intervals, Usage
from cloud_service.domain.rating.engine import rate
from common.period import Span, day_start, months
from tests.cloud_service.domain.builders import PEAK, energy, make_tariff
from tests.common.test_period import ZONES

TWENTY_YEARS = Span(date(2006, 1, 1), date(2026, 1, 1))
TARIFF = make_tariff(energy(prices={"peak": "1", "off_peak": "1"}), schedules={"day": PEAK})


@pytest.mark.slow
@pytest.mark.parametrize("zone_name", ZONES)
def test_twenty_years_of_monthly_bills_hold_every_interval_once(zone_name: str) -> None:
    """Each interval has a number of its own, so that a sum tells whether one is missing or there twice."""
    step_s = 1800  # fits Lord Howe, whose clocks change by half an hour
    count = (
        int((day_start(TWENTY_YEARS.end, zone_name) - day_start(TWENTY_YEARS.start, zone_name)).total_seconds())
        // step_s
    )
    values = np.random.default_rng(1).integers(1, 10**6, size=count)
    billed, place = Decimal(0), 0
    for month in months(TWENTY_YEARS):
        steps = grid(month.start, month.end, zone_name, step_s).steps
        register = Intervals(values[place : place + steps], step_s)
        rating = rate(TARIFF, Usage({"import": register}), month, zone_name)
        billed += sum(line.quantity for line in rating.lines)
        place += steps

    assert count == place
    assert int(values.sum()) == billed * 1000


@pytest.mark.parametrize(
    ("zone_name", "day", "hours"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), "23", id="23 hours"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), "25", id="25 hours"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), "24.5", id="Lord Howe"),
        pytest.param("Pacific/Chatham", date(2026, 4, 5), "25", id="Chatham"),
        pytest.param("Asia/Kathmandu", date(2026, 3, 29), "24", id="Kathmandu"),
        pytest.param("America/Sao_Paulo", date(2018, 11, 4), "23", id="midnight was skipped"),
    ],
)
def test_a_day_costs_the_hours_it_has(zone_name: str, day: date, hours: str) -> None:
    span = Span(day, date.fromordinal(day.toordinal() + 1))
    steps = grid(span.start, span.end, zone_name, 900).steps
    readings = Intervals(np.full(steps, 250, dtype=np.int64), 900)

    assert Decimal(hours) == rate(TARIFF, Usage({"import": readings}), span, zone_name).total_unrounded
