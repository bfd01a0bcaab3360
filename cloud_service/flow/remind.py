"""Money that does not come: reminders in steps and late fees, by the rules of the company or of the client's country.

Disputed, planned, parked and doubtful amounts are never dunned, nor are accounts that rest. Each step is taken once,
whoever runs this how often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from cloud_service.documents.einvoice.before_issue import EinvoiceCheck
from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import single_line
from cloud_service.domain.invoicing.reminder_letter import RemindedBill, ReminderLetter, goes_by_post
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.receivables.dunning import DunningStep, amount_in, next_step
from cloud_service.domain.receivables.dunning_history import RulesFrom, RulesHistory
from cloud_service.store.audit import log
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import einvoice_rules, outgoing, postal_letters
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.receivables import dunning_rule_sets, overdue_invoices
from cloud_service.store.receivables.account_by_account import Begin, account_by_account
from cloud_service.store.receivables.overdue_invoices import OverdueInvoice
from common.period import Span

Clock = Callable[[], datetime]
NONE_SET = RulesHistory()


@dataclass(frozen=True, slots=True)
class Reminder:
    """A letter to one account: the invoices it speaks of and the fee, if any."""

    account_id: int
    account: str
    step: str
    amount: Decimal
    currency: str
    invoices: tuple[str, ...]
    fee: str = ""
    recipient: str = ""  # without an e-mail address the letter waits to be printed


@dataclass(frozen=True, slots=True)
class DueStep:
    """The dunning step that is due for an overdue invoice; `number` counts the steps of its rules from 1."""

    invoice: OverdueInvoice
    number: int
    step: DunningStep
    by: RulesFrom


def remind(
    begin: Begin, day: date, *, author: str, entity_id: int | None = None, by_mail_only: bool = False
) -> list[Reminder]:
    """Take the steps that are due on a day: one letter an account, at most one fee, a transaction each (`begin`).

    `by_mail_only` leaves accounts without an e-mail address to a person, who writes to them: no fee without a letter.
    """
    with begin() as session:
        first_of = [due[0].invoice for due in due_by_account(session, day, entity_id)]
    accounts = {first.account_id: first.account for first in first_of if first.email or not by_mail_only}

    def remind_account(session: Session, account_id: int) -> list[Reminder]:
        due = due_by_account(session, day, entity_id, account_id)  # whoever was faster has taken the steps
        return [_remind_account(session, steps, day, author) for steps in due]

    return account_by_account(begin, accounts, remind_account)


def due_by_account(
    session: Session, day: date, entity_id: int | None = None, account_id: int | None = None
) -> list[list[DueStep]]:
    """The steps that are due on a day, a list an account that would get a letter; nothing is kept or sent."""
    letters = []
    histories = dunning_rule_sets.histories(session, entity_id)
    rows = overdue_invoices.overdue_invoices(session, day, entity_id, account_id)
    overdue = [row for row in rows if not row.resting]
    for invoices in overdue_invoices.group_by_account(overdue).values():
        history = histories.get(invoices[0].entity_id, NONE_SET)
        due = [step for invoice in invoices if (step := _due_step(invoice, day, history)) is not None]
        if due and sum(step.invoice.left for step in due) >= amount_in(due[0].by.rules.least, invoices[0].currency):
            letters.append(due)
    return letters


def _due_step(invoice: OverdueInvoice, day: date, history: RulesHistory) -> DueStep | None:
    by = history.of_case(invoice.taken, invoice.rules_id, day, invoice.country)
    following = next_step(by.rules, invoice.due_date, invoice.taken, invoice.last, day)
    return None if following is None else DueStep(invoice, *following, by)


def _remind_account(session: Session, due: Sequence[DueStep], day: date, author: str) -> Reminder:
    first = due[0].invoice
    fee = _fee(session, due, day, author)
    invoices = _record_steps(session, due, day, fee)
    highest = max(due, key=lambda step: step.number)
    amount = sum((invoice.left for invoice in invoices), Decimal(0)) + (fee.draft.total if fee else Decimal(0))
    if invoices:
        _send(session, due, invoices, fee, day)
    reminder = Reminder(
        first.account_id, first.account, highest.step.name, amount, first.currency,
        tuple(invoice.number for invoice in invoices), fee.number if fee else "", first.email,
    )  # fmt: skip
    log.note(
        session, author, "account.remind", f"account:{first.account_id}", step=reminder.step,
        invoices=list(reminder.invoices), amount=format(amount, "f"), fee=reminder.fee,
    )  # fmt: skip
    return reminder


def _record_steps(
    session: Session, due: Sequence[DueStep], day: date, fee: WrittenInvoice | None
) -> list[OverdueInvoice]:
    """Note the steps; the invoices of those that nobody has taken before."""
    fee_id = fee.id if fee else None
    return [
        each.invoice
        for each in due
        if overdue_invoices.record_step(
            session,
            each.invoice,
            step=each.number,
            name=each.step.name,
            day=day,
            fee_invoice_id=fee_id,
            rules_id=each.by.id,
        )
    ]


def _fee(session: Session, due: Sequence[DueStep], day: date, author: str) -> WrittenInvoice | None:
    """The highest fee of the steps, as an invoice of its own."""
    amount = max(amount_in(each.step.fee, each.invoice.currency) for each in due)
    if not amount:
        return None
    account_id = due[0].invoice.account_id
    account = parties(session, [account_id], day)[account_id]
    numbers = ", ".join(each.invoice.number for each in due)
    draft = single_line(
        account, charge="fees", label="Late fee", amount=amount, why=f"reminder of {numbers}",
        days=Span(day, day + timedelta(days=1)), bill_date=day,
        basis=InvoiceBasis(fee_for=tuple(each.invoice.invoice_id for each in due)),
    )  # fmt: skip
    _einvoices(session).check([draft])
    return issue_drafts(session, [draft], author=author, deliver=False)[0]


def _einvoices(session: Session) -> EinvoiceCheck:
    rules = (partial(einvoice_rules.in_use, session), partial(einvoice_rules.stylesheet, session))
    return EinvoiceCheck(partial(outgoing.theme, session), *rules)


def _send(
    session: Session, due: Sequence[DueStep], invoices: Sequence[OverdueInvoice], fee: WrittenInvoice | None, day: date
) -> None:
    """Queue the letter of the highest step, with all that mail and paper say of it."""
    first, highest = due[0].invoice, max(due, key=lambda step: step.number)
    account = parties(session, [first.account_id], day)[first.account_id]
    letter = ReminderLetter(
        account=first.account, currency=first.currency, day=day, wording=highest.step.wording,
        seller=account.seller, buyer=account.buyer, bills=tuple(_reminded(invoice) for invoice in invoices),
        fee=None if fee is None else _fee_reminded(fee),
    )  # fmt: skip
    content = {
        "letter": to_json(letter), "theme": first.theme, "step": highest.step.name, "sender_name": first.seller,
        "reply_to": account.seller.email or "", "recipient_name": first.client,
    }  # fmt: skip
    key = f"reminder-{first.account_id}-{day}-{highest.number}"
    if goes_by_post(account):
        postal_letters.queue(session, first.account_id, key, content)
        return
    domain = (account.seller.email or "").rpartition("@")[2] or "localhost"
    ids = outgoing.queue_message(
        session, account_id=first.account_id, kind="reminder", recipient=first.email, message_id=f"<{key}@{domain}>",
        content=content,
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")


def _reminded(invoice: OverdueInvoice) -> RemindedBill:
    return RemindedBill(
        number=invoice.number, public_id=invoice.public_id, bill_date=invoice.bill_date, due_date=invoice.due_date,
        left=invoice.left,
    )  # fmt: skip


def _fee_reminded(fee: WrittenInvoice) -> RemindedBill:
    draft = fee.draft
    return RemindedBill(
        number=fee.number, public_id=str(fee.public_id), bill_date=draft.bill_date, due_date=draft.due_date,
        left=draft.total,
    )  # fmt: skip
