"""Drafts become issued invoices in the caller's transaction: number, rows, bookings, settlement, messages, audit."""

from collections.abc import Sequence
from datetime import date

from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.receivables.ledger import LedgerEntry, credit_note_lines, invoice_lines
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import invoice_rows
from cloud_service.store.invoicing.invoice_rows import Issued
from cloud_service.store.invoicing.number_series import take
from cloud_service.store.receivables import settlement

DELIVERIES_A_JOB = 20


def issue_drafts(session: Session, drafts: Sequence[Draft], *, author: str, deliver: bool = True) -> list[Issued]:
    """Number, write, book, settle, queue and audit drafts. The accounts must be locked."""
    if not drafts:
        return []
    issued: list[Issued] = []
    for (entity_id, kind, bill_date), group in _series(drafts).items():
        numbers = take(session, entity_id, kind, bill_date, len(group))
        issued += invoice_rows.write(session, group, numbers, author)
    paying = {*settlement.with_credit(session, [one.account_id for one in issued]), *_credited(issued)}
    found = settlement.positions(session, sorted(paying)) if paying else {}
    entries = [_entry(one, author) for one in issued]
    settlement.settle(session, found.values(), max(one.draft.bill_date for one in issued), author, along=entries)
    if deliver:
        _queue(session, issued)
    log.record(session, [_change(one, author) for one in issued])
    return issued


def _series(drafts: Sequence[Draft]) -> dict[tuple[int, str, date], list[Draft]]:
    groups: dict[tuple[int, str, date], list[Draft]] = {}
    for one in drafts:
        groups.setdefault((one.account.entity_id, one.kind, one.bill_date), []).append(one)
    return groups


def _credited(issued: Sequence[Issued]) -> set[int]:
    """Accounts to which one of the invoices brings credit."""
    return {one.account_id for one in issued if one.draft.total < 0}


def _entry(issued: Issued, author: str) -> LedgerEntry:
    """A positive total is owed to us; a negative one (credit note, more fed in than used) is the client's credit."""
    one = issued.draft
    owed = one.total > 0
    return LedgerEntry(
        entity_id=one.account.entity_id,
        kind=one.kind,
        business_key=f"{one.kind}:{issued.id}",
        day=one.bill_date,
        currency=one.account.currency,
        lines=invoice_lines(issued.account_id, issued.id, one.net, one.tax, one.income)
        if owed
        else credit_note_lines(issued.account_id, one.net, one.tax, one.income),
        text=issued.number,
        author=author,
        facts={"invoice": issued.id},
    )


def _queue(session: Session, issued: Sequence[Issued]) -> None:
    for kind in {one.draft.kind for one in issued}:
        ids = invoice_rows.queue_deliveries(session, [one for one in issued if one.draft.kind == kind], kind)
        chunks = [ids[at : at + DELIVERIES_A_JOB] for at in range(0, len(ids), DELIVERIES_A_JOB)]
        job_queue.defer_all(session, "deliver", [{"deliveries": chunk} for chunk in chunks], queue="deliver")


def _change(issued: Issued, author: str) -> log.AuditChange:
    one = issued.draft
    after = {"number": issued.number, "total": format(one.total, "f"), "currency": one.account.currency}
    return log.AuditChange(author, f"{one.kind}.issue", f"invoice:{issued.id}", {}, after, one.reason)
