"""What the books before ours left open becomes a claim, or credit, of ours: no turnover, no tax, no energy.

Its other side in the ledger is `opening`. It is paid, reminded of and shown like every bill, under its old number.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.basis import TakenOver
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.invoice import taken_over_draft
from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.ledger import LedgerEntry, take_back_lines, take_over_lines
from cloud_service.store.audit import log
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import currency_rates, invoice_rows
from cloud_service.store.receivables import payments, settlement, taken_over
from cloud_service.store.receivables.ledger import book, lock_accounts
from cloud_service.store.receivables.payments import NewPayment
from cloud_service.store.receivables.taken_over import NumberedBill, TakenOverBill
from common.errors import ConflictError, InputError, NotFoundError

PROVIDER = "take_over"
NUMBER_MAX = 60
WAITS = (
    ("taken_back", "it was taken back already"),
    ("paid", "money was booked for it"),
    ("reminded", "it was reminded of"),
    ("arranged", "it is disputed, or in a payment plan"),
)


@dataclass(frozen=True, slots=True)
class EarlierBill:
    """A bill of earlier books, checked as it was typed; below zero it is money that is owed to the client."""

    number: str
    amount: Decimal  # of the bill as it was issued
    day: date  # of the bill
    due_date: date
    on: date  # the day from which our books have it
    paid: Decimal = Decimal(0)  # of it, before that day
    text: str = ""

    def __post_init__(self) -> None:
        if not self.number.strip() or len(self.number) > NUMBER_MAX:
            raise InputError("a bill has a number", path="number", hint=f"up to {NUMBER_MAX} characters, as it has")
        if not self.amount:
            raise InputError("there is nothing to take over", path="amount", hint="an amount; below zero: credit")
        if self.paid and not 0 < self.paid / self.amount < 1:
            raise InputError(f"{self.paid} is no part of {self.amount}", path="paid", hint="what came in of it before")
        if self.day > self.on:
            raise InputError(
                f"the bill is of {self.day}, after {self.on}", path="day", hint="take over bills before it"
            )
        if self.due_date < self.day:
            raise InputError(f"this is before the bill's own day, {self.day}", path="due_date")

    @property
    def left(self) -> Decimal:
        """What is still open of it."""
        return self.amount - self.paid

    def says_the_same(self, stored: NumberedBill) -> bool:
        """Whether that is what was taken over before."""
        earlier = stored.earlier or {}
        return (self.amount, self.paid, self.day, self.due_date) == (
            Decimal(earlier.get("amount", "0")), Decimal(earlier.get("paid", "0")), stored.bill_date, stored.due_date
        )  # fmt: skip


def balance_number(account: str) -> str:
    """Under which a whole account's balance stands, and can be paid."""
    return f"OPENING-{account}"


def balance_of_day(account: str, balance: Decimal, day: date, text: str = "") -> EarlierBill:
    """A whole account's balance, where nobody knows the single bills: owed to us, or below zero the client's credit."""
    return EarlierBill(balance_number(account), balance, day, day, day, text=text)


def take_over(
    session: Session, account_id: int, bill: EarlierBill, *, today: date, author: str, reason: str = ""
) -> int | None:
    """A claim of earlier books, or credit, becomes ours; its id, None where it was taken over before just so."""
    lock_accounts(session, [account_id])
    account = parties(session, [account_id], bill.on)[account_id]
    if bill.on > today:
        raise InputError(f"{bill.on} lies in the future", path="on", hint="the day from which these books have it")
    _refuse_odd_amounts(bill, account.currency)
    stored = taken_over.bill_of_number(session, account.entity_id, bill.number)
    if stored is not None and not stored.taken_back:
        _refuse_other(bill, stored, account_id)
        return None
    if taken_over.is_number_to_come(session, account.entity_id, bill.number, today.year):
        raise ConflictError(
            f"{bill.number} is a number that a bill of this company will have", path="number",
            hint="let its number series begin after it, or write it otherwise, for example with OLD- before it",
        )  # fmt: skip
    edition = stored.edition + 1 if stored else 1
    return _book(session, account, bill, edition, author=author, reason=reason)


def _book(
    session: Session, account: BillingAccount, bill: EarlierBill, edition: int, *, author: str, reason: str
) -> int:
    earlier = TakenOver(amount=bill.amount, paid=bill.paid, text=bill.text)
    rate = _local_rate(session, account, bill.on)
    draft = taken_over_draft(
        account, earlier, day=bill.day, due_date=bill.due_date, on=bill.on, local_rate=rate, edition=edition
    )
    written = invoice_rows.write(session, [draft], [bill.number], author)[0]
    entry = LedgerEntry(
        account.entity_id, "take_over", f"take_over:{written.id}", bill.on, account.currency,
        take_over_lines(account.account_id, written.id, draft.total), text=bill.number, author=author,
        facts={"invoice": written.id},
    )  # fmt: skip
    book(session, [entry])
    log.note(
        session, author, "invoice.take_over", f"invoice:{written.id}", reason=reason, number=bill.number,
        amount=format(bill.amount, "f"), paid=format(bill.paid, "f"), on=bill.on.isoformat(),
    )  # fmt: skip
    return written.id


def take_back(session: Session, invoice_id: int, *, day: date, author: str, reason: str = "") -> None:
    """What was taken over is none of our books after all: until money came for it, or a reminder went out."""
    bill = _locked(session, invoice_id)
    refuse_what_rests_on(bill)
    day = max(day, bill.taken_over_on or day)
    lines = take_back_lines(bill.account_id, invoice_id, bill.total)
    entry = LedgerEntry(
        bill.entity_id, "take_over_undo", f"take_over_undo:{invoice_id}", day, bill.currency, lines,
        text=bill.number, author=author, facts={"invoice": invoice_id},
    )  # fmt: skip
    entry_id = book(session, [entry])[0]
    if bill.total > 0:
        settlement.write_off_allocation(session, invoice_id, entry_id, bill.total, day)
    else:
        _use_credit_up(session, bill, day, author)
    log.note(session, author, "invoice.take_back", f"invoice:{invoice_id}", reason=reason, number=bill.number)


def refuse_what_rests_on(bill: TakenOverBill) -> None:
    """Whether it can still be taken back; ConflictError with the reason where it cannot."""
    for name, why in WAITS:
        if getattr(bill, name):
            raise ConflictError(f"{bill.number} cannot be taken back: {why}", path="number")


def _locked(session: Session, invoice_id: int) -> TakenOverBill:
    """The bill as it is once its account is locked."""
    bill = _bill(session, invoice_id)
    lock_accounts(session, [bill.account_id])
    return _bill(session, invoice_id)


def _bill(session: Session, invoice_id: int) -> TakenOverBill:
    bill = taken_over.taken_over_bill(session, invoice_id)
    if bill is None or bill.taken_over_on is None:
        raise NotFoundError("there is no such bill of earlier books")
    return bill


def _use_credit_up(session: Session, bill: TakenOverBill, day: date, author: str) -> None:
    """The credit is gone as if it were paid out; only that no cash moved."""
    undo = NewPayment(
        bill.account_id, PROVIDER, f"credit-undone:{bill.id}", "refund", bill.total, bill.currency, day, author,
        credit_note_id=bill.id,
    )  # fmt: skip
    payments.add_payment(session, undo)


def _refuse_odd_amounts(bill: EarlierBill, currency: str) -> None:
    for name, amount in (("amount", bill.amount), ("paid", bill.paid)):
        if amount != round_money(amount, currency):
            raise InputError(f"{amount} is not an amount of {currency}", path=name)


def _refuse_other(bill: EarlierBill, stored: NumberedBill, account_id: int) -> None:
    """A number is one bill's."""
    if stored.taken_over_on is None:
        raise ConflictError(f"{bill.number} is a bill of this company itself", path="number")
    if stored.account_id != account_id:
        raise ConflictError(f"{bill.number} was taken over for account {stored.account}", path="number")
    if not bill.says_the_same(stored):
        raise ConflictError(
            f"{bill.number} was taken over before, with {stored.total:f} open since {stored.bill_date}", path="amount",
            hint="take it back first, on its page",
        )  # fmt: skip


def _local_rate(session: Session, account: BillingAccount, day: date) -> Decimal:
    if account.currency == account.local_currency:
        return Decimal(1)
    newest = currency_rates.newest(session, account.local_currency, account.currency, day)
    if newest is None:
        raise ConflictError(
            f"there is no rate of {account.currency} in {account.local_currency} up to {day}", path="on",
            hint="import rates: Settings, Currency rates",
        )  # fmt: skip
    return newest.rate
