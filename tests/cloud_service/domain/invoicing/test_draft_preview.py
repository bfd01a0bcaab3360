"""A draft that is looked at before it has a number says what the invoice is going to say."""

from sqlalchemy.orm import Session

from cloud_service.documents.from_invoice import paper_of
from cloud_service.domain.invoicing.draft_preview import as_issued
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from tests.cloud_service.documents.einvoice.stored_bills import bill, operator, tariff


def test_a_draft_says_what_its_invoice_says(session: Session) -> None:
    issued = bill(operator(session, tariff()))
    before, after = paper_of(as_issued(issued.draft)), paper_of(issued_invoice(session, issued.id))

    assert "A1" == before.number
    assert (before.lines, before.total, before.buyer, before.seller) == (
        after.lines, after.total, after.buyer, after.seller,
    )  # fmt: skip
