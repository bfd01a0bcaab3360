"""An e-invoice is read back to the cent, whoever wrote it and in whichever syntax; what is none is refused."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.documents.einvoice import hybrid_pdf
from cloud_service.documents.einvoice.kinds import KINDS, EinvoiceKind
from cloud_service.documents.einvoice.received import read
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.theme import Theme
from common.errors import InputError
from tests.cloud_service.documents.papers import reachable, taxed_paper

D = Decimal
FOREIGN = """<Invoice xmlns="urn:x" xmlns:a="urn:a"><a:ID>7</a:ID><a:IssueDate>2026-01-31</a:IssueDate>
<InvoiceTypeCode>380</InvoiceTypeCode><DocumentCurrencyCode>EUR</DocumentCurrencyCode>
<AccountingSupplierParty><Party><PartyLegalEntity><RegistrationName>S</RegistrationName></PartyLegalEntity></Party>
</AccountingSupplierParty><AccountingCustomerParty><Party><PartyLegalEntity><RegistrationName>B</RegistrationName>
</PartyLegalEntity></Party></AccountingCustomerParty><LegalMonetaryTotal><TaxExclusiveAmount>1</TaxExclusiveAmount>
<TaxInclusiveAmount>{}</TaxInclusiveAmount><PayableAmount>1.19</PayableAmount></LegalMonetaryTotal></Invoice>"""


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_was_written_is_read(kind: EinvoiceKind) -> None:
    paper = reachable(taxed_paper(settled=D("100.00")))
    received = read(render(paper, kind))

    assert ("RE-2026-004711", "380", date(2026, 11, 5)) == (received.number, received.type, received.issued_on)
    assert (paper.seller.name, paper.buyer.name, "EUR") == (received.seller, received.buyer, received.currency)
    assert (D("546.16"), D("103.77"), D("649.93"), D("549.93")) == (
        received.net, received.tax, received.total, received.due,
    )  # fmt: skip


def test_the_e_invoice_inside_a_pdf_is_read_too() -> None:
    pdf = hybrid_pdf.render(taxed_paper(), Theme(), render(taxed_paper()))

    assert ("cii", D("649.93")) == (read(pdf).syntax, read(pdf).total)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no xml", "it is no XML"),
        (b"<html/>", "it begins with html"),
        (b"<Invoice/>", "does not say its number"),
        (FOREIGN.format("NaN").encode(), "'NaN' is no amount"),
        (FOREIGN.format("1,19").encode(), "'1,19' is no amount"),
        (FOREIGN.format("1.19").replace("2026-01-31", "31.01.26").encode(), "is no day"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>', "does not say its"),
    ],
)
def test_what_is_no_e_invoice_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(body)


def test_one_of_another_program_is_read() -> None:
    assert D("0.19") == read(FOREIGN.format("1.19").encode()).tax
