"""Versions, dated prices and seasons inside a bill: what stays one line does, and no day is without a price."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.tariffs.tariff import join_versions
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import amounts, bill, energy, make_tariff, steady, total

D = Decimal


APRIL = Span(date(2026, 4, 1), date(2026, 5, 1))


DAY = "2026-04-12"


BLOCKS = energy(blocks=[{"up_to": "300", "price": "0.10"}, {"price": "0.20"}])


FEE = {"kind": "standing", "amount": "30", "per": "month"}


@pytest.mark.parametrize(
    ("charges", "day", "path"),
    [
        pytest.param([energy(price="1", until="2026-04-01"), FEE], "2026-04-01", "charges[0].until", id="it ran out"),
        pytest.param([energy(price="1", until=DAY)], DAY, "charges[0].until", id="it runs out inside the bill"),
        pytest.param(
            [energy(price="1", until=DAY), energy(price="1", **{"from": "2026-04-13"})],
            DAY,
            "charges[1].from",
            id="a day between two",
        ),
        pytest.param([energy(price="1", **{"from": DAY})], "2026-04-01", "charges[0].from", id="it begins later"),
        pytest.param(
            [energy(), {"kind": "demand", "price": "1", "until": DAY}], DAY, "charges[1].until", id="a demand charge"
        ),
    ],
)
def test_a_day_without_a_price_is_refused(charges: list[dict[str, Any]], day: str, path: str) -> None:
    with pytest.raises(InputError, match=f"has no price on {day}") as refused:
        bill(make_tariff(*charges), steady(span=APRIL), APRIL)
    assert ("no_price", path) == (refused.value.code, refused.value.path)


def test_a_surcharge_beside_a_price_may_begin_any_day() -> None:
    tariff = make_tariff(energy(price="0.10"), energy(id="fuel", price="0.01", **{"from": DAY}))

    assert ["72.00", "4.56"] == amounts(bill(tariff, steady(span=APRIL), APRIL))


def test_a_charge_that_only_moved_to_another_place_stays_one_line() -> None:
    versions = [make_tariff(BLOCKS, until=DAY), make_tariff(FEE, BLOCKS, **{"from": DAY})]

    rating = bill(join_versions(versions), steady(span=APRIL), APRIL)

    assert {"19.00", "30.00", "84.00"} == set(amounts(rating))  # 19 of 30 days; 300 × 0.10 and 420 × 0.20, not cut


def test_a_charge_that_counts_in_another_schedule_is_not_the_same() -> None:
    def version(hours: str, **days: str) -> Any:
        periods = [{"name": "peak", "hours": [hours]}, {"name": "rest"}]
        charge = energy(prices={"peak": "1", "rest": "0"})
        return make_tariff(charge, schedules={"day": {"periods": periods}}, **days)

    rating = bill(
        join_versions([version("06:00-08:00", until=DAY), version("06:00-10:00", **{"from": DAY})]),
        steady(span=APRIL),
        APRIL,
    )

    assert D(11 * 2 + 19 * 4) == rating.total


def test_a_percentage_over_other_charges_than_before_cuts_the_lines() -> None:
    """The second version has the fee before the percentage: it is over both from that day on."""
    ten = {"kind": "percentage", "percent": "10", "of": ["*"]}
    versions = [make_tariff(energy(price="0.10"), ten, FEE, until=DAY)]
    versions.append(make_tariff(energy(price="0.10"), FEE, ten, **{"from": DAY}))

    rating = bill(join_versions(versions), steady(span=APRIL), APRIL)

    percent = [line.amount for line in rating.lines if line.charge == "percentage"]
    assert [D("2.64"), D("6.46")] == percent  # 26.40 of 11 days; 45.60 + 19.00 of 19 days


def test_the_bill_is_rounded_as_its_own_version_says() -> None:
    """A later version that rounds down changes nothing before it is valid."""
    versions = [make_tariff(energy(price="0.125"), until="2026-05-01")]
    versions.append(make_tariff(energy(price="0.125"), rounding={"way": "down"}, **{"from": "2026-05-01"}))

    assert D("0.13") == bill(join_versions(versions), total("1", APRIL), APRIL).total


SEASONS: dict[str, Any] = {
    "year": {
        "seasons": {"summer": {"from": "04-16", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
}


@pytest.mark.parametrize("over", ["total", "time"])
def test_blocks_that_periods_share_begin_anew_with_a_season(over: str) -> None:
    """15 of 30 days each: 300 of the 360 kWh of each half are in the first block, as without seasons."""
    ladder = [{"up_to": "600", "price": "0.10"}, {"price": "0.20"}]
    charge = energy(period_blocks={"summer": ladder, "winter": ladder}, blocks_over=over)

    rating = bill(make_tariff(charge, schedules=SEASONS), steady(span=APRIL), APRIL)

    assert [D(300), D(60), D(300), D(60)] == [line.quantity for line in rating.lines]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("actual_days", ["15.00", "30.00"], id="by days"),
        pytest.param("none", ["0.00", "60.00"], id="all of it at its first day"),
    ],
)
def test_a_season_shares_a_total_by_the_stated_rule(rule: str, expected: list[str]) -> None:
    charge = energy(prices={"summer": "0.10", "winter": "0.20"}, prorate=rule)

    assert expected == amounts(bill(make_tariff(charge, schedules=SEASONS), total("300", APRIL), APRIL))


RISE = [{"name": "vat", "rates": [{"percent": "10", "until": "2026-04-16"}, {"percent": "20", "from": "2026-04-16"}]}]


def test_a_fixed_amount_of_a_block_is_not_due_twice_where_a_tax_changes() -> None:
    charge = energy(blocks=[{"up_to": "100", "fixed": "30"}, {"price": "1"}])

    rating = bill(make_tariff(charge, taxes=RISE), total("60", APRIL), APRIL)

    assert ["15.00", "15.00"] == amounts(rating)
    assert "fixed amount of the block 30 × 0.5" == rating.lines[0].note


def test_blocks_per_kw_follow_the_demand_of_each_month() -> None:
    """4 kW in April and 1 kW in May are 400 and 100 kWh at the first price, not 800 of both."""
    two = Span(APRIL.start, date(2026, 6, 1))
    hours = np.array([4000] * 720 + [1000] * 744, dtype=np.int64)
    tariff = make_tariff(
        {"kind": "demand", "window_min": 60, "price": "0"},
        energy(demand="demand", blocks=[{"up_to": "100", "per_kw": True, "price": "0.2"}, {"price": "0.1"}]),
    )

    rating = bill(tariff, Intervals(hours, 3600), two)

    assert [D(400), D(2480), D(100), D(644)] == [line.quantity for line in rating.lines if line.charge == "energy"]


def test_an_amount_for_the_bill_is_not_due_twice_where_a_tax_changes() -> None:
    least = {"kind": "minimum", "amount": "12", "per": "span", "of": ["energy"]}
    once = {"kind": "standing", "amount": "10", "per": "span"}

    rating = bill(make_tariff(energy(price="0.01"), least, once, taxes=RISE), steady(span=APRIL), APRIL)

    assert ["3.60", "3.60", "2.40", "2.40", "5.00", "5.00"] == amounts(rating)
    assert [D("0.5"), D("0.5")] == [line.quantity for line in rating.lines[-2:]]


def test_the_shares_of_a_bill_have_few_digits_and_sum_to_all_of_it() -> None:
    parts = [{"kind": "standing", "amount": "1", "per": "span"}]
    thirds = [{"percent": "1", "until": "2026-04-11"}, {"percent": "2", "from": "2026-04-11", "until": "2026-04-21"}]
    taxes = [{"name": "vat", "rates": [*thirds, {"percent": "3", "from": "2026-04-21"}]}]

    shares = [line.quantity for line in bill(make_tariff(*parts, taxes=taxes), span=APRIL).lines]

    assert [D("0.333333333"), D("0.333333334"), D("0.333333333")] == shares


FACTORS = [{"calorific_value": "36", "until": "2026-04-16"}, {"calorific_value": "72", "from": "2026-04-16"}]


GAS = {"gas_kwh": {"register": "gas", "factors": FACTORS}}


@pytest.mark.parametrize("prorate", ["actual_days", "none"])
def test_a_factor_of_gas_cuts_no_line_but_those_of_gas(prorate: str) -> None:
    """The month has one highest demand and one minimum, whatever a cubic metre is worth from the 16th on."""
    load = steady("5", APRIL)
    load.values[:4] = 5000  # one hour of 20 kW
    demand = {"kind": "demand", "window_min": 60, "price": "10", "prorate": prorate}
    least = {"kind": "minimum", "amount": "1000", "of": ["energy", "demand"], "prorate": prorate}
    tariff = make_tariff(energy(price="0.1"), demand, energy(register="gas_kwh", price="0.05"), least, quantities=GAS)

    rating = bill(tariff, load, APRIL, gas=total("60", APRIL))

    assert ["361.50", "200.00", "15.00", "30.00", "393.50"] == amounts(rating)


@pytest.mark.parametrize("prorate", ["actual_days", "none"])
def test_a_discount_on_energy_that_begins_inside_the_month_leaves_the_demand_whole(prorate: str) -> None:
    load = steady("5", APRIL)
    load.values[:4] = 5000  # one hour of 20 kW
    demand = {"kind": "demand", "window_min": 60, "price": "10", "prorate": prorate}
    offer = {"kind": "percentage", "id": "offer", "percent": "-50", "of": ["energy"], "from": "2026-04-16"}
    fuel = {"kind": "percentage", "percent": "10", "of": ["energy", "offer"]}

    rating = bill(make_tariff(energy(price="0.1"), demand, offer, fuel), load, APRIL)

    assert ["181.50", "180.00", "200.00", "-90.00", "27.15"] == amounts(rating)


def test_what_a_discount_is_over_in_turn_is_cut_with_it() -> None:
    """The fuel surcharge is on energy; a discount on the surcharge from the 16th needs its second half alone."""
    fuel = {"kind": "percentage", "id": "fuel", "percent": "10", "of": ["energy"]}
    offer = {"kind": "percentage", "percent": "-50", "of": ["fuel"], "from": "2026-04-16"}

    rating = bill(make_tariff(energy(price="0.1"), fuel, offer), steady("1", APRIL), APRIL)

    assert ["36.00", "36.00", "3.60", "3.60", "-1.80"] == amounts(rating)


def test_a_price_that_changes_in_blocks_per_kw_leaves_the_demand_whole() -> None:
    load = steady("5", APRIL)
    load.values[:4] = 5000  # one hour of 20 kW
    blocks = [[{"up_to": "100", "per_kw": True, "price": price}, {"price": "1"}] for price in ("0.1", "0.2")]
    tariff = make_tariff(
        {"kind": "demand", "window_min": 60, "price": "10"},
        energy(demand="demand", blocks=blocks[0], until="2026-04-16"),
        energy(demand="demand", blocks=blocks[1], **{"from": "2026-04-16"}),
    )

    rating = bill(tariff, load, APRIL)

    assert ["200.00", "100.00", "815.00", "200.00", "800.00"] == amounts(rating)


@pytest.mark.parametrize("more", [(2, 0), (0, 2)], ids=["fees before it at first", "fees before it later"])
def test_blocks_per_kw_follow_the_demand_of_both_versions_wherever_they_stand(more: tuple[int, int]) -> None:
    """3 kW until the 15th, 1 kW then: the bound is 100 kWh for each of 3 kW, although the price of a kW changed."""
    blocks = [{"up_to": "100", "per_kw": True, "price": "0.2"}, {"price": "0.1"}]
    days: list[dict[str, Any]] = [{"until": "2026-04-16"}, {"from": "2026-04-16"}]
    versions = [
        make_tariff(
            *[FEE | {"id": f"fee {version} {n}"} for n in range(more[version])],
            {"kind": "demand", "window_min": 60, "price": str(version)},
            energy(demand="demand", blocks=blocks),
            **days[version],
        )
        for version in (0, 1)
    ]
    hours = np.array([3000] * 360 + [1000] * 360, dtype=np.int64)

    rating = bill(join_versions(versions), Intervals(hours, 3600), APRIL)

    assert [D(300), D(1140)] == [line.quantity for line in rating.lines if line.charge == "energy"]


def test_a_percentage_is_over_what_stands_before_it_though_the_same_stands_after_it_too() -> None:
    fuel = {"kind": "percentage", "percent": "10", "of": ["energy"]}
    tariff = make_tariff(energy(price="0.1", until="2026-04-16"), fuel, energy(price="0.1", **{"from": "2026-04-16"}))

    assert ["36.00", "3.60", "36.00"] == amounts(bill(tariff, steady("1", APRIL), APRIL))
