"""Corrections: an issued invoice is never changed. A credit note takes it back, or the next bill has the difference.

Which invoices late readings touched is known without looking for it: a trigger notes billed days that change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import msgspec
from msgspec import UNSET

from cloud_service.documents.einvoice.before_issue import EinvoiceCheck
from cloud_service.domain.invoicing.basis import TAKEN_UP
from cloud_service.domain.invoicing.credit_note import OriginalInvoice, reversal
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.pending_lines import WaitingLine, WaitingTax
from cloud_service.domain.invoicing.rebill_difference import (
    ChangedLine,
    ComparedLine,
    LineChange,
    compare,
    of_invoice,
    of_rating,
    tax_differences,
)
from cloud_service.domain.pricing.history_fingerprint import fingerprint
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, VatRate
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.domain.receivables.ledger import LedgerEntry, credit_note_lines, invoice_lines, write_off_lines
from cloud_service.domain.receivables.payment_allocation import Allocation
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import einvoice_rules, outgoing, post
from cloud_service.store.invoicing import billing_chain, corrections, invoice_rows, pending_lines
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from cloud_service.store.invoicing.numbers.number_series import take_numbers
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.receivables import settlement
from cloud_service.store.receivables.invoice_balance import balance_of
from cloud_service.store.receivables.ledger import book, lock_accounts
from common.errors import ConflictError, InputError

Clock = Callable[[], datetime]


def credit(session: Session, invoice_id: int, *, reason: str, day: date, author: str, clock: Clock) -> WrittenInvoice:
    """A credit note over the whole invoice. Its days can be billed again, money that paid it is the client's credit."""
    invoice = _lock(session, invoice_id, reason)
    if invoice.kind != "invoice" or invoice.credited:
        raise ConflictError(f"{invoice.number} {'is credited already' if invoice.credited else 'is a credit note'}")
    day = max(day, invoice.bill_date)
    draft = reversal(invoice, day, reason)
    _check_einvoice(session, draft, invoice.id)
    numbers = take_numbers(session, invoice.account.entity_id, "credit_note", day)
    issued = invoice_rows.write(session, [draft], numbers, author)[0]
    corrections.free_spans(session, invoice.id)
    pending_lines.take_back(session, invoice.id)
    back = [_taken_back(each, issued.number) for each in pending_lines.billed_differences(session, invoice.id)]
    pending_lines.add(session, back, reason=reason, author=author)
    _settle(session, invoice, issued, day, author)
    ids = invoice_rows.queue_deliveries(session, [issued], "credit_note")
    post.queue(session, invoice_rows.by_post([issued]))
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
    corrections.mark_handled(session, invoice.id, f"credited by {issued.number}", clock())
    after = {"number": issued.number, "total": format(draft.total, "f"), "corrects": invoice.number}
    log.record(session, [log.AuditChange(author, "credit_note.issue", f"invoice:{issued.id}", {}, after, reason)])
    return issued


def _check_einvoice(session: Session, draft: Draft, invoice_id: int) -> None:
    """Refuse a credit note whose e-invoice the rules do not take, unless the bill itself left without one.

    What a bill says is frozen: one that was issued before its client wanted e-invoices must still be credited.
    """
    rules = (partial(einvoice_rules.in_use, session), partial(einvoice_rules.stylesheet, session))
    einvoices = EinvoiceCheck(partial(outgoing.theme, session), *rules)
    try:
        einvoices.check([draft])
    except InputError:
        if einvoices.takes(issued_invoice(session, invoice_id)):
            raise


def _taken_back(billed: NewLine, note: str) -> NewLine:
    """A difference that a later invoice billed, with the opposite sign: what it corrected is credited as a whole."""
    line = billed.line
    opposite = msgspec.structs.replace(
        line, label=f"{line.label}, taken back", price=None if line.price is None else -line.price, amount=-line.amount,
        amount_unrounded=-line.amount_unrounded, why=f"credited by {note}", corrects=UNSET, changes=UNSET,
        tax_amount=UNSET if line.tax_amount is UNSET else -line.tax_amount, advance=UNSET,
    )  # fmt: skip
    return NewLine(billed.contract_id, f"{billed.business_key}:{note}", billed.currency, opposite)


def _lock(session: Session, invoice_id: int, reason: str) -> OriginalInvoice:
    """The invoice as it is once its account is locked; without a reason nothing is corrected."""
    if not reason.strip():
        raise InputError("a correction needs a reason", path="reason")
    invoice = corrections.original(session, invoice_id)
    if invoice.basis.taken_over is not UNSET:
        raise ConflictError(f"{invoice.number} is of the books before ours", hint="take it back, or write it off")
    lock_accounts(session, [invoice.account.account_id])
    return corrections.original(session, invoice_id)


def _entry(issued: WrittenInvoice, author: str) -> LedgerEntry:
    draft = issued.draft
    account = draft.account
    lines = (
        credit_note_lines(account.account_id, draft.net, draft.tax, draft.income)
        if draft.total <= 0
        else invoice_lines(account.account_id, issued.id, draft.net, draft.tax, draft.income)
    )
    return LedgerEntry(
        account.entity_id, "credit_note", f"credit_note:{issued.id}", draft.bill_date, account.currency, lines,
        text=issued.number, author=author, facts={"invoice": issued.id, "corrects": draft.corrects_id},
    )  # fmt: skip


def _settle(session: Session, invoice: OriginalInvoice, issued: WrittenInvoice, day: date, author: str) -> None:
    """Money goes back to its sources; the credit note settles its own invoice; the rest is the client's credit."""
    account_id = invoice.account.account_id
    _take_write_off_back(session, invoice, issued, day, author)
    back = corrections.taken_back(session, invoice.id, day)
    left = balance_of(session, invoice.id).outstanding - sum(allocation.amount for allocation in back)
    own = (
        [Allocation("credit_note", issued.id, invoice.id, left, max(day, invoice.open_since), automatic=False)]
        if left > 0
        else []
    )
    settlement.write_allocations(session, [(invoice.account, [*back, *own])], author, along=[_entry(issued, author)])
    settlement.settle(session, settlement.positions(session, [account_id], day).values(), day, author)


def _take_write_off_back(
    session: Session, invoice: OriginalInvoice, issued: WrittenInvoice, day: date, author: str
) -> None:
    """What was given up as lost is not owed any more; nobody paid it, so it is not the client's credit."""
    lost = corrections.written_off(session, invoice.id)
    if lost:
        amount, last = lost
        account = invoice.account
        entry = LedgerEntry(
            account.entity_id, "write_off", f"write_off:{invoice.id}:credited", max(day, last), account.currency,
            write_off_lines(account.account_id, invoice.id, -amount), text=issued.number, author=author,
            facts={"invoice": invoice.id},
        )  # fmt: skip
        settlement.write_off_allocation(session, invoice.id, book(session, [entry])[0], -amount, entry.day)


def bill_difference(
    session: Session, invoice_id: int, rated: Sequence[RatedContract], *, reason: str, author: str, clock: Clock
) -> list[ChangedLine]:
    """Keep the difference between an invoice and a new rating of its days as lines for the contract's next invoice."""
    invoice = _lock(session, invoice_id, reason)
    if invoice.credited:
        raise ConflictError(f"{invoice.number} is credited already")
    if not invoice.contracts:
        raise ConflictError(f"{invoice.number} bills no days that could be rated anew", hint="credit it instead")
    if sorted(contract.contract.id for contract in rated) != sorted(invoice.contracts):
        raise ConflictError(f"the new rating is not of the contracts of {invoice.number}")
    _refuse_lost_history(session, invoice)
    _refuse_other_history(invoice, rated)
    comparison = Comparison(
        invoice,
        billed=[
            *(of_invoice(line) for line in invoice.lines if line.charge not in TAKEN_UP),
            *pending_lines.earlier_differences(session, invoice.id),
        ],
        rated=[of_rating(line) for contract in rated for line in contract.lines],
        taxes=[*invoice.basis.taxes, *(tax for contract in rated for tax in contract.taxes)],
    )
    pending_lines.add(session, comparison.new_lines(reason, clock()), reason=reason, author=author)
    corrections.mark_handled(session, invoice.id, f"difference on the next bill: {reason}", clock())
    changes = comparison.changes()
    log.note(
        session, author, "invoice.difference", f"invoice:{invoice.id}", reason=reason,
        changes=[change.why for change in changes],
    )  # fmt: skip
    return changes


def _refuse_lost_history(session: Session, invoice: OriginalInvoice) -> None:
    """What the bill before leaves over is not known while its days are on no bill: it would be charged as nothing."""
    number = billing_chain.lost_before(session, invoice.id)
    if number:
        raise ConflictError(
            f"{invoice.number} was made after {number}, which was credited and is not billed anew",
            code="not_billed_yet",
            hint="bill these days first: what they leave over to this bill is not known until then",
        )


def _refuse_other_history(invoice: OriginalInvoice, rated: Sequence[RatedContract]) -> None:
    """A difference is money only: what later bills build on would stay that of the wrong readings."""
    left = {billed.contract.id: fingerprint(billed.history) for billed in invoice.basis.contracts}
    if any(fingerprint(contract.history) != left.get(contract.contract.id, "") for contract in rated):
        raise ConflictError(
            f"what {invoice.number} leaves over to later bills (kept credit, peaks, sums of the year) changes too",
            code="history_differs",
            hint="a difference cannot say that: credit the bill and bill it anew, with all that rest on it",
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """An invoice and a new rating of its days; `taxes` are those of both."""

    invoice: OriginalInvoice
    billed: Sequence[ComparedLine]
    rated: Sequence[ComparedLine]
    taxes: Sequence[TaxLine]

    def changes(self) -> list[ChangedLine]:
        """What the new rating changes, line by line."""
        return compare(self.billed, self.rated)

    def new_lines(self, reason: str, now: datetime) -> list[NewLine]:
        """A line for each VAT rate whose net changed, on the invoice's first contract; the first lists the changes."""
        changes = self.changes()
        why = f"{reason}: " + "; ".join(change.why for change in changes)
        listed = tuple(change.as_line() for change in changes)
        lines = []
        for tax, amount in tax_differences(self.billed, self.rated, self.taxes):
            line = self._difference(tax, amount, why, listed)
            rate = f"{tax.category} {tax.percent:f}" if tax else ""  # one tax may have two rates on these days
            key = f"difference:{self.invoice.id}:{now.isoformat()}:{line.tax_category}:{rate}"
            lines.append(NewLine(self.invoice.contracts[0], key, self.invoice.account.currency, line))
            listed = ()
        return lines

    def _difference(
        self, tax: TaxLine | None, amount: Decimal, why: str, changes: tuple[LineChange, ...]
    ) -> WaitingLine:
        during = self.invoice.during
        return WaitingLine(
            charge="difference", id="difference", label=f"Difference to {self.invoice.number}", utility="", unit="",
            tax_category=tax.tax if tax else "", path="", start=during.start, end=during.end, quantity=Decimal(1),
            price=amount, amount_unrounded=amount, amount=amount, why=why,
            tax=WaitingTax(name=tax.tax, label=tax.label, category=tax.category, percent=tax.percent) if tax else None,
            vat=VatRate(tax.category, tax.percent) if tax else OUTSIDE_VAT,
            corrects=self.invoice.id, changes=changes,
        )  # fmt: skip
