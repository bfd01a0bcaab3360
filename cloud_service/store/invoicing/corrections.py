"""What corrections need of issued invoices: their rows as drafts again, the days that changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller
from cloud_service.domain.invoicing.credit_note import OriginalInvoice
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.receivables.payment_allocation import Allocation
from cloud_service.store.invoicing.billed_usage import hashes
from cloud_service.store.invoicing.issued_invoice import lines_of
from common.errors import NotFoundError
from common.period import Span


@dataclass(frozen=True, slots=True)
class TouchedInvoice:
    """An issued invoice whose readings changed after it was issued."""

    invoice_id: int
    public_id: UUID
    number: str
    tenant: str
    bill_date: date
    days: int
    first: date
    last: date
    change: int  # thousandths of the unit, all registers together
    since: datetime


ORIGINAL = text(
    """
    SELECT i.id, i.number, i.kind, i.account_id, i.bill_date, i.net, i.tax, i.total, i.energy, i.volume,
           lower(i.during) AS start, upper(i.during) AS end, i.basis, i.local_rate, i.currency, i.local_currency,
           i.prepaid, i.seller, i.buyer, i.legal_entity_id, a.delivery, a.payment_terms_days, c.email, e.timezone,
           EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id AND n.kind = 'credit_note') AS credited,
           b.open_since
      FROM invoice i
      JOIN invoice_balance b ON b.invoice_id = i.id
      JOIN account a ON a.id = i.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = i.legal_entity_id
     WHERE i.id = :id
    """
)
CONTRACTS = text("SELECT contract_id FROM invoice_span WHERE invoice_id = :id AND NOT credited ORDER BY contract_id")
FREE_SPANS = text("UPDATE invoice_span SET credited = true WHERE invoice_id = :id AND NOT credited")
FREE_ADVANCE = text("UPDATE advance_bill SET credited = true WHERE invoice_id = :id AND NOT credited")
ALLOCATED = text(
    """
    SELECT payment_id, credit_note_id, sum(amount) AS amount, max(day) AS last
      FROM allocation
     WHERE invoice_id = :id AND num_nonnulls(payment_id, credit_note_id) = 1
     GROUP BY payment_id, credit_note_id
    HAVING sum(amount) > 0
    """
)
WRITTEN_OFF = text(
    """
    SELECT b.written_off AS amount, max(x.day) AS last
      FROM invoice_balance b
      JOIN allocation x ON x.invoice_id = b.invoice_id AND num_nonnulls(x.payment_id, x.credit_note_id) = 0
     WHERE b.invoice_id = :id AND b.written_off > 0
     GROUP BY b.written_off
    """
)
TOUCHED = text(
    """
    SELECT i.id AS invoice_id, i.public_id, i.number, i.buyer->>'name' AS tenant, i.bill_date,
           count(DISTINCT l.day) AS days, min(l.day) AS first, max(l.day) AS last,
           sum(l.after - coalesce(l.before, 0)) AS change, min(l.created_at) AS since
      FROM late_day l
      JOIN invoice i ON i.id = l.invoice_id
     WHERE l.handled_at IS NULL AND (cast(:entity AS bigint) IS NULL OR i.legal_entity_id = :entity)
     GROUP BY i.id
     ORDER BY min(l.created_at), i.id
     LIMIT :limit
    """
)
HANDLED = text("UPDATE late_day SET handled_at = :at, outcome = :outcome WHERE invoice_id = :id AND handled_at IS NULL")
REOPEN = text(
    """
    UPDATE late_day SET handled_at = NULL, outcome = ''
     WHERE invoice_id = :id AND outcome = :outcome
       AND NOT EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = :id AND n.kind = 'credit_note')
    """
)
READ = text(
    """
    SELECT i.id, (source->>'register_id')::bigint AS register_id, (billed->>'start')::date AS start,
           (billed->>'end')::date AS end, (billed->>'rated_at')::timestamptz AS rated_at,
           source->>'sha256' AS sha256
      FROM invoice i
     CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') billed
     CROSS JOIN LATERAL jsonb_array_elements(billed->'sources') source
     WHERE i.created_at >= :since AND i.kind = 'invoice' AND source ? 'sha256'
       AND NOT EXISTS (SELECT 1 FROM late_day l WHERE l.invoice_id = i.id)
    """
)
ADD_LATE = text(
    """
    INSERT INTO late_day (invoice_id, register_id, day, after)
    SELECT :invoice, register_id, day, total
      FROM interval_day
     WHERE register_id = :register AND day >= :start AND day < :end
       AND made_at > cast(:rated_at AS timestamptz) - interval '2 minutes'
    """
)
# A day counts as made when its transaction began, so look a little further back than the rating's own time.
MADE_SINCE = text(
    """
    SELECT DISTINCT w.owner, w.register
      FROM unnest(cast(:owners AS bigint[]), cast(:registers AS bigint[]), cast(:starts AS date[]),
                  cast(:ends AS date[]), cast(:rated AS timestamptz[])) w(owner, register, start, until, at)
      JOIN interval_day d ON d.register_id = w.register AND d.day >= w.start AND d.day < w.until
       AND d.made_at > w.at - interval '2 minutes'
    """
)


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """What a rating (of a billing item, or an invoice) read of one register."""

    owner_id: int
    register_id: int
    span: Span
    rated_at: datetime
    sha256: str


def original(session: Session, invoice_id: int) -> OriginalInvoice:
    """The invoice with its lines."""
    row = session.execute(ORIGINAL, {"id": invoice_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no invoice {invoice_id}")
    account = BillingAccount(
        account_id=row.account_id, entity_id=row.legal_entity_id, currency=row.currency,
        terms_days=row.payment_terms_days, delivery=row.delivery, email=row.email, prepaid=row.prepaid,
        local_currency=row.local_currency, timezone=row.timezone, per_contract=False,
        seller=from_json(Seller, row.seller), buyer=from_json(Buyer, row.buyer),
    )  # fmt: skip
    return OriginalInvoice(
        id=row.id, number=row.number, kind=row.kind, bill_date=row.bill_date, net=row.net, tax=row.tax,
        total=row.total, energy=row.energy, volume=row.volume, during=Span(row.start, row.end),
        basis=from_json(InvoiceBasis, row.basis), local_rate=row.local_rate, account=account,
        contracts=tuple(span.contract_id for span in session.execute(CONTRACTS, {"id": invoice_id})),
        lines=tuple(lines_of(session, invoice_id)), credited=row.credited, open_since=row.open_since,
    )  # fmt: skip


def free_spans(session: Session, invoice_id: int) -> None:
    """The invoice's days may be billed again; of one in advance, its period."""
    session.execute(FREE_SPANS, {"id": invoice_id})
    session.execute(FREE_ADVANCE, {"id": invoice_id})


def taken_back(session: Session, invoice_id: int, day: date) -> list[Allocation]:
    """Parts that give all money allocated to the invoice back to its sources, none before it had come."""
    return [
        Allocation(
            "payment" if row.payment_id else "credit_note", row.payment_id or row.credit_note_id, invoice_id,
            -row.amount, max(day, row.last), automatic=False,
        )
        for row in session.execute(ALLOCATED, {"id": invoice_id})
    ]  # fmt: skip


def written_off(session: Session, invoice_id: int) -> tuple[Decimal, date] | None:
    """What of the invoice was given up as lost, and on which day last; None if nothing was."""
    row = session.execute(WRITTEN_OFF, {"id": invoice_id}).one_or_none()
    return (row.amount, row.last) if row else None


def touched(session: Session, entity_id: int | None = None, limit: int = 1000) -> list[TouchedInvoice]:
    """Issued invoices whose readings changed since, the longest waiting first."""
    rows = session.execute(TOUCHED, {"entity": entity_id, "limit": limit}).mappings()
    return [TouchedInvoice(**(dict(row) | {"change": int(row["change"])})) for row in rows]


def mark_handled(session: Session, invoice_id: int, outcome: str, at: datetime) -> None:
    """The changed days of an invoice are dealt with."""
    session.execute(HANDLED, {"id": invoice_id, "outcome": outcome, "at": at})


def reopen(session: Session, invoice_id: int, outcome: str) -> None:
    """What dealt with changed days of an invoice was taken back: they wait again."""
    session.execute(REOPEN, {"id": invoice_id, "outcome": outcome})


def changed_reads(session: Session, reads: Sequence[RegisterRead]) -> list[RegisterRead]:
    """Those of the reads whose days are not the same any more."""
    if not reads:
        return []
    values = {
        "owners": [read.owner_id for read in reads],
        "registers": [read.register_id for read in reads],
        "starts": [read.span.start for read in reads],
        "ends": [read.span.end for read in reads],
        "rated": [read.rated_at for read in reads],
    }
    touched_since = {(row.owner, row.register) for row in session.execute(MADE_SINCE, values)}
    doubtful = [read for read in reads if (read.owner_id, read.register_id) in touched_since]
    changed = []
    for span in {read.span for read in doubtful}:
        of_span = [read for read in doubtful if read.span == span]
        now = hashes(session, [read.register_id for read in of_span], span)
        changed += [read for read in of_span if now.get(read.register_id, "") != read.sha256]
    return changed


def note_changed_while_issuing(session: Session, since: datetime) -> int:
    """Look again at what was issued since: readings that changed between its rating and its commit count as late."""
    rows = session.execute(READ, {"since": since})
    reads = [RegisterRead(row.id, row.register_id, Span(row.start, row.end), row.rated_at, row.sha256) for row in rows]
    changed = changed_reads(session, reads)
    for read in changed:
        values = {"invoice": read.owner_id, "register": read.register_id, "rated_at": read.rated_at}
        session.execute(ADD_LATE, values | {"start": read.span.start, "end": read.span.end})
    return len(changed)
