"""Net metering: what was given back is taken off, a surplus is kept until it ends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import History, Intervals, RegisterUsage, Total
from cloud_service.domain.rating.calculator import calculate
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
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
NETTED = {"expires": 3, "cash_price": "0.03"}
KEPT = History(energy_credit={"energy": {"": D(50), "*": D(50)}})


QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))


def months(kw: str, back_kw: str, *charges: dict[str, Any], **rest: Any) -> list[RatingResult]:
    """Three months of steady use and steady export."""
    registers = {"import": steady(kw, QUARTER, "UTC", 60), "export": steady(back_kw, QUARTER, "UTC", 60)}
    return calculate(make_tariff(*charges, **rest), registers, QUARTER, "UTC")


def test_net_metering_takes_off_what_was_given_back() -> None:
    rating = bill(make_tariff(energy(price="0.30", netting={})), total("300"), export=total("120"))

    assert [D(180)] == [line.quantity for line in rating.lines]


def test_net_metering_keeps_a_surplus_in_units() -> None:
    registers: dict[str, RegisterUsage] = {"export": total("120")}
    rating = bill(make_tariff(energy(price="0.30", netting={})), total("100"), **registers)  # type: ignore[arg-type]  # registers only

    assert D(0) == rating.total
    assert {"": D(20), "*": D(20)} == rating.history.energy_credit["energy"]
    after = bill(make_tariff(energy(price="0.30", netting={})), total("100"), history=rating.history, export=total("0"))
    assert [D(80)] == [line.quantity for line in after.lines]


def test_a_surplus_may_be_lost() -> None:
    rating = bill(make_tariff(energy(price="0.30", netting={"surplus": "lose"})), total("100"), export=total("120"))

    assert not rating.history.energy_credit.get("energy")


def test_a_kept_surplus_ends_with_a_payment() -> None:
    netting = {"expires": 3, "cash_price": "0.04"}

    rating = bill(make_tariff(energy(price="0.30", netting=netting)), total("100"), MARCH, export=total("120"))

    assert ["0.00", "-0.80"] == amounts(rating)
    assert {} == rating.history.energy_credit["energy"]


def test_a_surplus_goes_to_the_period_of_the_same_hour() -> None:
    seasons = {"summer": {"from": "04-01", "until": "10-01"}}
    periods = [
        {"name": "summer_night", "seasons": ["summer"], "hours": ["00:00-06:00"]},
        {"name": "summer_day", "seasons": ["summer"]},
        {"name": "winter_night", "hours": ["00:00-06:00"]},
        {"name": "winter_day"},
    ]
    tariff = make_tariff(
        energy(
            prices={"summer_night": "1", "summer_day": "2", "winter_night": "3", "winter_day": "4"},
            netting={"match": "time_of_day"},
        ),
        schedules={"day": {"seasons": seasons, "periods": periods}},
    )
    given = steady("0", MARCH, "UTC", 60).values.copy()
    given[:6] = 10_000  # 60 kWh in the first night; 186 kWh are used at night in March
    april = Span(date(2026, 4, 1), date(2026, 5, 1))
    march = bill(tariff, steady("0.1", MARCH, "UTC", 60), MARCH, "UTC", export=Intervals(given, 3600))

    rating = bill(
        tariff, steady("1", april, "UTC", 60), april, "UTC", history=march.history, export=steady("0", april, "UTC", 60)
    )

    surplus = D(60) - D("18.6")
    assert [180 - surplus, D(540)] == [line.quantity for line in rating.lines]


def test_meters_that_count_at_other_scales_are_netted_in_one() -> None:
    """A meter behind a transformer of 1.5 is counted in ten millionths, the other in thousandths."""
    fine = Total(40 * 10**7, MARCH.start, MARCH.end, 7)
    steps = Intervals(steady("0.4").values * 10**4, 900, 7)
    per_step = make_tariff(energy(price="0.10", register="net_import"))

    assert ["6.00"] == amounts(bill(make_tariff(energy(price="0.10", netting={})), total("100"), export=fine))
    assert ["44.58"] == amounts(bill(per_step, steady(), export=steps))  # 743 h × 0.6 kWh


def test_a_kept_surplus_is_taken_off_though_the_export_register_is_gone() -> None:
    tariff = make_tariff(energy(price="0.10", netting=NETTED))

    rating = bill(tariff, total("100"), history=KEPT)
    rich = bill(tariff, total("20"), history=KEPT)

    assert ["5.00"] == amounts(rating)
    assert {} == rating.history.energy_credit["energy"]
    assert ["0.00", "-0.90"] == amounts(rich)


def test_a_surplus_of_periods_is_taken_off_a_price_for_all_hours() -> None:
    history = History(energy_credit={"energy": {"peak": D(20), "off_peak": D(30), "*": D(50)}})

    assert ["5.00"] == amounts(bill(make_tariff(energy(price="0.10", netting={})), total("100"), history=history))


@pytest.mark.parametrize("match", ["period", "time_of_day"])
def test_a_surplus_that_has_no_period_is_refused_and_never_dropped(match: str) -> None:
    netting = {"match": match}
    tariff = make_tariff(energy(prices={"peak": "1", "off_peak": "1"}, netting=netting), schedules={"day": PEAK})

    with pytest.raises(InputError, match="of all hours together has no period") as refused:
        bill(tariff, steady("1"), export=steady("0"), history=KEPT)
    assert ("no_period", "charges[0].netting") == (refused.value.code, refused.value.path)


def test_a_netted_line_says_what_was_taken_off() -> None:
    rating = bill(make_tariff(energy(price="0.30", netting={})), total("300"), export=total("120"))

    assert "less register export and the surplus kept before; 180 kWh × 0.3 = 54;" in rating.lines[0].why


def test_a_surplus_that_another_meter_counted_finer_keeps_its_last_digit() -> None:
    history = History(energy_credit={"energy": {"": D("10.1234567"), "*": D("10.1234567")}})
    tariff = make_tariff(energy(price="1", netting={}))

    waits = bill(tariff, total("0"), history=history, export=total("0"))
    used = bill(tariff, total("11"), history=history, export=total("0"))

    assert {"": D("10.1234567"), "*": D("10.1234567")} == waits.history.energy_credit["energy"]
    assert [D("0.8765433")] == [line.quantity for line in used.lines]
