"""An issued invoice is read and never changed."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.store.invoicing.tables import Invoice
from tests.cloud_service.domain.invoicing.builders import MARCH, make_billed_line


def make_issued_invoice() -> IssuedInvoice:
    """30.00 net without taxes."""
    return IssuedInvoice(
        id=1, public_id=UUID(int=1), kind="invoice", number="INV-1", legal_entity_id=3, account_id=7,
        bill_date=date(2026, 4, 2), due_date=date(2026, 4, 16), during=MARCH, currency="EUR", net=Decimal("30.00"),
        tax=Decimal(0), total=Decimal("30.00"), local_currency="EUR", local_rate=Decimal(1), energy=100_000,
        prepaid=False, seller=Seller(), buyer=Buyer(), basis=InvoiceBasis(), lines=(make_billed_line(),),
        settled=Decimal(0), corrects="", reason="", issued_by="clerk",
    )  # fmt: skip


def test_nothing_of_it_can_be_set() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        make_issued_invoice().total = Decimal("31.00")  # type: ignore[misc] # that is the promise


def test_its_fields_are_columns_of_the_table_but_for_what_is_read_beside_them() -> None:
    columns = {column.name for column in Invoice.__table__.columns}

    assert {"lines", "settled", "corrects"} == set(IssuedInvoice.__struct_fields__) - columns
