"""Invoices that go by post: printed together, then marked with the day on which they were handed in, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope

QUEUE = text("""
INSERT INTO postal_delivery (invoice_id) SELECT unnest(cast(:ids AS bigint[])) ON CONFLICT (invoice_id) DO NOTHING
""")
WAITING = text("""
SELECT i.id AS invoice_id, i.public_id, i.number, i.legal_entity_id AS entity_id, i.bill_date,
       i.buyer->>'name' AS name, coalesce(i.buyer->>'address', '') AS address, p.posted_on, p.posted_by
  FROM postal_delivery p
  JOIN invoice i ON i.id = p.invoice_id
 WHERE p.posted_on IS NULL
   AND (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities))
   AND (cast(:run AS uuid) IS NULL OR i.id IN (
        SELECT b.invoice_id FROM billing_item b JOIN billing_run r ON r.id = b.billing_run_id
         WHERE r.public_id = cast(:run AS uuid)))
 ORDER BY i.bill_date, i.number, i.id
 LIMIT :most
""")
CHOSEN = text("""
SELECT i.id AS invoice_id, i.public_id, i.number, i.legal_entity_id AS entity_id, i.bill_date,
       i.buyer->>'name' AS name, coalesce(i.buyer->>'address', '') AS address, p.posted_on, p.posted_by
  FROM unnest(cast(:ids AS bigint[])) WITH ORDINALITY AS chosen (id, place)
  JOIN invoice i ON i.id = chosen.id
  LEFT JOIN postal_delivery p ON p.invoice_id = i.id
 ORDER BY chosen.place
""")
POSTED = text("""
INSERT INTO postal_delivery (invoice_id, posted_on, posted_by)
SELECT unnest(cast(:ids AS bigint[])), :day, :author
    ON CONFLICT (invoice_id) DO UPDATE SET posted_on = :day, posted_by = :author
""")


@dataclass(frozen=True, slots=True)
class InvoiceToPost:
    """An invoice with whom it goes to; `posted_on` where it has been handed in already."""

    invoice_id: int
    public_id: UUID
    number: str
    entity_id: int
    bill_date: date
    name: str
    address: str
    posted_on: date | None
    posted_by: str | None


def queue(session: Session, invoice_ids: Sequence[int]) -> None:
    """Let invoices wait to be printed."""
    session.execute(QUEUE, {"ids": list(invoice_ids)})


def waiting(session: Session, scope: Scope, run: UUID | None = None, most: int = 100_000) -> list[InvoiceToPost]:
    """What is not posted yet, of all companies of the reader or of one billing run; the oldest first."""
    entities = None if scope.entities is None else list(scope.entities)
    rows = session.execute(WAITING, {"entities": entities, "run": run, "most": most}).mappings()
    return [InvoiceToPost(**row) for row in rows]


def chosen(session: Session, invoice_ids: Sequence[int]) -> list[InvoiceToPost]:
    """Those invoices, in that order."""
    return [InvoiceToPost(**row) for row in session.execute(CHOSEN, {"ids": list(invoice_ids)}).mappings()]


def mark_posted(session: Session, invoice_ids: Sequence[int], day: date, author: str) -> None:
    """They were handed in on that day."""
    session.execute(POSTED, {"ids": list(invoice_ids), "day": day, "author": author})
