"""Writing issued invoices with all that belongs to them: lines, billed spans, waiting deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg.types.range import DateRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.invoice import Draft, content_hash
from cloud_service.store.database.bulk_rows import add_rows, copy_rows, json_value
from common.period import Span

INVOICE = (
    "public_id", "kind", "legal_entity_id", "number", "account_id", "corrects_id", "reason", "bill_date",
    "due_date", "during", "currency", "net", "tax", "total", "local_currency", "local_rate", "energy", "prepaid",
    "seller", "buyer", "basis", "hash", "issued_by",
)  # fmt: skip
LINE = (
    "invoice_id", "position", "contract_id", "charge", "label", "quantity", "unit", "price", "amount_unrounded",
    "amount", "tax_category", "tax_rate", "during", "explanation",
)  # fmt: skip
TAKE_PENDING = text("UPDATE pending_line SET invoice_id = :invoice WHERE id = ANY(:ids) AND invoice_id IS NULL")
ITEMS_ISSUED = text(
    "UPDATE billing_item b SET state = 'issued', invoice_id = done.invoice"
    "  FROM unnest(cast(:items AS bigint[]), cast(:invoices AS bigint[])) done(item, invoice) WHERE b.id = done.item"
)
BILLED = text("UPDATE tariff_version SET billed = true WHERE NOT billed AND id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice as it was written."""

    id: int
    public_id: UUID
    number: str
    account_id: int
    draft: Draft


def write(session: Session, drafts: Sequence[Draft], numbers: Sequence[str], author: str) -> list[Issued]:
    """Write drafts under their numbers: invoices, lines, spans; marks tariff versions, items and pending lines used."""
    names = [uuid4() for _ in drafts]
    rows = [_invoice_row(*one, author) for one in zip(names, numbers, drafts, strict=True)]
    ids = add_rows(session, "invoice", INVOICE, rows)
    issued = [
        Issued(id_, name, number, one.party.account_id, one)
        for id_, name, number, one in zip(ids, names, numbers, drafts, strict=True)
    ]
    copy_rows(session, "invoice_line", LINE, (row for one in issued for row in _line_rows(one)))
    copy_rows(
        session,
        "invoice_span",
        ("invoice_id", "contract_id", "during"),
        ((one.id, contract, _days(span)) for one in issued for contract, span in one.draft.spans),
    )
    _mark_used(session, issued)
    return issued


def _invoice_row(public_id: UUID, number: str, one: Draft, author: str) -> tuple[object, ...]:
    party = one.party
    return (
        public_id, one.kind, party.entity_id, number, party.account_id, one.corrects_id,
        one.reason, one.bill_date, one.due_date, _days(one.during), party.currency, one.net, one.tax, one.total,
        party.local_currency, one.local_rate, one.energy, party.prepaid, json_value(party.seller),
        json_value(party.buyer), json_value(one.basis), content_hash(one, number), author,
    )  # fmt: skip


def _line_rows(issued: Issued) -> list[tuple[object, ...]]:
    return [
        (
            issued.id, position, row["contract_id"], row["charge"], row["label"], row["quantity"], row["unit"],
            row["price"], row["amount_unrounded"], row["amount"], row["tax_category"], row["tax_rate"],
            _days(row["during"]), json_value(row["explanation"]),
        )
        for position, row in enumerate(issued.draft.lines, start=1)
    ]  # fmt: skip


def _days(span: Span) -> DateRange:
    return DateRange(span.start, span.end, "[)")


def _mark_used(session: Session, issued: Sequence[Issued]) -> None:
    items = [(item, one.id) for one in issued for item in one.draft.items]
    if items:
        session.execute(ITEMS_ISSUED, {"items": [i for i, _ in items], "invoices": [n for _, n in items]})
    for one in issued:
        if one.draft.pending:
            session.execute(TAKE_PENDING, {"invoice": one.id, "ids": list(one.draft.pending)})
    versions = {
        version
        for one in issued
        for contract in one.draft.basis.get("contracts", ())
        for tariff in contract["contract"]["tariffs"]
        for version in tariff["versions"]
    }
    if versions:
        session.execute(BILLED, {"ids": sorted(versions)})


def queue_deliveries(session: Session, issued: Sequence[Issued], kind: str) -> list[int]:
    """A waiting message for each invoice whose account takes e-mail; returns their ids."""
    wanted = [one for one in issued if one.draft.party.delivery == "email" and one.draft.party.email]
    return add_rows(
        session,
        "delivery",
        ("invoice_id", "account_id", "kind", "recipient", "message_id", "facts"),
        [
            (one.id, one.account_id, kind, one.draft.party.email, _message_id(kind, one), json_value({}))
            for one in wanted
        ],
    )


def _message_id(kind: str, issued: Issued) -> str:
    domain = str(issued.draft.party.seller.get("email", "")).rpartition("@")[2] or "localhost"
    return f"<{kind}-{issued.public_id}@{domain}>"
