"""Money that does not come: reminders in steps, late fees, statutory interest, by the rules of the client's country.

Disputed, planned, parked and doubtful amounts are never dunned. Each step is taken once, whoever runs this how often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import Draft, single_line
from cloud_service.domain.receivables.dunning import (
    DunningStep,
    dunning_rules,
    from_day_on,
    interest,
    next_step,
    overdue_spans,
    with_base_rates,
)
from cloud_service.store.audit import log
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.receivables import interest_base_rates, overdue_invoices
from cloud_service.store.receivables.ledger import lock_accounts
from cloud_service.store.receivables.overdue_invoices import OverdueInvoice
from common.errors import InputError
from common.period import Span

Clock = Callable[[], datetime]


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


@dataclass(frozen=True, slots=True)
class DueStep:
    """The dunning step that is due for an overdue invoice; `number` counts the steps of its country from 1."""

    invoice: OverdueInvoice
    number: int
    step: DunningStep


def remind(session: Session, day: date, *, author: str, entity_id: int | None = None) -> list[Reminder]:
    """Take the steps that are due on a day: one letter an account, at most one fee."""
    return [_remind_account(session, due, day, author) for due in due_by_account(session, day, entity_id)]


def due_by_account(session: Session, day: date, entity_id: int | None = None) -> list[list[DueStep]]:
    """The steps that are due on a day, a list an account that would get a letter; nothing is kept or sent."""
    letters = []
    overdue = overdue_invoices.overdue_invoices(session, day, entity_id)
    for invoices in overdue_invoices.group_by_account(overdue).values():
        due = [step for invoice in invoices if (step := _due_step(invoice, day)) is not None]
        if due and sum(step.invoice.left for step in due) >= dunning_rules(invoices[0].country).least:
            letters.append(due)
    return letters


def _due_step(invoice: OverdueInvoice, day: date) -> DueStep | None:
    following = next_step(dunning_rules(invoice.country), invoice.due_date, invoice.taken, invoice.last, day)
    return None if following is None else DueStep(invoice, *following)


def _remind_account(session: Session, due: Sequence[DueStep], day: date, author: str) -> Reminder:
    first = due[0].invoice
    lock_accounts(session, [first.account_id])
    fee = _fee(session, due, day, author)
    invoices = _record_steps(session, due, day, fee)
    highest = max(due, key=lambda step: step.number)
    amount = sum((invoice.left for invoice in invoices), Decimal(0)) + (fee.draft.total if fee else Decimal(0))
    ids = outgoing.queue_message(
        session, account_id=first.account_id, kind="reminder", recipient=first.email,
        message_id=f"<reminder-{first.account_id}-{day}-{highest.number}@{_domain(first)}>",
        content=_letter(first, amount, highest.step, invoices),
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
    reminder = Reminder(
        first.account_id, first.account, highest.step.name, amount, first.currency,
        tuple(invoice.number for invoice in invoices), fee.number if fee else "",
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
            session, each.invoice, step=each.number, name=each.step.name, day=day, fee_invoice_id=fee_id
        )
    ]


def _fee(session: Session, due: Sequence[DueStep], day: date, author: str) -> WrittenInvoice | None:
    """The highest fee of the steps, as an invoice of its own."""
    amount = max(each.step.fee for each in due)
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
    return issue_drafts(session, [draft], author=author, deliver=False)[0]


def _letter(
    recipient: OverdueInvoice, amount: Decimal, step: DunningStep, invoices: Sequence[OverdueInvoice]
) -> dict[str, Any]:
    """What the mail says; `recipient` is any of the account's invoices."""
    return {
        "locale": recipient.locale, "currency": recipient.currency, "amount": format(amount, "f"),
        "account": recipient.account, "sender_name": recipient.seller, "recipient_name": recipient.client,
        "footer": [recipient.seller], "theme": recipient.theme, "step": step.name,
        "invoices": [invoice.number for invoice in invoices],
    }  # fmt: skip


def _domain(invoice: OverdueInvoice) -> str:
    return invoice.email.rpartition("@")[2] or "localhost"


def enter_base_rate(session: Session, country: str, start: date, percent: Decimal, *, author: str) -> None:
    """A base rate that was published since the country's rules were written down, in force from `start`."""
    if dunning_rules(country).interest is None:
        raise InputError(f"the rules of {country or 'this country'} charge no interest", path="country")
    before = interest_base_rates.enter(session, country, start, percent, author)
    log.record(
        session,
        [log.AuditChange(author, "base_rate.enter", f"base_rate:{country}:{start}",
                         {} if before is None else {"percent": format(before, "f")},
                         {"percent": format(percent, "f")})],
    )  # fmt: skip


def charge_interest(session: Session, day: date, *, author: str, entity_id: int | None = None) -> list[WrittenInvoice]:
    """Invoices of the statutory interest up to (and without) a day, one for each overdue invoice; never twice a day."""
    issued = []
    for row in overdue_invoices.overdue_invoices(session, day, entity_id):
        draft = _interest(session, row, day)
        if draft is not None:
            lock_accounts(session, [row.account_id])
            issued += issue_drafts(session, [draft], author=author)
    return issued


def _interest(session: Session, row: OverdueInvoice, day: date) -> Draft | None:
    rule = dunning_rules(row.country).interest
    if rule is None or row.derived:  # no interest on interest (BGB § 289), nor on fees
        return None
    charged_until = overdue_invoices.interest_until(session, row.account_id, row.invoice_id)
    spans = overdue_spans(row.due_date, row.total, overdue_invoices.settlements(session, row.invoice_id), day)
    uncharged = from_day_on(spans, charged_until)
    rule = with_base_rates(rule, interest_base_rates.entered(session, row.country))
    lines, amount = interest(rule, row.kind, row.currency, uncharged)
    lump = (
        rule.lump_sum_company
        if charged_until is None and row.kind == "company" and row.currency == "EUR"
        else Decimal(0)
    )
    if amount + lump <= 0:
        return None
    account = parties(session, [row.account_id], day)[row.account_id]
    why = "; ".join([*(line.why for line in lines), *([f"lump sum {lump}"] if lump else [])])
    return single_line(
        account, charge="interest", label=f"Interest on {row.number}", amount=amount + lump, why=why,
        days=Span(min(span.start for span in uncharged), day), bill_date=day,
        basis=InvoiceBasis(interest_on=row.invoice_id, interest_until=day, source=rule.base_source),
    )  # fmt: skip
