"""What must not leave without its e-invoice is held against the rules before it has a number."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.documents.einvoice.before_issue import EinvoiceCheck
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from tests.books.world import build
from tests.cloud_service.till import Till


@pytest.mark.parametrize(
    ("einvoice", "vat_id", "takes"), [("", "", True), ("factur-x", "DE123456789", True), ("factur-x", "", False)]
)
def test_a_bill_that_left_could_be_an_e_invoice_or_not(
    session: Session, einvoice: str, vat_id: str, takes: bool
) -> None:
    till = Till(build(session, tenants=1))
    session.execute(text("UPDATE client SET kind = 'company'"))
    session.execute(text("UPDATE legal_entity SET vat_id = :vat_id"), {"vat_id": vat_id})
    issued = till.bill("100.00")
    check = EinvoiceCheck(lambda _entity: {"einvoice": einvoice} if einvoice else {}, lambda: (), lambda _id: "")

    assert takes == check.takes(issued_invoice(session, issued.id))
