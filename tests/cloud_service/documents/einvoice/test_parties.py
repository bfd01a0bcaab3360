"""Seller and buyer in the fields of the norm: which number is which, where e-invoices are received."""

from dataclasses import replace
from typing import Any

import pytest

from cloud_service.documents.einvoice.parties import buyer, delivered_to, electronic_address, is_vat_id, seller
from cloud_service.domain.customers.postal_address import PostalAddress
from tests.cloud_service.documents.papers import taxed_paper


@pytest.mark.parametrize(
    "number", ["DE123456789", "ATU12345678", "EL123456789", "XI123456789", "CHE-123.456.789", "GB1"]
)
def test_a_number_that_begins_with_its_country_is_a_vat_id(number: str) -> None:
    assert is_vat_id(number)


@pytest.mark.parametrize("number", ["", "P051234567X", "27AAPFU0939F1ZV", "51824753556", "AAPFU0939F", "DE"])
def test_numbers_of_other_tax_offices_are_not(number: str) -> None:
    assert not is_vat_id(number)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"vat_id": "DE1"}, {"vat_identifier": "DE1"}),
        ({"vat_id": "P051234567X"}, {"tax_identifier": "P051234567X", "identifiers": {None: "P051234567X"}}),
        ({"vat_id": "", "tax_number": "22/8"}, {"tax_identifier": "22/8", "identifiers": {None: "22/8"}}),
        ({"vat_id": "DE1", "company_number": "HRB 7"}, {"vat_identifier": "DE1", "legal_identifier": "HRB 7"}),
        (
            {"vat_id": "NL1", "country": "NL", "company_number": "1234 5678"},
            {"vat_identifier": "NL1", "legal_identifier": "12345678", "legal_identifier_schemeid": "0106"},
        ),
    ],
)
def test_the_numbers_of_the_seller_have_their_fields(numbers: dict[str, Any], said: dict[str, Any]) -> None:
    paper = taxed_paper()
    terms = seller(replace(paper, seller=replace(paper.seller, **numbers)), untaxed=False)
    names = ("vat_identifier", "tax_identifier", "identifiers", "legal_identifier", "legal_identifier_schemeid")

    assert said == {name: terms[name] for name in names if name in terms}


def test_on_a_bill_without_any_tax_the_norm_wants_no_vat_id() -> None:
    paper = taxed_paper()
    paper = replace(paper, buyer=replace(paper.buyer, vat_id="DE999999999"))

    assert "vat_identifier" not in seller(paper, untaxed=True)
    assert {None: "DE123456789"} == seller(paper, untaxed=True)["identifiers"]
    assert "vat_identifier" not in buyer(paper, untaxed=True)
    assert "DE999999999" == buyer(paper, untaxed=False)["vat_identifier"]


@pytest.mark.parametrize(
    ("own", "mail", "said"),
    [("0088:1", "a@b.de", ("0088", "1")), ("", "a@b.de", ("EM", "a@b.de")), ("", "", ("", ""))],
)
def test_an_electronic_address_goes_before_the_e_mail(own: str, mail: str, said: tuple[str, str]) -> None:
    party = replace(taxed_paper().buyer, email=mail, electronic_address=own)

    assert said == electronic_address(party)


def test_an_address_is_written_in_the_parts_that_its_country_has() -> None:
    paper = taxed_paper()
    american = replace(paper.buyer, address=("1 Main St", "Springfield, IL 62704", "USA"), country="US")

    assert {
        "name": american.name, "country_code": "US", "addr_l1": "1 Main St", "postcode": "62704",
        "city": "Springfield", "country_subdivision": "IL",
    } == delivered_to(replace(paper, buyer=american))  # fmt: skip


def test_fields_that_were_entered_are_written_as_they_are() -> None:
    paper = taxed_paper()
    fields = PostalAddress("Haus 4\nAufgang 2\nKai 1", "20457", "Hamburg 3rd", "HH")
    terms = buyer(replace(paper, buyer=replace(paper.buyer, address=("Elsewhere",), entered=fields)), untaxed=False)

    names = ("addr_l1", "addr_l2", "addr_l3", "postcode", "city", "country_subdivision")
    assert ("Haus 4", "Aufgang 2", "Kai 1", "20457", "Hamburg 3rd", "HH") == tuple(terms[name] for name in names)


@pytest.mark.parametrize(
    ("country", "address", "said"),
    [
        ("PL", ("Prosta 1", "00-001 Warszawa"), ("Prosta 1", "00-001", "Warszawa", None)),
        ("GB", ("Road 1", "Leeds", "LS1 4AP"), ("Road 1", "LS1 4AP", "Leeds", None)),
        ("AE", ("P.O. Box 123", "Dubai", "United Arab Emirates"), ("P.O. Box 123", None, "Dubai", "Dubai")),
        ("US", ("Road 1", "Springfield, IL 62704"), ("Road 1", "62704", "Springfield", "IL")),
    ],
)
def test_an_address_of_any_country_has_its_parts(
    country: str, address: tuple[str, ...], said: tuple[str | None, ...]
) -> None:
    paper = taxed_paper()
    terms = buyer(replace(paper, buyer=replace(paper.buyer, country=country, address=address)), untaxed=False)

    assert said == tuple(terms.get(name) for name in ("addr_l1", "postcode", "city", "country_subdivision"))
