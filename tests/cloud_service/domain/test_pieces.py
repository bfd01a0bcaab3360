"""Versions, dated prices and seasons inside a bill: what stays one line does, and no day is without a price."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.tariff import join_versions
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

    found = bill(join_versions(versions), steady(span=APRIL), APRIL)

    assert {"19.00", "30.00", "84.00"} == set(amounts(found))  # 19 of 30 days; 300 × 0.10 and 420 × 0.20, not cut


def test_a_charge_that_counts_in_another_schedule_is_not_the_same() -> None:
    def version(hours: str, **days: str) -> Any:
        periods = [{"name": "peak", "hours": [hours]}, {"name": "rest"}]
        charge = energy(prices={"peak": "1", "rest": "0"})
        return make_tariff(charge, schedules={"day": {"periods": periods}}, **days)

    found = bill(
        join_versions([version("06:00-08:00", until=DAY), version("06:00-10:00", **{"from": DAY})]),
        steady(span=APRIL),
        APRIL,
    )

    assert D(11 * 2 + 19 * 4) == found.total


def test_a_percentage_over_other_charges_than_before_cuts_the_lines() -> None:
    """The second version has the fee before the percentage: it is over both from that day on."""
    ten = {"kind": "percentage", "percent": "10", "of": ["*"]}
    versions = [make_tariff(energy(price="0.10"), ten, FEE, until=DAY)]
    versions.append(make_tariff(energy(price="0.10"), FEE, ten, **{"from": DAY}))

    found = bill(join_versions(versions), steady(span=APRIL), APRIL)

    percent = [line.amount for line in found.lines if line.charge == "percentage"]
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

    found = bill(make_tariff(charge, schedules=SEASONS), steady(span=APRIL), APRIL)

    assert [D(300), D(60), D(300), D(60)] == [line.quantity for line in found.lines]


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
