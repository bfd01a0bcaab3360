"""What an e-invoice needs of the records it is made from: all that is missing, by name, with what to do."""

from collections.abc import Collection, Iterator

from cloud_service.documents.einvoice.kinds import EinvoiceKind
from cloud_service.documents.einvoice.parties import E_MAIL, electronic_address, is_vat_id
from cloud_service.documents.einvoice.vat import EXPORT, INSIDE_EUROPE, REVERSE_CHARGE, UNTAXED
from cloud_service.documents.paper import InvoicePaper, Party
from common.errors import InputError

SELLER_HINT = "Settings, the company, Change; or `energy-cloud entity edit`"
BUYER_HINT = "the client's page, Change; or `energy-cloud client edit`"
TO_THE_BUYER = (REVERSE_CHARGE, INSIDE_EUROPE)  # the buyer owes the tax: its VAT id says to whom


def check(paper: InvoicePaper, kind: EinvoiceKind, categories: Collection[str]) -> None:
    """Refuse a paper whose e-invoice the rules of its kind would not take."""
    seller = [*_country(paper.seller), *_seller_tax_ids(paper.seller, categories), *_german_seller(paper, kind)]
    buyer = [*_country(paper.buyer), *_buyer_tax_ids(paper, categories), *_german_buyer(paper, kind)]
    if kind.profile == "peppol":
        seller += _address_in_peppol(paper.seller)
        buyer += _address_in_peppol(paper.buyer)
    lacks = [f"the seller needs {', '.join(seller)}"] if seller else []
    lacks += [f"the buyer needs {', '.join(buyer)}"] if buyer else []
    if lacks:
        hints = [SELLER_HINT] if seller else []
        hints += [BUYER_HINT] if buyer else []
        raise InputError(
            f"an e-invoice ({kind.name}) cannot be made: {'; '.join(lacks)}",
            path=paper.number,
            hint=f"{'; '.join(hints)}; what is issued already keeps what it says: credit it and bill anew",
        )


def _country(party: Party) -> Iterator[str]:
    if not party.country:
        yield "a country"


def _seller_tax_ids(seller: Party, categories: Collection[str]) -> Iterator[str]:
    if {*TO_THE_BUYER, EXPORT} & {*categories} and not is_vat_id(seller.vat_id):
        yield "a VAT id that begins with its country"
    elif {*categories} - {UNTAXED} and not (seller.vat_id or seller.tax_number):
        yield "a VAT id or a tax number"
    elif not (seller.vat_id or seller.tax_number or seller.company_number):
        yield "a VAT id, a tax number or a number in the register of companies"


def _buyer_tax_ids(paper: InvoicePaper, categories: Collection[str]) -> Iterator[str]:
    if {*TO_THE_BUYER} & {*categories} and not is_vat_id(paper.buyer.vat_id):
        yield "a VAT id that begins with its country (it owes the tax)"
    if INSIDE_EUROPE in categories and paper.buyer.country == paper.seller.country:
        yield "a country other than the seller's (K is for deliveries to another country of the Union)"


def _is_german(paper: InvoicePaper, kind: EinvoiceKind) -> bool:
    """Whether Germany's own rules hold: in XRechnung, and in Peppol between Germans."""
    both = paper.seller.country == paper.buyer.country == "DE"
    return kind.profile == "xrechnung" or (kind.profile == "peppol" and both)


def _german_seller(paper: InvoicePaper, kind: EinvoiceKind) -> Iterator[str]:
    if not _is_german(paper, kind):
        return
    seller = paper.seller
    if not seller.email:
        yield "an e-mail address"
    if sum(character.isdigit() for character in seller.phone) < 3:  # noqa: PLR2004 - so says BR-DE-27
        yield "a telephone number"
    yield from _place(seller)


def _german_buyer(paper: InvoicePaper, kind: EinvoiceKind) -> Iterator[str]:
    if not _is_german(paper, kind):
        return
    if not electronic_address(paper.buyer)[1]:
        yield "an e-mail address or an electronic address"
    if not (paper.buyer.reference or paper.buyer.number):
        yield "a buyer reference (Leitweg-ID)"
    yield from _place(paper.buyer)


def _place(party: Party) -> Iterator[str]:
    if not party.postal.city:
        yield "a city in its address"
    if not party.postal.postcode:
        yield "a postcode in its address"


def _address_in_peppol(party: Party) -> Iterator[str]:
    scheme, address = electronic_address(party)
    if not address or scheme == E_MAIL:
        yield "an electronic address of Peppol, for example 0088:7300010000001"
