from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.web.payment_link import pay_address
from tests.cloud_service.web.conftest import Console


@dataclass
class BilledInvoice:
    """The part of a bill's page that decides whether it can be paid."""

    invoice: Any
    outstanding: Decimal


@dataclass
class InvoiceRow:
    kind: str
    public_id: str = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("kind", "outstanding", "payable"),
    [("invoice", "10.00", True), ("invoice", "0.00", False), ("credit_note", "10.00", False)],
)
def test_what_is_due_has_a_lasting_address_and_nothing_else(
    console: Console, kind: str, outstanding: str, payable: bool
) -> None:
    row = InvoiceRow(kind)
    with console.app.test_request_context():
        address = pay_address(BilledInvoice(row, Decimal(outstanding)))

    assert (f"http://localhost/pay/{row.public_id}" if payable else "") == address
