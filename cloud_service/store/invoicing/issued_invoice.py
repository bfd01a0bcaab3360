"""One issued invoice with all that was frozen with it, and what settled it; the proof that it was not changed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import BilledLine, LineExplanation
from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.invoicing.content_hash import canonical_hash, hashed_content
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.pricing.record_json import from_json
from common.errors import NotFoundError
from common.period import Span


@dataclass(frozen=True, slots=True)
class Settlement:
    """An allocation: what paid how much of the invoice and when."""

    day: date
    amount: Decimal
    by: str
    payment_id: int | None
    credit_note_id: int | None


@dataclass(frozen=True, slots=True)
class InvoiceWithProof:
    """An issued invoice, what became of it, and whether it is still what was issued."""

    invoice: IssuedInvoice
    corrected_by: list[str]
    hash: str  # SHA-256 of the moment of issue, hexadecimal
    unchanged: bool  # its content still has that hash
    settlements: list[Settlement]


INVOICE = text(
    """
    SELECT i.*, lower(i.during) AS start, upper(i.during) AS end,
           coalesce((SELECT number FROM invoice WHERE id = i.corrects_id), '') AS corrects, b.settled
      FROM invoice i
      JOIN LATERAL invoice_balance_at(coalesce(i.taken_over_on, i.bill_date)) b ON b.invoice_id = i.id
     WHERE i.id = :id
    """
)
CORRECTED_BY = text("SELECT number FROM invoice WHERE corrects_id = :id ORDER BY id")
LINES = text(
    """
    SELECT contract_id, charge, label, quantity, unit, price, amount_unrounded, amount, tax_category, tax_rate,
           lower(during) AS start, upper(during) AS end, explanation
      FROM invoice_line
     WHERE invoice_id = :id
     ORDER BY position
    """
)
SETTLED = text(
    """
    SELECT l.day, l.amount, l.payment_id, l.credit_note_id,
           CASE WHEN p.id IS NOT NULL THEN p.provider || ' ' || p.provider_ref
                WHEN n.id IS NOT NULL THEN 'credit note ' || n.number
                ELSE e.kind END AS by
      FROM allocation l
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
      LEFT JOIN payment p ON p.id = l.payment_id
      LEFT JOIN invoice n ON n.id = l.credit_note_id
     WHERE l.invoice_id = :id
     ORDER BY l.id
    """
)


def issued_invoice(session: Session, invoice_id: int) -> IssuedInvoice:
    """An invoice as it was issued; NotFoundError for an unknown id."""
    return _invoice(_row(session, invoice_id), lines_of(session, invoice_id))


def invoice_with_proof(session: Session, invoice_id: int) -> InvoiceWithProof:
    """The same, with what settled and corrected it, and whether its content still has the hash of its issue."""
    row, lines = _row(session, invoice_id), lines_of(session, invoice_id)
    return InvoiceWithProof(
        invoice=_invoice(row, lines),
        corrected_by=list(session.execute(CORRECTED_BY, {"id": invoice_id}).scalars()),
        hash=bytes(row["hash"]).hex(),
        unchanged=canonical_hash(hashed_content({**row}, lines)) == bytes(row["hash"]),
        settlements=[Settlement(**columns) for columns in session.execute(SETTLED, {"id": invoice_id}).mappings()],
    )


def _row(session: Session, invoice_id: int) -> RowMapping:
    row = session.execute(INVOICE, {"id": invoice_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no invoice {invoice_id}")
    return row


def _invoice(row: RowMapping, lines: list[BilledLine]) -> IssuedInvoice:
    columns = {name: row[name] for name in IssuedInvoice.__struct_fields__ if name in row}
    columns |= {
        "during": Span(row["start"], row["end"]),
        "seller": from_json(Seller, row["seller"]),
        "buyer": from_json(Buyer, row["buyer"]),
        "basis": from_json(InvoiceBasis, row["basis"]),
        "lines": tuple(lines),
    }
    return IssuedInvoice(**columns)


def lines_of(session: Session, invoice_id: int) -> list[BilledLine]:
    """The lines of an invoice in their order."""
    return [_line(row) for row in session.execute(LINES, {"id": invoice_id}).mappings()]


def _line(row: RowMapping) -> BilledLine:
    columns = {**row}
    start, end = columns.pop("start"), columns.pop("end")
    columns["during"] = None if start is None else Span(start, end)
    columns["explanation"] = from_json(LineExplanation, row["explanation"])
    return BilledLine(**columns)
