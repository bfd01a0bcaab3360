"""Drafts become issued invoices in the caller's transaction: number, rows, bookings, settlement, messages, audit."""

from collections.abc import Sequence
from datetime import date

from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.receivables.ledger import LedgerEntry, credit_note_lines, invoice_lines
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import post
from cloud_service.store.invoicing import invoice_rows
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.numbers.number_series import take_numbers
from cloud_service.store.receivables import settlement

DELIVERIES_A_JOB = 20


def issue_drafts(
    session: Session, drafts: Sequence[Draft], *, author: str, deliver: bool = True
) -> list[WrittenInvoice]:
    """Number, write, book, settle, queue and audit drafts. The accounts must be locked."""
    if not drafts:
        return []
    issued: list[WrittenInvoice] = []
    for (entity_id, kind, bill_date), group in _series(drafts).items():
        numbers = take_numbers(session, entity_id, kind, bill_date, len(group))
        issued += invoice_rows.write(session, group, numbers, author)
    account_ids = settlement.with_credit(session, [invoice.account_id for invoice in issued])
    paying = {*account_ids, *_credited(issued)}
    last_day = max(invoice.draft.bill_date for invoice in issued)
    positions = settlement.positions(session, sorted(paying), last_day) if paying else {}
    entries = [_entry(invoice, author) for invoice in issued]
    settlement.settle(session, positions.values(), last_day, author, along=entries)
    if deliver:
        _queue(session, issued)
    log.record(session, [_change(invoice, author) for invoice in issued])
    return issued


def _series(drafts: Sequence[Draft]) -> dict[tuple[int, str, date], list[Draft]]:
    groups: dict[tuple[int, str, date], list[Draft]] = {}
    for draft in drafts:
        groups.setdefault((draft.account.entity_id, draft.kind, draft.bill_date), []).append(draft)
    return groups


def _credited(issued: Sequence[WrittenInvoice]) -> set[int]:
    """Accounts to which one of the invoices brings credit."""
    return {invoice.account_id for invoice in issued if invoice.draft.total < 0}


def _entry(issued: WrittenInvoice, author: str) -> LedgerEntry:
    """A positive total is owed to us; a negative one (credit note, more fed in than used) is the client's credit."""
    draft = issued.draft
    return LedgerEntry(
        entity_id=draft.account.entity_id,
        kind=draft.kind,
        business_key=f"{draft.kind}:{issued.id}",
        day=draft.bill_date,
        currency=draft.account.currency,
        lines=invoice_lines(issued.account_id, issued.id, draft.net, draft.tax, draft.income)
        if draft.total > 0
        else credit_note_lines(issued.account_id, draft.net, draft.tax, draft.income),
        text=issued.number,
        author=author,
        facts={"invoice": issued.id},
    )


def _queue(session: Session, issued: Sequence[WrittenInvoice]) -> None:
    for kind in {invoice.draft.kind for invoice in issued}:
        of_kind = [invoice for invoice in issued if invoice.draft.kind == kind]
        ids = invoice_rows.queue_deliveries(session, of_kind, kind)
        post.queue(session, invoice_rows.by_post(of_kind))
        chunks = [ids[at : at + DELIVERIES_A_JOB] for at in range(0, len(ids), DELIVERIES_A_JOB)]
        job_queue.defer_all(session, "deliver", [{"deliveries": chunk} for chunk in chunks], queue="deliver")


def _change(issued: WrittenInvoice, author: str) -> log.AuditChange:
    draft = issued.draft
    after = {"number": issued.number, "total": format(draft.total, "f"), "currency": draft.account.currency}
    return log.AuditChange(author, f"{draft.kind}.issue", f"invoice:{issued.id}", {}, after, draft.reason)
