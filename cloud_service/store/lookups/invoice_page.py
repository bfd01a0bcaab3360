"""Everything that the page of one bill shows: lines, what settled it, messages, documents, what corrects it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.basis import TakenOver
from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.store.customers.tables import Account, Client, LegalEntity
from cloud_service.store.delivery.tables import Document
from cloud_service.store.invoicing.issued_invoice import lines_of
from cloud_service.store.invoicing.tables import Invoice
from cloud_service.store.lists.invoices import in_scope, outstanding, received, state_of
from cloud_service.store.receivables.invoice_balance import invoice_balance
from cloud_service.store.scope import Scope
from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class InvoiceSettlement:
    """What settled a part of an invoice: a payment, a credit note, a write-off; negative where it was taken back."""

    day: date
    amount: Decimal
    automatic: bool
    created_at: datetime
    provider: str | None
    provider_ref: str | None
    author: str | None
    kind: str | None  # of the payment
    credit_note: str | None
    credit_note_public_id: UUID | None
    entry_kind: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class InvoiceEvent:
    """Something that happened to an invoice."""

    at: datetime
    what: str
    who: str | None
    detail: str | None
    amount: Decimal | None = None  # that was settled, in the currency of the invoice


@dataclass(frozen=True, slots=True)
class RelatedInvoice:
    """An invoice that corrects another, or is corrected by it."""

    public_id: UUID
    number: str
    kind: str
    total: Decimal
    currency: str
    bill_date: date
    is_later: bool  # it corrects the one whose page this is, or takes its place


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document of an invoice, without its bytes."""

    kind: str
    filename: str
    media_type: str
    sha256: bytes
    checks: Sequence[Mapping[str, Any]]  # of an e-invoice: the rules that took it
    created_at: datetime


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One bill with all around it; `history` is what happened, oldest first."""

    invoice: Invoice
    client: Client
    account: Account
    entity: LegalEntity
    lines: list[BilledLine]
    received: Decimal
    outstanding: Decimal
    state: str
    settlements: list[InvoiceSettlement]
    documents: list[DocumentLine]
    history: list[InvoiceEvent]
    related: list[RelatedInvoice]
    disputed: bool

    @property
    def taken_over(self) -> TakenOver | None:
        """What earlier books say of it; None where it is ours from the beginning."""
        earlier = self.invoice.basis.get("taken_over")
        return from_json(TakenOver, earlier) if earlier else None


SETTLED_BY = text(
    """
    SELECT l.day, l.amount, l.automatic, l.created_at, p.provider, p.provider_ref, p.author, p.kind,
           n.number AS credit_note, n.public_id AS credit_note_public_id, e.kind AS entry_kind, e.text
      FROM allocation l
      LEFT JOIN payment p ON p.id = l.payment_id
      LEFT JOIN invoice n ON n.id = l.credit_note_id
      LEFT JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE l.invoice_id = :invoice
     ORDER BY l.id
    """
)
HISTORY = text(
    """
    SELECT i.created_at AS at, CASE WHEN i.taken_over_on IS NULL THEN 'issued' ELSE 'taken over' END AS what,
           coalesce(nullif(i.issued_by, ''), 'billing run') AS who,
           i.reason AS detail, cast(NULL AS numeric) AS amount
      FROM invoice i WHERE i.id = :invoice
    UNION ALL
    SELECT coalesce(d.sent_at, d.created_at),
           CASE d.state WHEN 'waiting' THEN 'mail waits to be sent' ELSE 'mail ' || d.state END,
           d.recipient,
           CASE WHEN d.attempts > 1 THEN d.attempts || ' attempts. ' ELSE '' END || d.error, NULL
      FROM delivery d WHERE d.invoice_id = :invoice
    UNION ALL
    SELECT p.queued_at, CASE WHEN p.posted_on IS NULL THEN 'waits to be printed' ELSE 'posted' END,
           nullif(p.posted_by, ''), cast(p.posted_on AS text), NULL
      FROM postal_delivery p WHERE p.invoice_id = :invoice
    UNION ALL
    SELECT l.created_at, CASE WHEN l.amount > 0 THEN 'settled' ELSE 'taken back' END,
           coalesce(p.provider || ' ' || p.provider_ref, 'credit note ' || n.number, e.text, e.kind, ''),
           '', l.amount
      FROM allocation l LEFT JOIN payment p ON p.id = l.payment_id
      LEFT JOIN invoice n ON n.id = l.credit_note_id LEFT JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE l.invoice_id = :invoice
    UNION ALL
    SELECT s.created_at, 'reminded: ' || s.name, '', '', NULL FROM dunning_step s WHERE s.invoice_id = :invoice
    UNION ALL
    SELECT t.created_at, CASE WHEN t.closed_on IS NULL THEN 'disputed' ELSE 'dispute closed' END, t.author,
           t.reason || ' ' || t.outcome, NULL FROM dispute t WHERE t.invoice_id = :invoice
    UNION ALL
    SELECT a.at, a.action, a.actor, a.reason, NULL FROM audit a WHERE a.subject = 'invoice:' || cast(:invoice AS text)
       AND a.action NOT IN ('invoice.issue', 'invoice.post', 'invoice.take_over')
    ORDER BY 1
    """
)
RELATED = text(
    """
    SELECT public_id, number, kind, total, currency, bill_date, corrects_id IS NOT DISTINCT FROM :invoice AS is_later
      FROM invoice
     WHERE corrects_id = :invoice
        OR id = (SELECT corrects_id FROM invoice WHERE id = :invoice)
     ORDER BY id
    """
)

DISPUTED = text("SELECT EXISTS (SELECT 1 FROM dispute WHERE invoice_id = :invoice AND closed_on IS NULL)")


def invoice_page(session: Session, scope: Scope, public_id: UUID, today: date) -> InvoicePage:
    """The bill, or NotFoundError where it does not exist for this reader."""
    query = (
        select(
            Invoice, Client, Account, LegalEntity,
            received.label("received"), outstanding.label("outstanding"), state_of(today).label("state"),
        )
        .join(Account, Account.id == Invoice.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(LegalEntity, LegalEntity.id == Invoice.legal_entity_id)
        .join(invoice_balance, invoice_balance.c.invoice_id == Invoice.id)
        .where(Invoice.public_id == public_id, *in_scope(scope))
    )  # fmt: skip
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("there is no such bill")
    parameters = {"invoice": row.Invoice.id}
    return InvoicePage(
        invoice=row.Invoice,
        client=row.Client,
        account=row.Account,
        entity=row.LegalEntity,
        lines=lines_of(session, row.Invoice.id),
        received=row.received,
        outstanding=row.outstanding,
        state=row.state,
        settlements=[InvoiceSettlement(**each) for each in session.execute(SETTLED_BY, parameters).mappings()],
        documents=_documents(session, row.Invoice.id),
        history=[InvoiceEvent(**event) for event in session.execute(HISTORY, parameters).mappings()],
        related=[RelatedInvoice(**each) for each in session.execute(RELATED, parameters).mappings()],
        disputed=session.execute(DISPUTED, parameters).scalar_one(),
    )


def _documents(session: Session, invoice_id: int) -> list[DocumentLine]:
    columns = (
        Document.kind, Document.filename, Document.media_type, Document.sha256, Document.checks, Document.created_at,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Document.invoice_id == invoice_id).order_by(Document.id))
    return [DocumentLine(*row) for row in rows]


def document(session: Session, invoice_id: int, kind: str) -> Document:
    """The bytes of a bill's document, or NotFoundError."""
    stored = session.scalar(select(Document).where(Document.invoice_id == invoice_id, Document.kind == kind))
    if stored is None:
        raise NotFoundError("there is no such document")
    return stored
