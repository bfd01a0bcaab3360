"""Corrections: an issued invoice is never changed. A credit note takes it back, or the next bill has the difference.

Which invoices late readings touched is known without looking for it: a trigger notes billed days that change.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.rebill_difference import Changed, compare, tax_differences
from cloud_service.domain.receivables.ledger import LedgerEntry, credit_note_lines, invoice_lines, write_off_lines
from cloud_service.domain.receivables.payment_allocation import Allocation
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import corrections, invoice_rows, pending_lines
from cloud_service.store.invoicing.corrections import Original
from cloud_service.store.invoicing.invoice_rows import Issued
from cloud_service.store.invoicing.number_series import take
from cloud_service.store.receivables import settlement
from cloud_service.store.receivables.ledger import book, lock_accounts
from common.errors import ConflictError, InputError
from common.period import Span

Clock = Callable[[], datetime]


def credit(session: Session, invoice_id: int, *, reason: str, day: date, author: str, clock: Clock) -> Issued:
    """A credit note over the whole invoice. Its days can be billed again, money that paid it is the client's credit."""
    if not reason.strip():
        raise InputError("a correction needs a reason", path="reason")
    found = corrections.original(session, invoice_id)
    lock_accounts(session, [found.account_id])
    found = corrections.original(session, invoice_id)
    if found.kind != "invoice" or found.credited:
        raise ConflictError(f"{found.number} {'is credited already' if found.credited else 'is a credit note'}")
    day = max(day, found.bill_date)
    draft = _reversed(found, day, reason)
    numbers = take(session, found.party.entity_id, "credit_note", day)
    issued = invoice_rows.write(session, [draft], numbers, author)[0]
    corrections.free_spans(session, found.id)
    _settle(session, found, issued, day, author)
    ids = invoice_rows.queue_deliveries(session, [issued], "credit_note")
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
    corrections.mark_handled(session, found.id, f"credited by {issued.number}", clock())
    after = {"number": issued.number, "total": format(draft.total, "f"), "corrects": found.number}
    log.record(session, [log.AuditChange(author, "credit_note.issue", f"invoice:{issued.id}", {}, after, reason)])
    return issued


def _reversed(found: Original, day: date, reason: str) -> Draft:
    """The same lines with the opposite sign."""
    lines = tuple(
        line
        | {
            "quantity": -line["quantity"],
            "amount_unrounded": -line["amount_unrounded"],
            "amount": -line["amount"],
            "explanation": {"why": f"takes back: {line['explanation'].get('why', '')}", "corrects": found.number},
        }
        for line in found.lines
    )
    taxes = [
        tax | {name: _opposite(tax[name]) for name in ("base", "amount", "amount_unrounded")}
        for tax in found.basis.get("taxes", ())
    ]
    return Draft(
        kind="credit_note",
        party=found.party,
        spans=(),
        during=found.during,
        bill_date=day,
        due_date=day,
        lines=lines,
        net=-found.net,
        tax=-found.tax,
        energy=-found.energy,
        basis={"contracts": [], "taxes": taxes, "corrects": found.number},
        local_rate=found.local_rate,
        corrects_id=found.id,
        reason=reason,
        income=found.income,
    )


def _opposite(text: str) -> str:
    return format(-Decimal(text), "f")


def _entry(issued: Issued, author: str) -> LedgerEntry:
    draft = issued.draft
    party = draft.party
    lines = (
        credit_note_lines(party.account_id, draft.net, draft.tax, draft.income)
        if draft.total <= 0
        else invoice_lines(party.account_id, issued.id, draft.net, draft.tax, draft.income)
    )
    return LedgerEntry(
        party.entity_id, "credit_note", f"credit_note:{issued.id}", draft.bill_date, party.currency, lines,
        text=issued.number, author=author, facts={"invoice": issued.id, "corrects": draft.corrects_id},
    )  # fmt: skip


def _settle(session: Session, found: Original, issued: Issued, day: date, author: str) -> None:
    """Money goes back to its sources; the credit note settles its own invoice; the rest is the client's credit."""
    _take_write_off_back(session, found, issued, day, author)
    back = corrections.taken_back(session, found.id, day)
    before = settlement.positions(session, [found.account_id]).get(found.account_id)
    opened = sum((one.left for one in before.open if one.id == found.id), Decimal(0)) if before else Decimal(0)
    left = opened - sum(part.amount for part in back)
    own = (
        [Allocation("credit_note", issued.id, found.id, left, max(day, found.since), automatic=False)]
        if left > 0
        else []
    )
    settlement.write_allocations(session, [(found.party, [*back, *own])], author, along=[_entry(issued, author)])
    settlement.settle(session, settlement.positions(session, [found.account_id]).values(), day, author)


def _take_write_off_back(session: Session, found: Original, issued: Issued, day: date, author: str) -> None:
    """What was given up as lost is not owed any more; nobody paid it, so it is not the client's credit."""
    lost = corrections.written_off(session, found.id)
    if lost:
        amount, last = lost
        entry = LedgerEntry(
            found.party.entity_id, "write_off", f"write_off:{found.id}:credited", max(day, last), found.party.currency,
            write_off_lines(found.account_id, found.id, -amount), text=issued.number, author=author,
            facts={"invoice": found.id},
        )  # fmt: skip
        settlement.write_off_allocation(session, found.id, book(session, [entry])[0], -amount, entry.day)


def difference(before: Sequence[dict[str, Any]], rated: Sequence[dict[str, Any]]) -> list[Changed]:
    """What a new rating of the same contracts and days would change, line by line."""
    return compare(before, [line for item in rated for line in item["lines"]])


def bill_difference(
    session: Session, invoice_id: int, rated: Sequence[dict[str, Any]], *, reason: str, author: str, clock: Clock
) -> list[Changed]:
    """Keep the difference between an invoice and a new rating of its days as lines for the contract's next invoice."""
    if not reason.strip():
        raise InputError("a correction needs a reason", path="reason")
    found = corrections.original(session, invoice_id)
    lock_accounts(session, [found.account_id])
    if found.credited or not found.contracts:
        raise ConflictError(f"{found.number} is credited already")
    if sorted(item["contract"]["id"] for item in rated) != sorted(found.contracts):
        raise ConflictError(f"the new rating is not of the contracts of {found.number}")
    billed = [*found.lines, *pending_lines.earlier_differences(session, found.id)]
    changed = difference(billed, rated)
    why = f"{reason}: " + "; ".join(one.why for one in changed)
    rows = _difference_rows(found, rated, billed, why, clock())
    pending_lines.add(session, rows, reason=reason, author=author)
    corrections.mark_handled(session, found.id, f"difference on the next bill: {reason}", clock())
    log.note(
        session, author, "invoice.difference", f"invoice:{found.id}", reason=reason,
        changes=[one.why for one in changed],
    )  # fmt: skip
    return changed


def _difference_rows(
    found: Original, rated: Sequence[dict[str, Any]], billed: Sequence[dict[str, Any]], why: str, now: datetime
) -> list[tuple[int, str, Span, str, Decimal, dict[str, Any]]]:
    """A line for each VAT rate whose net changed, on the invoice's first contract; the first lists the changes."""
    taxes = [*found.basis.get("taxes", ()), *(tax for item in rated for tax in item["taxes"])]
    before = [(line["tax_category"], str(line["tax_rate"]), Decimal(line["amount"])) for line in billed]
    after = [(*line["vat"], Decimal(line["amount"])) for item in rated for line in item["lines"]]
    changes = [one.as_line() for one in difference(billed, rated)]
    lines = []
    for tax, base in tax_differences(before, after, taxes):
        amount = format(base, "f")
        line = {
            "charge": "difference", "id": "difference", "label": f"Difference to {found.number}", "utility": "",
            "quantity": "1", "unit": "", "price": amount, "amount_unrounded": amount, "amount": amount,
            "start": found.during.start.isoformat(), "end": found.during.end.isoformat(), "path": "", "why": why,
            "tax_category": tax["name"] if tax else "", "tax": tax, "corrects": found.id, "changes": changes,
            "vat": [tax["category"], tax["percent"]] if tax else ["O", "0"],
        }  # fmt: skip
        key = f"difference:{found.id}:{now.isoformat()}:{line['tax_category']}"
        lines.append((found.contracts[0], key, found.during, found.party.currency, base, line))
        changes = []
    return lines
