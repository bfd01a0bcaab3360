"""The lines of an invoice and their sums as finished texts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.documents.invoice_lines import line_groups, shared_places, totals
from cloud_service.documents.paper import InvoicePaper, LineFactor, PaperLine, PaperTax
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import line, make_paper, with_lines

D = Decimal
ENGLISH = localizer_for("en_GB")


def test_lines_stand_below_their_meter() -> None:
    groups = line_groups(make_paper(), ENGLISH)

    assert [("Zähler 1EMH0010234567", 2), ("Zähler 1EMH0010234568", 1)] == [
        (group["name"], len(group["lines"])) for group in groups
    ]


def test_equal_units_share_their_count_of_places_and_each_price_has_its_own() -> None:
    energy, standing, fed_in = (row for group in line_groups(make_paper(), ENGLISH) for row in group["lines"])

    assert ("1,834.25", "-640.50", "1") == (energy["quantity"], fed_in["quantity"], standing["quantity"])
    assert ("0.3125", "24.90", "0.0811") == (energy["price"], standing["price"], fed_in["price"])


def test_a_line_without_a_price_shows_none_and_one_of_other_days_names_them() -> None:
    line = PaperLine("Share", D(1), "", None, D("5.00"), days=(date(2026, 10, 1), date(2026, 10, 15)))

    (row,) = line_groups(with_lines(line), ENGLISH)[0]["lines"]

    assert ("", "5.00") == (row["price"], row["amount"])
    assert "15 Oct" in row["note"]


def test_places_are_those_of_the_most_precise_quantity_of_each_unit() -> None:
    assert {"kWh": 2, "day": 0} == shared_places([("kWh", D("1.5")), ("kWh", D("1.25")), ("day", D(3))])


def test_net_taxes_and_total_are_money_and_a_label_with_its_rate_is_left_as_it_is() -> None:
    paper = make_paper()
    with_rate = replace(paper, taxes=(PaperTax("VAT 19 %", D(19), D("546.16"), D("103.77")),))

    assert ["€546.16", "€103.77"] == [row["value"] for row in totals(paper, ENGLISH)["rows"]]
    assert "€649.93" == totals(paper, ENGLISH)["value"]
    assert "USt 19" in totals(paper, ENGLISH)["rows"][1]["label"]
    assert 1 == totals(with_rate, ENGLISH)["rows"][1]["label"].count("19 %")


def test_a_total_in_the_seller_s_currency_stands_beside_a_foreign_one_only() -> None:
    abroad = make_paper(local_total=D("700.00"), local_currency="USD", local_rate=D("1.0770"))
    at_home = make_paper(local_total=D("649.93"), local_currency="EUR", local_rate=D(1))

    assert "US$700.00" in totals(abroad, ENGLISH)["local"]
    assert "" == totals(at_home, ENGLISH)["local"]


def test_what_credit_has_paid_is_taken_off_where_a_rest_is_left() -> None:
    assert ["-€600.00", "€49.93"] == [row["value"] for row in totals(make_paper(settled=D(600)), ENGLISH)["left"]]
    assert [] == totals(make_paper(settled=D("649.93")), ENGLISH)["left"]


def test_an_estimated_line_says_so_in_the_reader_s_language() -> None:
    line = PaperLine("Energy", D(310), "kWh", D("0.3"), D("93.00"), estimated=True)

    (row,) = line_groups(with_lines(line), localizer_for("de"))[0]["lines"]

    assert "Energy (geschätzt)" == row["label"]


def test_a_tax_that_is_not_charged_says_why() -> None:
    tax = PaperTax("Reverse charge", D(0), D("546.16"), D(0), "AE", "the recipient owes the tax")
    paper = make_paper(taxes=(tax,), tax=D(0), total=D("546.16"))

    assert "(the recipient owes the tax)" in str(totals(paper, ENGLISH)["rows"])


def _mixed(*lines: tuple[str, str, str]) -> InvoicePaper:
    """A bill of lines of (utility, meter, amount)."""
    return with_lines(*(replace(line(amount=amount), utility=utility, group=group) for utility, group, amount in lines))


def test_each_meter_has_its_sum_where_there_are_several_and_one_alone_has_none() -> None:
    several = _mixed(("electricity", "M1", "10.00"), ("electricity", "M1", "5.00"), ("electricity", "M2", "2.50"))

    assert [("M1", "15.00"), ("M2", "2.50")] == [(one["name"], one["sum"]) for one in line_groups(several, ENGLISH)]
    assert [""] == [one["sum"] for one in line_groups(_mixed(("electricity", "M1", "10.00")), ENGLISH)]


def test_meters_of_several_utilities_are_named_with_theirs_and_what_is_of_none_is_other() -> None:
    mixed = _mixed(("electricity", "M1", "10.00"), ("water", "M2", "2.50"), ("", "", "0.01"))

    assert ["Electricity · M1", "Water · M2", "Other"] == [one["name"] for one in line_groups(mixed, ENGLISH)]


def test_a_utility_with_several_meters_has_its_sum_above_the_net_amount() -> None:
    mixed = _mixed(
        ("electricity", "M1", "10.00"), ("electricity", "M2", "5.00"), ("water", "M3", "2.50"), ("", "", "0.01")
    )
    one_each = _mixed(("electricity", "M1", "10.00"), ("water", "M3", "2.50"))

    assert ["Electricity", "Water", "Other", "Net amount"] == [row["label"] for row in totals(mixed, ENGLISH)["rows"]]
    assert ["€15.00", "€2.50", "€0.01", "€17.51"] == [row["value"] for row in totals(mixed, ENGLISH)["rows"]]
    assert ["Net amount"] == [row["label"] for row in totals(one_each, ENGLISH)["rows"]]


def test_lines_of_our_own_are_called_in_the_reader_s_language_and_the_tariff_s_as_they_are() -> None:
    ours = (
        replace(line("Rounding"), charge="rounding"), replace(line("Late fee"), charge="fees"),
        replace(line("Interest on INV-7"), charge="interest"), replace(line("Rounding up"), charge="rounding"),
    )  # fmt: skip
    (group,) = line_groups(with_lines(*ours), localizer_for("de"))

    assert ["Rundung", "Mahngebühr", "Zinsen auf INV-7", "Rounding up"] == [one["label"] for one in group["lines"]]


@pytest.mark.parametrize(
    ("quantity", "unit", "factor", "note", "printed"),
    [
        ("132", "day", LineFactor(D("4.4"), "contracted_kw"), "30 days × 4.4 kW", "days × kW"),
        ("-132", "day", LineFactor(D("4.4"), "contracted_kw"), "-30 days × 4.4 kW", "days × kW"),
        ("62.5", "month", LineFactor(D("62.5"), "area_m2"), "1 month × 62.5 m²", "months × m²"),
        ("90", "day", LineFactor(D(3), "meters"), "30 days × 3", "days"),
        ("0", "day", LineFactor(D(0), "contracted_kw"), "", "days × kW"),
    ],
)
def test_an_amount_for_time_and_power_says_both(
    quantity: str, unit: str, factor: LineFactor, note: str, printed: str
) -> None:
    line = PaperLine("Capacity", D(quantity), unit, D("0.10"), D("13.20"), times=factor)

    (row,) = line_groups(with_lines(line), ENGLISH)[0]["lines"]

    assert (note, printed) == (row["note"], row["unit"])
