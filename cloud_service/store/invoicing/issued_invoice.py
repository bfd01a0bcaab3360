"""One issued invoice with all that was frozen with it, and what settled it; the proof that it was not changed."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.invoice import canonical_hash, stored_facts
from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line and its explanation."""

    position: int
    contract_id: int | None
    charge: str
    label: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount_unrounded: Decimal
    amount: Decimal
    tax_category: str
    tax_rate: Decimal
    start: date | None
    end: date | None
    explanation: dict[str, Any]

    @property
    def why(self) -> str:
        """The line in words: rule, source, arithmetic, tariff version."""
        return str(self.explanation.get("why", ""))


@dataclass(frozen=True, slots=True)
class Settled:
    """An allocation: what paid how much of the bill and when."""

    day: date
    amount: Decimal
    by: str
    payment_id: int | None
    credit_note_id: int | None


@dataclass(frozen=True, slots=True)
class WholeBill:
    """Everything of an invoice beyond its row in the list."""

    start: date
    end: date
    net: Decimal
    tax: Decimal
    reason: str
    corrects: str | None
    corrected_by: list[str]
    seller: dict[str, Any]
    buyer: dict[str, Any]
    basis: dict[str, Any]
    hash: str
    unchanged: bool
    issued_by: str
    lines: list[BillLine]
    taxes: list[dict[str, Any]]
    settled: list[Settled]


INVOICE = text(
    "SELECT i.*, lower(i.during) AS start, upper(i.during) AS end,"
    " (SELECT number FROM invoice WHERE id = i.corrects_id) AS corrects,"
    " array(SELECT number FROM invoice n WHERE n.corrects_id = i.id ORDER BY n.id) AS corrected_by"
    " FROM invoice i WHERE i.id = :id"
)
LINES = text(
    "SELECT position, contract_id, charge, label, quantity, unit, price, amount_unrounded, amount, tax_category,"
    " tax_rate, lower(during) AS start, upper(during) AS end, explanation FROM invoice_line"
    " WHERE invoice_id = :id ORDER BY position"
)
SETTLED = text(
    "SELECT l.day, l.amount, l.payment_id, l.credit_note_id, CASE WHEN p.id IS NOT NULL"
    "    THEN p.provider || ' ' || p.provider_ref WHEN n.id IS NOT NULL THEN 'credit note ' || n.number"
    "    ELSE e.kind END AS by"
    "  FROM allocation l JOIN ledger_entry e ON e.id = l.ledger_entry_id LEFT JOIN payment p ON p.id = l.payment_id"
    "  LEFT JOIN invoice n ON n.id = l.credit_note_id WHERE l.invoice_id = :id ORDER BY l.id"
)


def whole_bill(session: Session, invoice_id: int) -> WholeBill:
    """An invoice as it was issued; `unchanged` says whether its content still has the hash of that moment."""
    row = session.execute(INVOICE, {"id": invoice_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no invoice {invoice_id}")
    lines = [BillLine(**line) for line in session.execute(LINES, {"id": invoice_id}).mappings()]
    settled = [Settled(**one) for one in session.execute(SETTLED, {"id": invoice_id}).mappings()]
    facts = stored_facts(dict(row), [asdict(line) for line in lines])
    return WholeBill(
        start=row["start"],
        end=row["end"],
        net=row["net"],
        tax=row["tax"],
        reason=row["reason"],
        corrects=row["corrects"],
        corrected_by=list(row["corrected_by"]),
        seller=row["seller"],
        buyer=row["buyer"],
        basis=row["basis"],
        hash=bytes(row["hash"]).hex(),
        unchanged=canonical_hash(facts) == bytes(row["hash"]),
        issued_by=row["issued_by"],
        lines=lines,
        taxes=row["basis"].get("taxes", []),
        settled=settled,
    )
