"""A booking: lines that sum to zero, and a business key that makes booking the same fact twice impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from common.errors import InputError

LEDGER_KINDS = frozenset(
    [
        "receivable",
        "credit",
        "revenue",
        "tax",
        "cash",
        "deposit",
        "write_off",
        "fees",
        "interest",
        "fx",
        "clearing",
        "refund",
        "rounding",
        "opening",
    ]
)
CLIENT_KINDS = frozenset({"receivable", "credit", "deposit"})
"""`receivable`: open invoices. `credit`: prepayments and over-payments. `deposit`: securities.

The other side of what was taken over from earlier books is `opening`: it is neither turnover nor money received.
"""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Debit positive, credit negative."""

    kind: str
    amount: Decimal
    account_id: int | None = None
    invoice_id: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise InputError("an amount must be Decimal", path="amount")
        if self.kind not in LEDGER_KINDS:
            raise InputError(f"{self.kind!r} is no account of the books", path="kind")
        if (self.account_id is not None) != (self.kind in CLIENT_KINDS):
            raise InputError(f"{self.kind} {'needs' if self.account_id is None else 'has no'} client account")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One fact of money in one currency; lines of zero are dropped, the rest must balance."""

    entity_id: int
    kind: str
    business_key: str
    day: date
    currency: str
    lines: tuple[LedgerLine, ...]
    text: str = ""
    author: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(line for line in self.lines if line.amount))
        off = sum((line.amount for line in self.lines), Decimal(0))
        if off:
            raise InputError(f"entry {self.business_key} does not balance: {off} {self.currency} too much")


def invoice_lines(
    account_id: int, invoice_id: int, net: Decimal, tax: Decimal, income: str = "revenue"
) -> tuple[LedgerLine, ...]:
    """The client owes `net + tax`; we earned `net` (booked to `income`), the state gets `tax`."""
    return (
        LedgerLine("receivable", net + tax, account_id, invoice_id),
        LedgerLine(income, -net),
        LedgerLine("tax", -tax),
    )


def credit_note_lines(account_id: int, net: Decimal, tax: Decimal, income: str = "revenue") -> tuple[LedgerLine, ...]:
    """`net` and `tax` are those of the credit note, negative for money given back; it lands as credit."""
    return (
        LedgerLine("credit", net + tax, account_id),
        LedgerLine(income, -net),
        LedgerLine("tax", -tax),
    )


def settlement_lines(account_id: int, invoice_id: int, amount: Decimal) -> tuple[LedgerLine, ...]:
    """Credit of the client pays an invoice; a negative amount takes it back."""
    return (LedgerLine("credit", amount, account_id), LedgerLine("receivable", -amount, account_id, invoice_id))


def payment_lines(account_id: int, amount: Decimal, into: str = "credit") -> tuple[LedgerLine, ...]:
    """Money came in (or, negative, went out) for the client's credit or deposit."""
    return (LedgerLine("cash", amount), LedgerLine(into, -amount, account_id))


def write_off_lines(account_id: int, invoice_id: int, amount: Decimal) -> tuple[LedgerLine, ...]:
    """A part of an invoice is given up as lost; a negative amount takes that back."""
    return (LedgerLine("write_off", amount), LedgerLine("receivable", -amount, account_id, invoice_id))


def take_over_lines(account_id: int, invoice_id: int, total: Decimal) -> tuple[LedgerLine, ...]:
    """Earlier books say that the client owes `total`; below zero it is the client's credit."""
    if total > 0:
        return (LedgerLine("receivable", total, account_id, invoice_id), LedgerLine("opening", -total))
    return (LedgerLine("credit", total, account_id), LedgerLine("opening", -total))


def take_back_lines(account_id: int, invoice_id: int, total: Decimal) -> tuple[LedgerLine, ...]:
    """The same taken back."""
    return tuple(replace(line, amount=-line.amount) for line in take_over_lines(account_id, invoice_id, total))


def take_over_deposit_lines(account_id: int, amount: Decimal) -> tuple[LedgerLine, ...]:
    """Earlier books hold a security of the client; a negative amount takes that back."""
    return (LedgerLine("opening", amount), LedgerLine("deposit", -amount, account_id))
