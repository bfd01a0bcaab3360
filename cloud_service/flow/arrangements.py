"""When we wait or give in: disputes, payment plans, write-offs. Each with its reason, in books and audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.instalments import Instalment, instalments
from cloud_service.domain.receivables.ledger import LedgerEntry, write_off_lines
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import disputes_and_plans, settlement
from cloud_service.store.receivables.invoice_balance import balance_of
from cloud_service.store.receivables.ledger import book, lock_accounts
from common.errors import ConflictError, InputError


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """An agreed payment plan."""

    id: int
    instalments: tuple[Instalment, ...]
    currency: str


def write_off(session: Session, invoice_id: int, amount: Decimal, *, reason: str, day: date, author: str) -> int:
    """Give (a part of) an open invoice up as lost; returns the ledger entry."""
    _refuse_blank(reason)
    lock_accounts(session, [balance_of(session, invoice_id).account_id])
    balance = balance_of(session, invoice_id)
    if amount <= 0 or amount > balance.outstanding or amount != round_money(amount, balance.currency):
        left = round_money(balance.outstanding, balance.currency)
        raise ConflictError(f"{amount} cannot be written off, {left} {balance.currency} is open", path="amount")
    day = max(day, balance.open_since)
    number = disputes_and_plans.count_write_offs(session, invoice_id) + 1
    entry = LedgerEntry(
        balance.entity_id, "write_off", f"write_off:{invoice_id}:{number}", day, balance.currency,
        write_off_lines(balance.account_id, invoice_id, amount),
        text=f"{balance.number}: {reason}", author=author, facts={"invoice": invoice_id},
    )  # fmt: skip
    entry_id = book(session, [entry])[0]
    settlement.write_off_allocation(session, invoice_id, entry_id, amount, day)
    log.note(session, author, "invoice.write_off", f"invoice:{invoice_id}", reason=reason, amount=format(amount, "f"))
    return entry_id


def dispute(session: Session, invoice_id: int, *, reason: str, day: date, author: str) -> None:
    """The client contests an invoice: no reminders, fees or interest until it is closed."""
    _refuse_blank(reason)
    if not disputes_and_plans.open_dispute(session, invoice_id, reason, day, author):
        raise ConflictError("the invoice is disputed already")
    log.note(session, author, "dispute.open", f"invoice:{invoice_id}", reason=reason)


def close_dispute(session: Session, invoice_id: int, *, outcome: str, day: date, author: str) -> None:
    """The dispute is settled."""
    _refuse_blank(outcome)
    if not disputes_and_plans.close_dispute(session, invoice_id, outcome, day):
        raise ConflictError("the invoice is not disputed")
    log.note(session, author, "dispute.close", f"invoice:{invoice_id}", reason=outcome)


def agree_plan(
    session: Session, invoice_ids: Sequence[int], count: int, first: date, *, reason: str, author: str
) -> AgreedPlan:
    """Monthly instalments for open invoices of one account; they sum to what is open, to the cent."""
    balances = [balance_of(session, invoice_id) for invoice_id in invoice_ids]
    accounts = {balance.account_id for balance in balances}
    if len(accounts) != 1:
        raise InputError("a plan is for invoices of one account", path="invoices")
    account_id = accounts.pop()
    lock_accounts(session, [account_id])
    if planned := disputes_and_plans.numbers_in_plans(session, invoice_ids):
        raise ConflictError(f"{', '.join(planned)} is in a payment plan already", path="invoices")
    total = sum((balance_of(session, invoice_id).outstanding for invoice_id in invoice_ids), Decimal(0))
    agreed = instalments(total, count, first, balances[0].currency)
    plan_id = disputes_and_plans.add_plan(session, account_id, invoice_ids, agreed, reason=reason, author=author)
    log.note(
        session, author, "plan.agree", f"payment_plan:{plan_id}", reason=reason,
        instalments=[[instalment.due_date.isoformat(), format(instalment.amount, "f")] for instalment in agreed],
    )  # fmt: skip
    return AgreedPlan(plan_id, tuple(agreed), balances[0].currency)


def review_plans(session: Session, day: date, *, author: str, patience_days: int = 7) -> dict[int, str]:
    """Plans that are paid become `kept`; those behind by more than the patience `broken`, so that dunning goes on."""
    changed = {}
    for plan in disputes_and_plans.active_plans(session, day, patience_days):
        state = "kept" if plan.outstanding <= 0 else "broken" if plan.paid < plan.expected else ""
        if state:
            disputes_and_plans.set_plan_state(session, plan.id, state)
            log.note(session, author, f"plan.{state}", f"payment_plan:{plan.id}", paid=format(plan.paid, "f"))
            changed[plan.id] = state
    return changed


def _refuse_blank(reason: str) -> None:
    if not reason.strip():
        raise InputError("a reason is needed", path="reason")
