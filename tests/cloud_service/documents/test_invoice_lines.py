"""The lines of an invoice and their sums as finished texts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cloud_service.documents.invoice_lines import line_groups, shared_places, totals
from cloud_service.documents.paper import PaperLine, PaperTax
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper, with_lines

D = Decimal
ENGLISH = localizer_for("en_GB")


def test_lines_stand_below_their_meter() -> None:
    groups = line_groups(make_paper(), ENGLISH)

    assert [("Zähler 1EMH0010234567", 2), ("Zähler 1EMH0010234568", 1)] == [
        (group["name"], len(group["lines"])) for group in groups
    ]


def test_equal_units_and_all_prices_share_their_count_of_places() -> None:
    energy, standing, fed_in = (line for group in line_groups(make_paper(), ENGLISH) for line in group["lines"])

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
