"""Writing issued invoices with all that belongs to them: lines, billed spans, waiting deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg.types.range import DateRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.content_hash import canonical_hash, frozen
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.store.database.bulk_rows import add_rows, copy_rows, json_value
from cloud_service.store.invoicing.billing_chain import note_dependencies
from common.errors import ConflictError
from common.period import Span

INVOICE = (
    "public_id", "kind", "legal_entity_id", "number", "account_id", "corrects_id", "reason", "bill_date",
    "due_date", "during", "currency", "net", "tax", "total", "local_currency", "local_rate", "energy", "volume",
    "prepaid", "seller", "buyer", "basis", "hash", "issued_by", "taken_over_on", "edition",
)  # fmt: skip
LINE = (
    "invoice_id", "position", "contract_id", "charge", "label", "quantity", "unit", "price", "amount_unrounded",
    "amount", "tax_category", "tax_rate", "during", "explanation",
)  # fmt: skip
TAKE_PENDING = text(
    "UPDATE pending_line SET invoice_id = :invoice WHERE id = ANY(:ids) AND invoice_id IS NULL RETURNING id"
)
ITEMS_ISSUED = text(
    """
    UPDATE billing_item b SET state = 'issued', invoice_id = done.invoice
      FROM unnest(cast(:items AS bigint[]), cast(:invoices AS bigint[])) done(item, invoice)
     WHERE b.id = done.item
    """
)
BILLED = text("UPDATE tariff_version SET billed = true WHERE NOT billed AND id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class WrittenInvoice:
    """An invoice as it was written."""

    id: int
    public_id: UUID
    number: str
    account_id: int
    draft: Draft


def write(session: Session, drafts: Sequence[Draft], numbers: Sequence[str], author: str) -> list[WrittenInvoice]:
    """Write drafts under their numbers: invoices, lines, spans; marks tariff versions, items and pending lines used."""
    public_ids = [uuid4() for _ in drafts]
    rows = [
        _invoice_row(public_id, number, draft, author)
        for public_id, number, draft in zip(public_ids, numbers, drafts, strict=True)
    ]
    ids = add_rows(session, "invoice", INVOICE, rows)
    issued = [
        WrittenInvoice(id_, public_id, number, draft.account.account_id, draft)
        for id_, public_id, number, draft in zip(ids, public_ids, numbers, drafts, strict=True)
    ]
    copy_rows(session, "invoice_line", LINE, (row for invoice in issued for row in _line_rows(invoice)))
    copy_rows(
        session,
        "invoice_span",
        ("invoice_id", "contract_id", "during"),
        ((invoice.id, contract, _days(span)) for invoice in issued for contract, span in invoice.draft.spans),
    )
    _mark_used(session, issued)
    return issued


def _invoice_row(public_id: UUID, number: str, draft: Draft, author: str) -> tuple[object, ...]:
    account, content = draft.account, frozen(draft, number)
    return (
        public_id, draft.kind, account.entity_id, number, account.account_id, draft.corrects_id,
        draft.reason, draft.bill_date, draft.due_date, _days(draft.during), account.currency, draft.net, draft.tax,
        draft.total, account.local_currency, draft.local_rate, draft.energy, draft.volume, account.prepaid,
        json_value(content["seller"]), json_value(content["buyer"]), json_value(content["basis"]),
        canonical_hash(content), author, draft.taken_over_on, draft.edition,
    )  # fmt: skip


def _line_rows(issued: WrittenInvoice) -> list[tuple[object, ...]]:
    return [
        (
            issued.id, position, line.contract_id, line.charge, line.label, line.quantity, line.unit,
            line.price, line.amount_unrounded, line.amount, line.tax_category, line.tax_rate,
            None if line.during is None else _days(line.during), json_value(to_json(line.explanation)),
        )
        for position, line in enumerate(issued.draft.lines, start=1)
    ]  # fmt: skip


def _days(span: Span) -> DateRange:
    return DateRange(span.start, span.end, "[)")


def _mark_used(session: Session, issued: Sequence[WrittenInvoice]) -> None:
    items = [(item, invoice.id) for invoice in issued for item in invoice.draft.item_ids]
    if items:
        session.execute(ITEMS_ISSUED, {"items": [i for i, _ in items], "invoices": [n for _, n in items]})
    _take_lines(session, issued)
    versions = {
        version
        for invoice in issued
        for billed in invoice.draft.basis.contracts
        for tariff in billed.contract.tariffs
        for version in tariff.versions
    }
    if versions:
        session.execute(BILLED, {"ids": sorted(versions)})


def _take_lines(session: Session, issued: Sequence[WrittenInvoice]) -> None:
    """Each waiting line is on one invoice only; what the invoices rest on is kept."""
    for invoice in issued:
        ids = list(invoice.draft.waiting_ids)
        if ids and len(session.execute(TAKE_PENDING, {"invoice": invoice.id, "ids": ids}).all()) != len(ids):
            raise ConflictError(f"a line that waited for {invoice.number} was taken up by another bill meanwhile")
    billed = [invoice.id for invoice in issued if invoice.draft.spans]
    note_dependencies(session, billed, [id_ for invoice in issued for id_ in invoice.draft.waiting_ids])


def queue_deliveries(session: Session, issued: Sequence[WrittenInvoice], kind: str) -> list[int]:
    """A waiting message for each invoice whose account takes e-mail; returns their ids."""
    by_mail = [
        invoice for invoice in issued if invoice.draft.account.delivery == "email" and invoice.draft.account.email
    ]
    return add_rows(
        session,
        "delivery",
        ("invoice_id", "account_id", "kind", "recipient", "message_id", "facts"),
        [
            (invoice.id, invoice.account_id, kind, invoice.draft.account.email, _message_id(kind, invoice),
             json_value({}))
            for invoice in by_mail
        ],
    )  # fmt: skip


def by_post(issued: Sequence[WrittenInvoice]) -> list[int]:
    """Those that go on paper: the account says so, or its client has no e-mail address."""
    return [
        invoice.id
        for invoice in issued
        if invoice.draft.account.delivery == "post"
        or (invoice.draft.account.delivery == "email" and not invoice.draft.account.email)
    ]


def _message_id(kind: str, issued: WrittenInvoice) -> str:
    domain = str(issued.draft.account.seller.email or "").rpartition("@")[2] or "localhost"
    return f"<{kind}-{issued.public_id}@{domain}>"
