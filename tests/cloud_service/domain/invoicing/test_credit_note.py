"""A credit note takes a whole invoice back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.credit_note import OriginalInvoice, reversal
from cloud_service.domain.pricing.priced_lines import TaxLine
from tests.cloud_service.domain.invoicing.builders import MARCH, make_account, make_billed_line

VAT = TaxLine(
    tax="vat", label="VAT", category="S", percent=Decimal(19), base=Decimal("30.00"),
    amount_unrounded=Decimal("5.7"), amount=Decimal("5.70"), path="taxes[0]", why="19 % of 30",
)  # fmt: skip


def original(**changes: Any) -> OriginalInvoice:
    """30.00 and 5.70 of VAT."""
    fields: dict[str, Any] = {
        "id": 91, "number": "INV-1", "kind": "invoice", "bill_date": date(2026, 4, 2), "net": Decimal("30.00"),
        "tax": Decimal("5.70"), "total": Decimal("35.70"), "energy": 100_000, "during": MARCH,
        "basis": InvoiceBasis(taxes=(VAT,)), "local_rate": Decimal("1.25"), "account": make_account(),
        "contracts": (21,), "lines": (make_billed_line(),), "credited": False, "open_since": date(2026, 4, 2),
    }  # fmt: skip
    return OriginalInvoice(**fields | changes)


def test_the_note_is_the_invoice_with_the_opposite_sign_and_bills_no_days() -> None:
    note = reversal(original(), date(2026, 4, 5), "wrong meter")

    assert ("credit_note", Decimal("-35.70"), -100_000, ()) == (note.kind, note.total, note.energy, note.spans)
    assert (date(2026, 4, 5), date(2026, 4, 5), Decimal("1.25")) == (note.bill_date, note.due_date, note.local_rate)
    assert (91, "INV-1", "wrong meter") == (note.corrects_id, note.basis.corrects, note.reason)
    assert note.net == sum(line.amount for line in note.lines)


def test_its_taxes_are_taken_back_too() -> None:
    (tax,) = reversal(original(), date(2026, 4, 5), "x").basis.taxes

    assert (Decimal("-30.00"), Decimal("-5.7"), Decimal("-5.70")) == (tax.base, tax.amount_unrounded, tax.amount)


@pytest.mark.parametrize(
    ("charges", "income"),
    [(["fees"], "fees"), (["interest"], "interest"), (["energy"], "revenue"), (["fees", "energy"], "revenue")],
)
def test_the_net_goes_back_to_the_ledger_account_it_was_booked_to(charges: list[str], income: str) -> None:
    invoice = original(lines=tuple(make_billed_line(charge=charge) for charge in charges))

    assert income == reversal(invoice, date(2026, 4, 5), "x").income
