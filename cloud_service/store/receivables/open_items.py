"""What bank lines are matched against: every open invoice, with the names that payers write."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.remittance_matching import OpenInvoice
from cloud_service.store.scope import Scope

OPEN = text(
    "SELECT i.number, i.account_id, a.number AS account, c.number AS client, i.currency,"
    "       i.total - coalesce(s.settled, 0) AS rest FROM invoice i"
    "  JOIN account a ON a.id = i.account_id JOIN client c ON c.id = a.client_id"
    "  LEFT JOIN (SELECT invoice_id, sum(amount) AS settled FROM allocation GROUP BY invoice_id) s"
    "    ON s.invoice_id = i.id"
    " WHERE i.kind = 'invoice' AND i.total > coalesce(s.settled, 0)"
    "   AND (cast(:entity AS bigint) IS NULL OR i.legal_entity_id = :entity)"
    "   AND (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities)) ORDER BY i.due_date, i.id"
)
ENTITY = text(
    "SELECT legal_entity_id FROM bank_account WHERE replace(upper(iban), ' ', '') = :iban ORDER BY id LIMIT 1"
)
KNOWN = text("SELECT provider_ref FROM payment WHERE provider = 'bank' AND provider_ref = ANY(:refs)")


def open_invoices(session: Session, entity_id: int | None, scope: Scope) -> list[OpenInvoice]:
    """All that is open, of one legal entity or of all that the reader may know of; the one due first first."""
    entities = None if scope.entities is None else list(scope.entities)
    return [
        OpenInvoice(row.number, row.account_id, row.account, row.client, row.currency, Decimal(row.rest))
        for row in session.execute(OPEN, {"entity": entity_id, "entities": entities})
    ]


def entity_of(session: Session, iban: str) -> int | None:
    """Whose bank account that is."""
    found: int | None = session.execute(ENTITY, {"iban": iban.replace(" ", "").upper()}).scalar_one_or_none()
    return found


def booked(session: Session, references: list[str]) -> set[str]:
    """Those of the bank's references that are payments already."""
    return set(session.execute(KNOWN, {"refs": references}).scalars())
