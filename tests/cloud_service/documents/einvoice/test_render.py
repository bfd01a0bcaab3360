"""The e-invoice says what the paper says, in the standard's fields; what the standard cannot say is refused."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from cloud_service.documents.einvoice.kinds import KINDS, EinvoiceKind
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import Bank, InvoicePaper, PaperLine, PaperTax
from common.errors import InputError
from tests.cloud_service.documents.papers import BUYER, reachable, taxed_paper, with_lines

D = Decimal
ABROAD = Bank("Lake", scheme="us", bank_code="021000021", account_number="123456789")


def credit() -> InvoicePaper:
    whole = taxed_paper()
    tax = whole.taxes[0]
    return replace(
        whole,
        kind="credit_note",
        number="CN-2026-00001",
        corrects=whole.number,
        reason="wrong reading",
        lines=tuple(replace(line, amount=-line.amount, quantity=-line.quantity) for line in whole.lines),
        net=-whole.net,
        tax=-whole.tax,
        total=-whole.total,
        taxes=(replace(tax, base=-tax.base, amount=-tax.amount),),
    )


def untaxed() -> InvoicePaper:
    lines = (PaperLine("Energy", D(100), "kWh", D("0.10"), D("10.00")), PaperLine("Fee", D(1), "", None, D("5.00")))
    return with_lines(*lines, buyer=taxed_paper().buyer)


def two_rates() -> InvoicePaper:
    lines = (
        PaperLine("Strom", D(100), "kWh", D("0.10"), D("10.00"), tax_category="S", tax_percent=D(19)),
        PaperLine("Wasser", D(3), "m³", D("2.00"), D("6.00"), tax_category="S", tax_percent=D(7)),
    )
    taxes = (PaperTax("USt", D(19), D("10.00"), D("1.90")), PaperTax("USt", D(7), D("6.00"), D("0.42")))
    return taxed_paper(lines=lines, taxes=taxes, net=D("16.00"), tax=D("2.32"), total=D("18.32"))


PAPERS: dict[str, Callable[[], InvoicePaper]] = {
    "invoice": taxed_paper,
    "credit note": credit,
    "settled in part": lambda: taxed_paper(settled=D("100.00")),
    "untaxed": untaxed,
    "two rates": two_rates,
    "without a bank": lambda: taxed_paper(bank=None),
    "bank abroad": lambda: taxed_paper(bank=ABROAD),
    "free lines": lambda: taxed_paper(bank=Bank("Lake", scheme="free", free_lines="Bank of Narnia\nAccount 7")),
}


def said(xml: bytes, name: str) -> list[str]:
    """The texts of all elements of that name."""
    root = etree.fromstring(xml)
    return [node.text for node in root.iter() if str(node.tag).rpartition("}")[2] == name]


@pytest.mark.parametrize(
    ("bank", "code", "account", "institution", "words"),
    [
        (ABROAD, "30", "123456789", "021000021", "Lake · Routing number (ABA) 021000021 · Account number 123456789"),
        (Bank("Lake", scheme="ke_paybill", bank_code="247247"), "30", "247247", None, "Lake · M-PESA paybill 247247"),
        (Bank("Lake", scheme="free", free_lines="Here"), "68", None, None, "Lake · Here"),
    ],
)
def test_an_account_of_any_country_is_said(
    bank: Bank, code: str, account: str | None, institution: str | None, words: str
) -> None:
    terms = fields(taxed_paper(bank=bank))

    assert (code, account, institution, words) == tuple(terms.get(f"BT-{at}") for at in (81, 84, 86, 82))


def test_an_account_of_no_iban_is_a_proprietary_id() -> None:
    xml = render(taxed_paper(bank=ABROAD))

    assert (["123456789"], []) == (said(xml, "ProprietaryID"), said(xml, "IBANID"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", PAPERS)
def test_every_kind_of_bill_is_valid_and_says_its_amounts(name: str, kind: EinvoiceKind) -> None:
    paper = reachable(PAPERS[name]())
    xml = render(paper, kind)  # checked against the schema on the way
    total, due = (("GrandTotalAmount", "DuePayableAmount"), ("TaxInclusiveAmount", "PayableAmount"))[
        kind.syntax == "ubl"
    ]

    assert [abs(paper.total)] == [D(text) for text in said(xml, total)]
    assert [abs(paper.total) - paper.settled] == [D(text) for text in said(xml, due)]
    assert xml == render(paper, kind)
    assert f">{kind.specification}<" in xml.decode()


def test_a_credit_note_has_positive_amounts_its_own_type_and_names_what_it_corrects() -> None:
    terms = fields(credit())

    assert ("381", "649.93", [{"BT-25": "RE-2026-004711"}]) == (terms["BT-3"], terms["BT-112"], terms["BG-3"])
    assert ["573.20", "24.90", "-51.94"] == [line["BT-131"] for line in terms["BG-25"]]


def test_prices_are_never_negative_and_give_the_amount_with_their_quantity() -> None:
    for line in fields(taxed_paper())["BG-25"]:
        product = D(line["BT-129"]) * D(line["BT-146"])
        assert D(line["BT-146"]) >= 0
        assert abs(product - D(line["BT-131"])) <= D("0.005")


def test_a_negative_price_becomes_a_negative_quantity() -> None:
    line = PaperLine("Feed-in", D(100), "kWh", D("-0.08"), D("-8.00"))
    invoice_line = fields(with_lines(line))["BG-25"][0]

    assert ("-100", "0.08", "-8.00") == (invoice_line["BT-129"], invoice_line["BT-146"], invoice_line["BT-131"])


def test_a_line_whose_amount_is_not_quantity_times_price_is_one_piece() -> None:
    line = PaperLine("Share of the lift", D(3), "kWh", D("1.00"), D("2.50"))
    invoice_line = fields(with_lines(line))["BG-25"][0]

    assert ("1", "C62", "2.5") == (invoice_line["BT-129"], invoice_line["BT-130"], invoice_line["BT-146"])


@pytest.mark.parametrize(("unit", "code"), [("kWh", "KWH"), ("kW", "KWT"), ("m³", "MTQ"), ("day", "DAY"), ("x", "C62")])
def test_units_are_those_of_the_united_nations(unit: str, code: str) -> None:
    line = PaperLine("Energy", D(10), unit, D(1), D("10.00"))

    assert code == fields(with_lines(line))["BG-25"][0]["BT-130"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"buyer": replace(BUYER, country="")}, "the buyer needs a country"),
        ({"taxes": ()}, "have no tax in the invoice"),
        ({"taxes": (PaperTax("USt", D(19), D("546.15"), D("103.77")),)}, "its lines sum to 546.16"),
        (
            {"taxes": (PaperTax("A", D(19), D("546.16"), D(50)), PaperTax("B", D(19), D("546.16"), D("53.77")))},
            "two taxes of one category|more than one",
        ),
        (
            {"taxes": (PaperTax("A", D(19), D("546.16"), D(50)), PaperTax("B", D(5), D("546.16"), D("53.77")))},
            "more than one",
        ),
        ({"net": D("546.17"), "tax": D("103.76")}, "the lines sum to 546.16"),
    ],
)
def test_what_the_norm_cannot_say_is_refused_by_name(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        render(taxed_paper(**changes))


def test_an_estimated_line_says_so_in_the_description_of_what_was_billed() -> None:
    lines = taxed_paper().lines
    estimated = replace(taxed_paper(), lines=(replace(lines[0], estimated=True), *lines[1:]))

    first, *others = fields(estimated)["BG-25"]

    assert "geschätzt" in first["BT-154"]
    assert not any("geschätzt" in line.get("BT-154", "") for line in others)


def test_the_rounding_to_the_coin_is_in_the_currency_of_the_bill() -> None:
    coin = PaperLine("Rounding", D(1), "", D("-0.02"), D("-0.02"), is_rounding=True)
    xml = render(
        with_lines(PaperLine("Fee", D(1), "", D("5.02"), D("5.02")), coin, currency="USD"), KINDS["einvoice_ubl"]
    )

    assert b'<cbc:PayableRoundingAmount currencyID="USD">-0.02<' in xml
    assert b'"EUR"' not in xml
