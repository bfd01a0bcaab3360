"""The invoice as finished texts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cloud_service.documents.from_invoice import paper_of
from cloud_service.documents.invoice_view import invoice_view, title
from cloud_service.documents.paper import InvoicePaper, SupplyPoint, UtilityUse
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import localizer_for
from cloud_service.flow.collect.incoming import pay
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from tests.cloud_service.documents.einvoice.stored_bills import BILL_DATE, CASES, advance, bill, operator, tariff
from tests.cloud_service.documents.papers import SELLER, line, make_paper, with_lines

D = Decimal


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"utility": "electricity"}, "Electricity invoice"),
        ({"utility": "something new"}, "Utility invoice"),
        ({"kind": "credit_note"}, "Credit note"),
    ],
)
def test_the_title_names_what_is_billed(changes: dict[str, str], expected: str) -> None:
    assert expected == title(make_paper(**changes), localizer_for("en_GB"))


def test_the_first_card_is_what_is_due_and_the_second_what_was_used() -> None:
    due, used = invoice_view(make_paper(locale="en_GB"), Theme())["summary"]

    assert "€649.93" == due["value"]
    assert "1,834.25 kWh" == used["value"]
    assert "59.2 kWh" in used["note"]  # a day of 31


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"settled": D("649.93")}, "summary.paid_by_credit"),
        ({"net": D(0), "tax": D(0), "total": D(0)}, "summary.nothing_due"),
        ({"net": D(-5), "tax": D(0), "total": D(-5)}, "summary.credit"),
    ],
)
def test_an_invoice_that_asks_for_nothing_says_why_and_how_to_pay_is_not_there(
    changes: dict[str, Decimal], label: str
) -> None:
    view = invoice_view(make_paper(locale="en_GB", **changes), Theme())

    assert localizer_for("en_GB").label(label) == view["summary"][0]["label"]
    assert view["pay"] is None


def test_the_box_beside_the_address_has_the_numbers_that_people_ask_for() -> None:
    values = [row["value"] for row in invoice_view(make_paper(locale="en_GB"), Theme())["meta"]]

    assert ["RE-2026-004711", "5 Nov 2026", "19 Nov 2026", "K-100482", "ET-2026-0771"] == values[:5]


def test_a_credit_note_names_the_invoice_and_the_reason() -> None:
    view = invoice_view(make_paper(kind="credit_note", corrects="RE-1", reason="wrong meter"), Theme())

    assert "RE-1" in [row["value"] for row in view["meta"]]
    assert "wrong meter" == view["notes"][0]


def test_blocks_without_content_or_hidden_by_the_theme_are_not_there() -> None:
    hidden = invoice_view(make_paper(), Theme(hidden_blocks=frozenset({"summary", "chart", "readings", "notes"})))
    empty = invoice_view(make_paper(uses=(), readings=()), Theme())

    assert (None, None, None, []) == (hidden["summary"], hidden["chart"], hidden["readings"], hidden["notes"])
    assert (None, None, None) == (empty["chart"], empty["readings"], empty["annex"])


def _credit(**changes: Any) -> dict[str, Any]:
    """The view of a bill that comes to 20.00 in the client's favour."""
    paper = with_lines(line(amount="-20.00"), locale="en_GB", **changes)
    return invoice_view(paper, Theme())


def test_a_bill_in_the_client_s_favour_says_what_becomes_of_the_credit() -> None:
    view = _credit()

    assert [
        "The credit of €20.00 stays on your account and pays your next invoices. We pay it out if you ask us to."
    ] == (view["notes"])
    assert "stays on your account" == view["summary"][0]["note"]


def test_a_final_bill_says_so_and_that_its_credit_is_paid_out() -> None:
    view = _credit(ended_on=date(2026, 10, 31))

    assert "Electricity invoice: final bill" == view["title"]
    assert [
        "We pay the credit of €20.00 out to you. Please tell us the bank account for it.",
        "This is the final bill: your supply ended on 31 Oct 2026.",
    ] == view["notes"]
    assert "" == view["summary"][0]["note"]


def test_supply_points_are_called_as_in_the_seller_s_country_and_by_name_where_there_are_several() -> None:
    power, water = SupplyPoint("Flat 1", "51238696781"), SupplyPoint("Flat 1 water", "W-1", "water")

    def named(*points: SupplyPoint, country: str = "DE") -> list[tuple[str, str]]:
        paper = make_paper(locale="en_GB", supply_points=points, seller=replace(SELLER, country=country))
        meta = invoice_view(paper, Theme())["meta"]
        return [(row["label"], row["value"]) for row in meta if row["value"] in ("51238696781", "W-1")]

    assert [("MaLo-ID", "51238696781")] == named(power)
    assert [("MPAN", "51238696781")] == named(power, country="GB")
    assert [("Supply point", "51238696781")] == named(power, country="KE")
    assert [("MaLo-ID (Flat 1)", "51238696781"), ("Supply point (Flat 1 water)", "W-1")] == named(power, water)


def test_the_use_stands_in_its_unit_and_several_a_line_each() -> None:
    water = UtilityUse("water", "m3", Decimal("81.500"))
    power = UtilityUse("electricity", "kWh", Decimal(298))

    def card(*uses: UtilityUse) -> dict[str, str]:
        summary = invoice_view(make_paper(locale="en_GB", uses=uses), Theme())["summary"]
        return dict(summary[1])

    assert ("81.5 m³", "Consumption") == (card(water)["value"], card(water)["label"])
    assert "2.6 m³" in card(water)["note"]
    assert "Electricity 298 kWh\nWater 81.5 m³" == card(power, water)["note"]


def test_a_bill_in_advance_is_called_so_and_says_what_becomes_of_it(session: Session) -> None:
    view = invoice_view(stored(session, "advance"), Theme())

    assert "Advance bill October 2026" == view["heading"]
    assert [("Advance payment", "16.89")] == [
        (line["label"], line["amount"]) for group in view["groups"] for line in group["lines"]
    ]
    assert ["This amount is taken off again by the bill for these days."] == view["notes"]
    assert view["advances"] is None


def test_a_settlement_shows_each_bill_in_advance_with_its_tax_and_its_sums_hold(session: Session) -> None:
    paper = stored(session, "settlement")
    view = invoice_view(paper, Theme())
    (row,) = view["advances"]["rows"]

    # 20.10 with 19 % in it: a net of 16.89 and 3.21; nothing was paid
    assert ["16.89", "3.21", "20.10", "0.00"] == row[2:]
    assert ["", "", "16.89", "3.21", "20.10", "0.00"] == view["advances"]["sums"]
    assert [False, True] == [group["advances"] for group in view["groups"]]
    net = [row["value"] for row in view["totals"]["rows"]]
    assert [f"€{paper.net + D('16.89'):.2f}", "-€16.89", f"€{paper.net:.2f}"] == net[:3]


def test_what_was_paid_of_an_advance_is_what_had_come_by_then(session: Session) -> None:
    world = operator(session, tariff())
    advance(world)
    pay(session, world.accounts[0], Decimal("5.00"), provider="bank", reference="P", day=BILL_DATE, author="t")
    paper = paper_of(issued_invoice(session, bill(world).id))

    assert [Decimal(5)] == [each.paid for each in paper.advances]


def stored(session: Session, name: str) -> InvoicePaper:
    case = CASES[name]
    return paper_of(issued_invoice(session, case.make(operator(session, case.tariff)).id))
