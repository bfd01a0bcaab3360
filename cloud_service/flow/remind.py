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
from cloud_service.store.invoicing.invoice_rows import Issued
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


def remind(session: Session, day: date, *, author: str, entity_id: int | None = None) -> list[Reminder]:
    """Take the steps that are due on a day: one letter an account, at most one fee."""
    done = []
    for rows in overdue_invoices.group_by_account(overdue_invoices.overdue_invoices(session, day, entity_id)).values():
        due = [(row, step) for row in rows if (step := _due(row, day)) is not None]
        if due and sum(row.left for row, _ in due) >= dunning_rules(rows[0].country).least:
            done.append(_remind_account(session, due, day, author))
    return done


def _due(row: OverdueInvoice, day: date) -> tuple[int, DunningStep] | None:
    return next_step(dunning_rules(row.country), row.due_date, row.taken, row.last, day)


def _remind_account(
    session: Session, due: Sequence[tuple[OverdueInvoice, tuple[int, DunningStep]]], day: date, author: str
) -> Reminder:
    first = due[0][0]
    lock_accounts(session, [first.account_id])
    fee = _fee(session, due, day, author)
    taken = [
        row
        for row, (number, step) in due
        if overdue_invoices.record_step(
            session, row, step=number, name=step.name, day=day, fee_invoice_id=fee.id if fee else None
        )
    ]
    number, step = max((one for _, one in due), key=lambda one: one[0])
    amount = sum((row.left for row in taken), Decimal(0)) + (fee.draft.total if fee else Decimal(0))
    ids = outgoing.queue_message(
        session, account_id=first.account_id, kind="reminder", recipient=first.email,
        message_id=f"<reminder-{first.account_id}-{day}-{number}@{_domain(first)}>",
        facts=_letter(first, amount, step, taken),
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
    told = Reminder(
        first.account_id, first.account, step.name, amount, first.currency, tuple(row.number for row in taken),
        fee.number if fee else "",
    )  # fmt: skip
    log.note(
        session, author, "account.remind", f"account:{first.account_id}", step=step.name, invoices=list(told.invoices),
        amount=format(amount, "f"), fee=told.fee,
    )  # fmt: skip
    return told


def _fee(
    session: Session, due: Sequence[tuple[OverdueInvoice, tuple[int, DunningStep]]], day: date, author: str
) -> Issued | None:
    """The highest fee of the steps, as an invoice of its own."""
    amount = max(step.fee for _, (_, step) in due)
    if not amount:
        return None
    row = due[0][0]
    account = parties(session, [row.account_id], day)[row.account_id]
    numbers = ", ".join(one.number for one, _ in due)
    draft = single_line(
        account, charge="fees", label="Late fee", amount=amount, why=f"reminder of {numbers}",
        days=Span(day, day + timedelta(days=1)), bill_date=day,
        basis=InvoiceBasis(fee_for=tuple(overdue.invoice_id for overdue, _ in due)),
    )  # fmt: skip
    return issue_drafts(session, [draft], author=author, deliver=False)[0]


def _letter(row: OverdueInvoice, amount: Decimal, step: DunningStep, taken: Sequence[OverdueInvoice]) -> dict[str, Any]:
    return {
        "locale": row.locale, "currency": row.currency, "amount": format(amount, "f"), "account": row.account,
        "sender_name": row.seller, "recipient_name": row.client, "footer": [row.seller], "theme": row.theme,
        "step": step.name, "invoices": [one.number for one in taken],
    }  # fmt: skip


def _domain(row: OverdueInvoice) -> str:
    return row.email.rpartition("@")[2] or "localhost"


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


def charge_interest(session: Session, day: date, *, author: str, entity_id: int | None = None) -> list[Issued]:
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
    known = overdue_invoices.interest_until(session, row.account_id, row.invoice_id)
    stretches = overdue_spans(row.due_date, row.total, overdue_invoices.settlements(session, row.invoice_id), day)
    fresh = from_day_on(stretches, known)
    rule = with_base_rates(rule, interest_base_rates.entered(session, row.country))
    parts, amount = interest(rule, row.kind, row.currency, fresh)
    lump = rule.lump_sum_company if known is None and row.kind == "company" and row.currency == "EUR" else Decimal(0)
    if amount + lump <= 0:
        return None
    account = parties(session, [row.account_id], day)[row.account_id]
    why = "; ".join([*(part.why for part in parts), *([f"lump sum {lump}"] if lump else [])])
    return single_line(
        account, charge="interest", label=f"Interest on {row.number}", amount=amount + lump, why=why,
        days=Span(min(one.start for one in fresh), day), bill_date=day,
        basis=InvoiceBasis(interest_on=row.invoice_id, interest_until=day, source=rule.base_source),
    )  # fmt: skip
