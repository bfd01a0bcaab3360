"""The paper in the fields of the norm: types, days, sums, the tax in the seller's own currency."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import Role
from tests.cloud_service.documents.papers import reachable, taxed_paper


@pytest.mark.parametrize(
    ("role", "country", "kind", "code"),
    [
        ("whole", "DE", "einvoice_ubl", "380"),
        ("corrected", "DE", "einvoice_ubl", "384"),
        ("partial", "DE", "xrechnung_cii", "326"),
        ("advance", "DE", "einvoice_cii", "386"),
        ("advance", "DE", "xrechnung_ubl", "380"),
        ("corrected", "DE", "peppol_ubl", "384"),
        ("corrected", "AT", "peppol_ubl", "380"),
        ("advance", "AT", "peppol_ubl", "386"),
        ("advance", "DE", "peppol_ubl", "380"),
    ],
)
def test_the_type_is_one_that_the_kind_takes(role: Role, country: str, kind: str, code: str) -> None:
    paper = reachable(taxed_paper(role=role))

    assert code == fields(replace(paper, buyer=replace(paper.buyer, country=country)), KINDS[kind])["BT-3"]


def test_a_line_for_earlier_days_widens_the_days_of_the_bill() -> None:
    paper = taxed_paper()
    earlier = replace(paper.lines[0], days=(date(2026, 8, 1), date(2026, 8, 31)))
    terms = fields(replace(paper, lines=(earlier, *paper.lines[1:])))

    assert (date(2026, 8, 1), date(2026, 10, 31)) == (terms["BT-73"], terms["BT-74"])
    assert (date(2026, 8, 1), date(2026, 8, 31)) == tuple(terms["BG-25"][0][f"BT-{at}"] for at in (134, 135))


def test_the_tax_of_a_foreign_bill_is_said_in_the_seller_s_currency() -> None:
    terms = fields(taxed_paper(currency="USD", local_currency="EUR", local_rate=Decimal("0.9")))

    assert ("USD", "103.77", "EUR", "93.39") == tuple(terms[f"BT-{at}"] for at in (5, 110, 6, 111))
    assert "BT-6" not in fields(taxed_paper())


def test_what_credit_has_settled_is_paid_already() -> None:
    terms = fields(taxed_paper(settled=Decimal("100.000000")))

    assert ("649.93", "100.00", "549.93") == tuple(terms[f"BT-{at}"] for at in (112, 113, 115))
