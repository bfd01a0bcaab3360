"""What must hold for any tariff and any readings: parts sum to the whole, order does not matter, spans add up."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import Intervals, Usage
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.tariff import Tariff
from common.period import Span
from tests.cloud_service.domain.builders import BERLIN, MARCH, PEAK, energy, make_tariff, noise

pytestmark = pytest.mark.slow
D = Decimal
PRICES = st.integers(-500, 5000).map(lambda number: str(D(number) / 10000))
SEEDS = st.integers(0, 2**32 - 1)
SOME = settings(max_examples=40, deadline=None)


def ladder(draw: st.DrawFn) -> list[dict[str, Any]]:
    bounds = sorted(draw(st.sets(st.integers(1, 4000), max_size=3)))
    return [*({"up_to": str(bound), "price": draw(PRICES)} for bound in bounds), {"price": draw(PRICES)}]


@st.composite
def energy_charges(draw: st.DrawFn) -> dict[str, Any]:
    """Any shape of energy charge over the schedule `day`."""
    shape = draw(st.sampled_from(["price", "prices", "blocks", "period", "total", "time"]))
    if shape == "price":
        return energy(price=draw(PRICES))
    if shape == "prices":
        return energy(prices={"peak": draw(PRICES), "off_peak": draw(PRICES)})
    allowance = draw(st.sampled_from(["month", "day", "period"]))
    if shape == "blocks":
        return energy(blocks=ladder(draw), allowance=allowance, mode=draw(st.sampled_from(["graduated", "volume"])))
    blocks = {"peak": ladder(draw), "off_peak": ladder(draw)}
    return energy(period_blocks=blocks, allowance=allowance, blocks_over=shape)


def tariff_of(*charges: dict[str, Any], **rest: Any) -> Tariff:
    return make_tariff(*charges, schedules={"day": PEAK}, **rest)


def rated(tariff: Tariff, readings: Intervals, span: Span = MARCH, zone_name: str = BERLIN) -> RatingResult:
    return rate(tariff, Usage({"import": readings}), span, zone_name)


@SOME
@given(energy_charges(), SEEDS)
def test_the_lines_of_a_charge_sum_to_all_the_energy(charge: dict[str, Any], seed: int) -> None:
    readings = noise(seed)

    rating = rated(tariff_of(charge), readings)

    assert int(readings.values.sum()) == sum(line.quantity for line in rating.lines) * 1000 == rating.energy


@SOME
@given(energy_charges(), SEEDS)
def test_amounts_are_quantity_times_price_and_sum_to_the_total(charge: dict[str, Any], seed: int) -> None:
    rating = rated(tariff_of(charge, taxes=[{"name": "vat", "percent": "19"}]), noise(seed))

    for line in rating.lines:
        assert line.price is not None
        assert line.quantity * line.price == line.amount_unrounded
        assert abs(line.amount - line.amount_unrounded) <= D("0.005")
    assert sum(line.amount for line in rating.lines) == rating.net
    assert rating.net + rating.tax == rating.total


@SOME
@given(energy_charges().filter(lambda charge: charge.get("blocks_over") != "time"), SEEDS)
def test_the_order_of_readings_inside_a_period_does_not_matter(charge: dict[str, Any], seed: int) -> None:
    readings = noise(seed)
    shuffled = readings.values.copy()
    night = shuffled[: 16 * 4]  # a Sunday before 16:00: all of it is off peak
    np.random.default_rng(seed).shuffle(night)

    in_order, in_disorder = (rated(tariff_of(charge), register) for register in (readings, Intervals(shuffled, 900)))

    assert [(line.quantity, line.amount, line.why) for line in in_order.lines] == [
        (line.quantity, line.amount, line.why) for line in in_disorder.lines
    ]


@SOME
@given(PRICES, PRICES, SEEDS, st.integers(1, 30))
def test_two_spans_cost_what_the_whole_costs_where_the_tariff_is_linear(
    peak: str, off_peak: str, seed: int, days: int
) -> None:
    tariff = tariff_of(
        energy(prices={"peak": peak, "off_peak": off_peak}), {"kind": "standing", "amount": "0.4", "per": "day"}
    )
    readings, cut = noise(seed), MARCH.start + timedelta(days=days)
    first, second = Span(MARCH.start, cut), Span(cut, MARCH.end)
    steps = sum(92 if day == date(2026, 3, 29) else 96 for day in first)

    whole = rated(tariff, readings).total_unrounded
    parts = (
        rated(tariff, Intervals(readings.values[:steps], 900), first).total_unrounded
        + rated(tariff, Intervals(readings.values[steps:], 900), second).total_unrounded
    )

    assert whole == parts


@SOME
@given(PRICES, PRICES, SEEDS, st.integers(1, 30))
def test_a_change_inside_a_span_costs_what_two_bills_cost(old: str, new: str, seed: int, days: int) -> None:
    cut = MARCH.start + timedelta(days=days)
    tariff = tariff_of(energy(price=old, until=cut.isoformat()), energy(price=new, **{"from": cut.isoformat()}))
    readings = noise(seed)
    steps = sum(92 if day == date(2026, 3, 29) else 96 for day in Span(MARCH.start, cut))
    expected = int(readings.values[:steps].sum()) * D(old) / 1000 + int(readings.values[steps:].sum()) * D(new) / 1000

    assert expected == rated(tariff, readings).total_unrounded


@SOME
@given(SEEDS, st.integers(1, 4))
def test_more_energy_never_costs_less_at_prices_above_zero(seed: int, factor: int) -> None:
    blocks = [{"up_to": "300", "price": "0.2"}, {"up_to": "900", "price": "0.3"}, {"price": "0.1"}]
    readings = noise(seed)
    more = Intervals(readings.values * factor, 900)

    assert rated(tariff_of(energy(blocks=blocks)), readings).net <= rated(tariff_of(energy(blocks=blocks)), more).net


@SOME
@given(SEEDS, st.integers(0, 100))
def test_a_ratchet_never_lowers_the_demand(seed: int, share: int) -> None:
    def charge(**fields: Any) -> dict[str, Any]:
        return {"kind": "demand", "price": "10", **fields}

    readings = noise(seed)
    plain = rated(tariff_of(charge()), readings)
    raised = rated(tariff_of(charge(ratchet={"share": str(D(share) / 100)})), readings)

    assert plain.net == raised.net  # nothing before: nothing to raise it
    assert raised.history.peaks["demand"][-1][1] == plain.lines[0].quantity
