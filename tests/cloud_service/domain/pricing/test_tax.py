"""Taxes: dated, by category, on tax where the law says so, rounded where the tariff says."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.tariff import join_versions
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import JANUARY, amounts, bill, energy, make_tariff, steady, total

D = Decimal
VAT = {"name": "vat", "percent": "19"}


def test_vat_is_rounded_once_on_the_sum() -> None:
    tariff = make_tariff(energy(id="a", price="0.14"), energy(id="b", price="0.14"), taxes=[VAT])

    rating = bill(tariff, total("1", JANUARY), JANUARY)

    assert (D("0.28"), D("0.05"), D("0.33")) == (rating.net, rating.tax, rating.total)  # 0.28 × 19 % = 0.0532


def test_taxes_line_by_line_round_each_line() -> None:
    tariff = make_tariff(
        energy(id="a", price="0.14"), energy(id="b", price="0.14"), taxes=[VAT], rounding={"policy": "line_tax"}
    )

    assert D("0.06") == bill(tariff, total("1", JANUARY), JANUARY).tax  # 2 × 0.0266 → 2 × 0.03


def test_the_sum_of_a_category_may_be_rounded_once() -> None:
    tariff = make_tariff(
        energy(id="a", price="0.144"), energy(id="b", price="0.144"), taxes=[VAT], rounding={"policy": "tax"}
    )

    rating = bill(tariff, total("1", JANUARY), JANUARY)

    assert ["0.14", "0.14", "0.01"] == amounts(rating)  # 0.288 → 0.29
    assert "rounding" == rating.lines[-1].charge
    assert D("0.29") == rating.net


def test_a_rate_that_changes_cuts_every_line_at_its_day() -> None:
    rates = [{"percent": "19", "until": "2026-01-16"}, {"percent": "16", "from": "2026-01-16"}]
    tariff = make_tariff(
        energy(price="0.10"),
        {"kind": "standing", "amount": "31", "per": "month"},
        taxes=[{"name": "vat", "rates": rates}],
    )

    rating = bill(tariff, steady(span=JANUARY), JANUARY)

    assert ["36.00", "38.40", "15.00", "16.00"] == amounts(rating)
    assert [(D(19), D("51.00")), (D(16), D("54.40"))] == [(tax.percent, tax.base) for tax in rating.taxes]


def test_a_day_without_a_rate_is_refused() -> None:
    tariff = make_tariff(energy(), taxes=[{"name": "vat", "rates": [{"percent": "19", "until": "2026-01-16"}]}])

    with pytest.raises(InputError, match="no rate on 2026-01-16"):
        bill(tariff, total("1", JANUARY), JANUARY)


def test_lines_have_the_tax_they_name_and_the_default_otherwise() -> None:
    taxes = [VAT, {"name": "low", "percent": "7", "default": False}, {"name": "out", "category": "O", "default": False}]
    tariff = make_tariff(
        energy(price="1"),
        energy(id="water", register="water", price="1", tax="low"),
        {"kind": "standing", "amount": "5", "per": "span", "tax": "out"},
        taxes=taxes,
    )

    rating = bill(tariff, total("100", JANUARY), JANUARY, water=total("100", JANUARY))

    assert [("vat", D(19)), ("low", D(7)), ("out", D(0))] == [(tax.tax, tax.amount) for tax in rating.taxes]


def test_a_tax_on_a_tax_has_it_in_its_base() -> None:
    taxes = [{"name": "levy", "percent": "10"}, {"name": "vat", "percent": "20", "also_on": ["levy"]}]

    rating = bill(make_tariff(energy(price="1"), taxes=taxes), total("100", JANUARY), JANUARY)

    assert [D(10), D(22)] == [tax.amount for tax in rating.taxes]
    assert "taxes before it 10 included" in rating.taxes[1].why


def test_reverse_charge_is_a_line_of_nothing_with_its_reason() -> None:
    taxes = [{"name": "vat", "category": "AE", "reason": "VAT is due from the recipient"}]

    tax = bill(make_tariff(energy(price="1"), taxes=taxes), total("100", JANUARY), JANUARY).taxes[0]

    assert ("AE", D(100), D(0)) == (tax.category, tax.base, tax.amount)
    assert "VAT is due from the recipient" in tax.why


def test_a_tax_of_a_new_version_applies_from_its_first_day() -> None:
    old = make_tariff(energy(price="0.10"), taxes=[VAT], until="2026-01-16")
    new = make_tariff(energy(price="0.10"), taxes=[{"name": "vat", "percent": "16"}], **{"from": "2026-01-16"})

    rating = bill(join_versions([old, new]), steady(span=JANUARY), JANUARY)

    assert [(D(19), D("36.00")), (D(16), D("38.40"))] == [(tax.percent, tax.base) for tax in rating.taxes]


def test_cash_is_rounded_after_tax_as_a_line_that_shows() -> None:
    tariff = make_tariff(
        energy(price="0.1234"), currency="CHF", taxes=[{"name": "vat", "percent": "8.1"}], rounding={"cash": "0.05"}
    )

    rating = bill(tariff, total("101", JANUARY), JANUARY)

    assert D("13.45") == rating.total == rating.net + rating.tax
    assert D("-0.02") == rating.lines[-1].amount


@pytest.mark.parametrize("span", [Span(date(2026, 1, 1), date(2026, 2, 1)), Span(date(2026, 1, 1), date(2026, 4, 1))])
def test_net_and_tax_are_the_sums_of_their_lines(span: Span) -> None:
    rating = bill(make_tariff(energy(price="0.28731"), taxes=[VAT]), steady("1.3", span), span)

    assert rating.net == sum(line.amount for line in rating.lines)
    assert rating.tax == sum(tax.amount for tax in rating.taxes)
    assert rating.total == rating.net + rating.tax


def test_a_tax_on_a_tax_is_due_at_the_rate_of_its_own_days() -> None:
    rates = [{"percent": "16", "until": "2026-01-16"}, {"percent": "19", "from": "2026-01-16"}]
    levy, vat = {"name": "levy", "percent": "10"}, {"name": "vat", "rates": rates, "also_on": ["levy"]}

    rating = bill(make_tariff(energy(price="0.10"), taxes=[levy, vat]), steady(span=JANUARY), JANUARY)

    assert ["36.00", "38.40"] == amounts(rating)
    assert [D("7.44"), D("6.34"), D("8.03")] == [tax.amount for tax in rating.taxes]
    assert [D("74.40"), D("39.60"), D("42.24")] == [tax.base for tax in rating.taxes]  # 36 + 3.60 and 38.40 + 3.84


def test_lines_that_cancel_out_leave_a_tax_on_their_tax_of_nothing() -> None:
    rates = [{"percent": "16", "until": "2026-01-16"}, {"percent": "19", "from": "2026-01-16"}]
    levy, vat = {"name": "levy", "percent": "10"}, {"name": "vat", "rates": rates, "also_on": ["levy"]}
    rise = energy(price="0.16", until="2026-01-16"), energy(price="-0.15", **{"from": "2026-01-16"})

    assert D(0) == bill(make_tariff(*rise, taxes=[levy, vat]), steady(span=JANUARY), JANUARY).taxes[0].amount


def test_the_tax_of_two_versions_is_rounded_once_on_their_sum() -> None:
    versions = [
        make_tariff(energy(price="0.0005"), taxes=[VAT], until="2026-01-12"),
        make_tariff(energy(price="0.00027"), taxes=[VAT], **{"from": "2026-01-12"}),
    ]

    rating = bill(join_versions(versions), steady(span=JANUARY), JANUARY)

    assert ["0.13", "0.13"] == amounts(rating)  # 264 and 480 kWh
    assert [D("0.05")] == [tax.amount for tax in rating.taxes]  # 19 % of 0.26; apart it were 2 × 0.02


def test_taxes_line_by_line_stay_so_over_two_versions() -> None:
    rounding = {"policy": "line_tax"}
    versions = [
        make_tariff(energy(price="0.14"), taxes=[VAT], rounding=rounding, until="2026-01-12"),
        make_tariff(energy(price="0.15"), taxes=[VAT], rounding=rounding, **{"from": "2026-01-12"}),
    ]

    rating = bill(join_versions(versions), total("2", JANUARY), JANUARY)

    assert ["0.10", "0.19"] == amounts(rating)
    assert D("0.06") == rating.tax  # 0.019 → 0.02 and 0.0361 → 0.04


def test_the_sum_of_each_rate_is_rounded_once_for_itself() -> None:
    """2 × 0.125 at each of two rates are a base of 0.25 each, not of 0.24 and 0.26."""
    rates = [{"percent": "20", "until": "2026-01-16"}, {"percent": "40", "from": "2026-01-16"}]
    tariff = make_tariff(
        energy(id="a", price="0.125"),
        energy(id="b", price="0.125"),
        taxes=[{"name": "vat", "rates": rates}],
        rounding={"policy": "tax"},
    )

    rating = bill(
        tariff, total("2", Span(date(2026, 1, 15), date(2026, 1, 17))), Span(date(2026, 1, 15), date(2026, 1, 17))
    )

    assert [(D("0.25"), D("0.05")), (D("0.25"), D("0.10"))] == [(tax.base, tax.amount) for tax in rating.taxes]
    assert ["0.13"] * 4 + ["-0.01"] * 2 == amounts(rating)
    assert D("0.50") == rating.net
    assert D("0.65") == rating.total_unrounded


def test_a_line_of_rounding_says_what_it_is_and_is_no_part_of_what_is_unrounded() -> None:
    tariff = make_tariff(
        energy(price="0.144"), energy(id="b", price="0.144"), rounding={"policy": "tax", "cash": "0.05"}
    )

    rating = bill(tariff, total("1", JANUARY), JANUARY)

    assert D("0.288") == rating.total_unrounded
    for line in rating.lines:
        assert line.price is not None
        assert line.quantity * line.price == line.amount_unrounded
    assert "; 1 × 0.01 = 0.01; " in rating.lines[2].why
    assert "; 1 × 0.01 = 0.01; " in rating.lines[3].why


@pytest.mark.parametrize("name", ["feed_in", "export"])
def test_a_tax_on_a_charge_is_due_on_what_it_pays_out_too(name: str) -> None:
    """30 earned, 10 used, 20 paid out: the tax is on -30, whether it names the charge by its id or by its kind."""
    carry = {"of": ["energy"], "expires": 1, "ends": "pay"}
    sale = {"kind": "export", "id": "feed_in", "price": "0.10", "carry": carry}
    tariff = make_tariff(energy(price="0.10"), sale, taxes=[{"name": "vat", "percent": "20", "on": [name]}])

    rating = bill(tariff, total("100", JANUARY), JANUARY, export=total("300", JANUARY))

    assert [D("-30.00")] == [tax.base for tax in rating.taxes]
