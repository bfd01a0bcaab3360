"""What an e-invoice lacks is said by name, with what to do, before any rule is asked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import InvoicePaper, PaperLine
from common.errors import InputError
from tests.cloud_service.documents.papers import reachable, taxed_paper, with_lines

D = Decimal


def in_category(category: str) -> InvoicePaper:
    line = PaperLine("Energy", D(100), "kWh", D("0.10"), D("10.00"), tax_category=category)
    return with_lines(line, buyer=replace(taxed_paper().buyer, vat_id="FR40303265045", country="FR"))


@pytest.mark.parametrize(
    ("paper", "kind", "seller", "buyer", "said"),
    [
        (taxed_paper(), "einvoice_cii", {"country": ""}, {}, "the seller needs a country"),
        (taxed_paper(), "einvoice_cii", {}, {"country": ""}, "the buyer needs a country"),
        (taxed_paper(), "einvoice_ubl", {"vat_id": ""}, {}, "the seller needs a VAT id or a tax number"),
        (in_category("AE"), "einvoice_cii", {}, {"vat_id": ""}, r"the buyer needs a VAT id .*owes the tax"),
        (in_category("AE"), "einvoice_cii", {"vat_id": "P051234567X"}, {}, "the seller needs a VAT id that begins"),
        (in_category("K"), "einvoice_cii", {}, {"country": "DE"}, "the buyer needs a country other than the seller's"),
        (in_category("G"), "einvoice_cii", {"vat_id": ""}, {}, "the seller needs a VAT id that begins"),
        (in_category("O"), "einvoice_cii", {"vat_id": ""}, {}, "a number in the register of companies"),
        (taxed_paper(), "xrechnung_ubl", {"phone": "none"}, {}, "the seller needs a telephone number"),
        (taxed_paper(), "xrechnung_ubl", {"email": ""}, {}, "the seller needs an e-mail address"),
        (taxed_paper(), "xrechnung_cii", {"address": ("Here",)}, {}, "the seller needs a city in its address, a postc"),
        (taxed_paper(), "xrechnung_cii", {}, {"email": ""}, "the buyer needs an e-mail address or an electronic"),
        (taxed_paper(), "xrechnung_cii", {}, {"reference": "", "number": ""}, "the buyer needs a buyer reference"),
        (taxed_paper(), "peppol_ubl", {}, {}, "the seller needs an electronic address of Peppol"),
        (reachable(taxed_paper()), "peppol_ubl", {}, {"electronic_address": "EM:a@example.org"}, "the buyer needs an"),
        (reachable(taxed_paper()), "peppol_ubl", {"phone": ""}, {}, "the seller needs a telephone number"),
    ],
)
def test_what_is_missing_is_named(
    paper: InvoicePaper, kind: str, seller: dict[str, Any], buyer: dict[str, Any], said: str
) -> None:
    fields(replace(paper, seller=reachable(paper).seller, buyer=reachable(paper).buyer), KINDS[kind])
    lacking = replace(paper, seller=replace(paper.seller, **seller), buyer=replace(paper.buyer, **buyer))

    with pytest.raises(InputError, match=said):
        fields(lacking, KINDS[kind])


def test_all_that_is_missing_is_said_at_once_with_what_to_do() -> None:
    paper = taxed_paper()
    paper = replace(paper, seller=replace(paper.seller, vat_id=""), buyer=replace(paper.buyer, country=""))

    with pytest.raises(InputError, match=r"seller needs .*; the buyer needs .*entity edit.*client edit"):
        fields(paper)


def test_between_other_countries_peppol_asks_for_nothing_german() -> None:
    paper = reachable(taxed_paper())

    assert fields(replace(paper, seller=replace(paper.seller, phone="", country="NL")), KINDS["peppol_ubl"])
