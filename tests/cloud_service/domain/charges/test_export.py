"""Export and net metering: credits, what is carried over, what ends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.pricing.usage import History, Intervals, Register, Total
from cloud_service.domain.rating.calculator import calculate
from cloud_service.domain.rating.rated_contract import rating_of
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    MARCH,
    PEAK,
    amounts,
    bill,
    energy,
    make_document,
    make_tariff,
    steady,
    total,
)

D = Decimal
QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))


def months(kw: str, back_kw: str, *charges: dict[str, Any], **rest: Any) -> list[RatingResult]:
    """Three months of steady use and steady export."""
    registers = {"import": steady(kw, QUARTER, "UTC", 60), "export": steady(back_kw, QUARTER, "UTC", 60)}
    return calculate(make_tariff(*charges, **rest), registers, QUARTER, "UTC")


def test_export_is_a_credit() -> None:
    tariff = make_tariff(energy(price="0.30"), {"kind": "export", "price": "0.08"})

    found = bill(tariff, total("300"), export=total("500"))

    assert ["90.00", "-40.00"] == amounts(found)
    assert D("-0.08") == found.lines[1].price


def test_export_of_nothing_is_zero_without_a_sign() -> None:
    tariff = make_tariff(energy(), {"kind": "export", "price": "0.08"})

    lines = rating_of(bill(tariff, total("300"), export=total("0")), tariff).lines

    assert "0.00" == to_json(lines[1])["amount"]


def test_a_connection_without_the_register_is_refused_unless_it_may_have_none() -> None:
    with pytest.raises(InputError, match="register 'export'"):
        bill(make_tariff(energy(), {"kind": "export", "price": "0.08"}), total("300"))
    assert 1 == len(
        bill(make_tariff(energy(), {"kind": "export", "price": "0.08", "optional": True}), total("300")).lines
    )


def test_net_registers_take_each_step_for_itself() -> None:
    used, given = steady("2"), steady("1").values.copy()
    given[:96] = 1000  # the first day gives back 4 kW
    tariff = make_tariff(
        energy(register="net_import", price="0.30"), {"kind": "export", "register": "net_export", "price": "0.10"}
    )

    found = bill(tariff, used, export=Intervals(given, 900))

    assert [D(719), D(48)] == [line.quantity for line in found.lines]  # 719 h × 1 kW; 24 h × 2 kW


def test_net_registers_of_totals_are_refused() -> None:
    with pytest.raises(InputError, match="need intervals"):
        bill(make_tariff(energy(register="net_import", price="1")), total("1"), export=total("1"))


def test_credit_reduces_the_chosen_lines_and_the_rest_waits() -> None:
    found = months(
        "1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": {"of": ["energy"]}},
        {"kind": "standing", "amount": "5", "per": "month"},
    )  # fmt: skip

    assert [D("5.00")] * 3 == [month.total for month in found]
    assert [D("37.20"), D("70.80"), D("108.00")] == [month.history.money_credit["export"] for month in found]


def test_credit_may_only_help_from_the_next_month_on() -> None:
    found = months(
        "1",
        "1",
        energy(price="0.10"),
        {"kind": "export", "price": "0.10", "carry": {"of": ["energy"], "usable": "next"}},
    )

    assert [D("74.40"), D("0.00"), D("0.00")] == [month.total for month in found]
    assert [D("74.40"), D("74.40"), D("74.40")] == [month.history.money_credit["export"] for month in found]


@pytest.mark.parametrize(
    ("ends", "last"), [pytest.param("lose", "0.00", id="lost"), pytest.param("pay", "-108.00", id="paid")]
)
def test_credit_ends_with_its_month(ends: str, last: str) -> None:
    carry = {"of": ["energy"], "expires": 3, "ends": ends}

    found = months("1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": carry})

    assert D(last) == found[-1].total
    assert D(0) == found[-1].history.money_credit["export"]


def test_a_minimum_does_not_count_a_payment_of_ended_credit() -> None:
    carry = {"of": ["energy"], "expires": 3, "ends": "pay"}
    least = {"kind": "minimum", "amount": "10", "credits": "ignore"}

    found = months("1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": carry}, least)

    assert [D("10.00"), D("10.00"), D("-98.00")] == [month.total for month in found]


def test_net_metering_takes_off_what_was_given_back() -> None:
    found = bill(make_tariff(energy(price="0.30", netting={})), total("300"), export=total("120"))

    assert [D(180)] == [line.quantity for line in found.lines]


def test_net_metering_keeps_a_surplus_in_units() -> None:
    registers: dict[str, Register] = {"export": total("120")}
    found = bill(make_tariff(energy(price="0.30", netting={})), total("100"), **registers)  # type: ignore[arg-type]  # registers only

    assert D(0) == found.total
    assert {"": D(20), "*": D(20)} == found.history.energy_credit["energy"]
    after = bill(make_tariff(energy(price="0.30", netting={})), total("100"), history=found.history, export=total("0"))
    assert [D(80)] == [line.quantity for line in after.lines]


def test_a_surplus_may_be_lost() -> None:
    found = bill(make_tariff(energy(price="0.30", netting={"surplus": "lose"})), total("100"), export=total("120"))

    assert not found.history.energy_credit.get("energy")


def test_a_kept_surplus_ends_with_a_payment() -> None:
    netting = {"expires": 3, "cash_price": "0.04"}

    found = bill(make_tariff(energy(price="0.30", netting=netting)), total("100"), MARCH, export=total("120"))

    assert ["0.00", "-0.80"] == amounts(found)
    assert {} == found.history.energy_credit["energy"]


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

    found = bill(
        tariff, steady("1", april, "UTC", 60), april, "UTC", history=march.history, export=steady("0", april, "UTC", 60)
    )

    kept = D(60) - D("18.6")
    assert [180 - kept, D(540)] == [line.quantity for line in found.lines]


def test_meters_that_count_at_other_scales_are_netted_in_one() -> None:
    """A meter behind a transformer of 1.5 is counted in ten millionths, the other in thousandths."""
    fine = Total(40 * 10**7, MARCH.start, MARCH.end, 7)
    steps = Intervals(steady("0.4").values * 10**4, 900, 7)
    per_step = make_tariff(energy(price="0.10", register="net_import"))

    assert ["6.00"] == amounts(bill(make_tariff(energy(price="0.10", netting={})), total("100"), export=fine))
    assert ["44.58"] == amounts(bill(per_step, steady(), export=steps))  # 743 h × 0.6 kWh


@pytest.mark.parametrize(
    ("charge", "path"),
    [
        pytest.param(energy(price="0.1", netting={"expires": 3}), "charges[0].netting.expires", id="kept energy"),
        pytest.param(
            {"kind": "export", "register": "import", "price": "0.1", "carry": {"expires": 3}},
            "charges[0].carry.expires",
            id="kept money",
        ),
        pytest.param(
            {"kind": "minimum", "amount": "10", "per": "year", "year_ends": 3},
            "charges[0].year_ends",
            id="a yearly sum",
        ),
    ],
)
def test_what_ends_inside_a_bill_is_refused(charge: dict[str, Any], path: str) -> None:
    """A bill of March and April cannot say what was used before the first of April."""
    tariff = make_tariff({**charge, **({"of": ["*"]} if charge["kind"] == "minimum" else {})})
    two = Span(MARCH.start, date(2026, 5, 1))

    with pytest.raises(InputError) as refused:
        bill(tariff, total("100", two), two, export=total("200", two))
    assert ("ends_inside", path) == (refused.value.code, refused.value.path)


KEPT = History(energy_credit={"energy": {"": D(50), "*": D(50)}})
NETTED = {"expires": 3, "cash_price": "0.03"}


def test_a_kept_surplus_is_taken_off_though_the_export_register_is_gone() -> None:
    tariff = make_tariff(energy(price="0.10", netting=NETTED))

    found = bill(tariff, total("100"), history=KEPT)
    rich = bill(tariff, total("20"), history=KEPT)

    assert ["5.00"] == amounts(found)
    assert {} == found.history.energy_credit["energy"]
    assert ["0.00", "-0.90"] == amounts(rich)


def test_a_surplus_of_periods_is_taken_off_a_price_for_all_hours() -> None:
    kept = History(energy_credit={"energy": {"peak": D(20), "off_peak": D(30), "*": D(50)}})

    assert ["5.00"] == amounts(bill(make_tariff(energy(price="0.10", netting={})), total("100"), history=kept))


@pytest.mark.parametrize("match", ["period", "time_of_day"])
def test_a_surplus_that_has_no_period_is_refused_and_never_dropped(match: str) -> None:
    netting = {"match": match}
    tariff = make_tariff(energy(prices={"peak": "1", "off_peak": "1"}, netting=netting), schedules={"day": PEAK})

    with pytest.raises(InputError, match="of all hours together has no period") as refused:
        bill(tariff, steady("1"), export=steady("0"), history=KEPT)
    assert ("no_period", "charges[0].netting") == (refused.value.code, refused.value.path)


def test_a_netted_line_says_what_was_taken_off() -> None:
    found = bill(make_tariff(energy(price="0.30", netting={})), total("300"), export=total("120"))

    assert "less register export and the surplus kept before; 180 kWh × 0.3 = 54;" in found.lines[0].why


def test_a_credit_is_no_part_of_what_it_reduces() -> None:
    """10 of energy less 2 of another export are 8 that 5 of credit reduce to 3."""
    other, own = ({"kind": "export", "id": name, "price": price} for name, price in (("a", "0.02"), ("b", "0.05")))
    carried = own | {"carry": {"of": ["energy", "export"]}}

    found = bill(make_tariff(energy(price="0.10"), other, carried), total("100"), export=total("100"))

    assert ["10.00", "-2.00", "-5.00"] == amounts(found)
    assert ["Energy", "Export", "Export"] == [line.label for line in found.lines]


@pytest.mark.parametrize("of", [["energy"], ["supply"], ["a", "supply"], ["*"]])
def test_two_credits_do_not_reduce_the_same_line_twice(of: list[str]) -> None:
    """Each earns 20, the energy is 10: the second finds nothing left, or is refused as it does not know the first."""
    first = {"kind": "export", "id": "a", "price": "0.2", "carry": {"of": ["energy"]}}
    second = {"kind": "export", "id": "b", "register": "generation", "price": "0.2", "carry": {"of": of}}
    document = make_document(energy(id="supply", price="0.1"), first, second)

    if {"a", "*"}.isdisjoint(of):
        with pytest.raises(InputError, match="the credit of 'a' reduces the same charges") as refused:
            load_tariff(document)
        assert "charges[2].carry.of" == refused.value.path
        return
    found = bill(load_tariff(document), total("100"), export=total("100"), generation=total("100"))
    assert D("0.00") == found.total
    assert {"a": D("10.00"), "b": D("20.00")} == found.history.money_credit


def test_a_surplus_that_another_meter_counted_finer_keeps_its_last_digit() -> None:
    kept = History(energy_credit={"energy": {"": D("10.1234567"), "*": D("10.1234567")}})
    tariff = make_tariff(energy(price="1", netting={}))

    waits = bill(tariff, total("0"), history=kept, export=total("0"))
    used = bill(tariff, total("11"), history=kept, export=total("0"))

    assert {"": D("10.1234567"), "*": D("10.1234567")} == waits.history.energy_credit["energy"]
    assert [D("0.8765433")] == [line.quantity for line in used.lines]
