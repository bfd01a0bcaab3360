"""A booking: lines that sum to zero, and a business key that makes booking the same fact twice impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from common.errors import InputError

KINDS = frozenset(
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
    ]
)
OF_A_CLIENT = frozenset({"receivable", "credit", "deposit"})
"""`receivable`: open invoices. `credit`: prepayments and over-payments. `deposit`: securities."""


@dataclass(frozen=True, slots=True)
class Line:
    """Debit positive, credit negative."""

    kind: str
    amount: Decimal
    account_id: int | None = None
    invoice_id: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise InputError("an amount must be Decimal", path="amount")
        if self.kind not in KINDS:
            raise InputError(f"{self.kind!r} is no account of the books", path="kind")
        if (self.account_id is not None) != (self.kind in OF_A_CLIENT):
            raise InputError(f"{self.kind} {'needs' if self.account_id is None else 'has no'} client account")


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of money in one currency; lines of zero are dropped, the rest must balance."""

    entity_id: int
    kind: str
    business_key: str
    day: date
    currency: str
    lines: tuple[Line, ...]
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
) -> tuple[Line, ...]:
    """The client owes `net + tax`; we earned `net`, the state gets `tax`."""
    return (
        Line("receivable", net + tax, account_id, invoice_id),
        Line(income, -net),
        Line("tax", -tax),
    )


def credit_note_lines(account_id: int, net: Decimal, tax: Decimal, income: str = "revenue") -> tuple[Line, ...]:
    """`net` and `tax` are those of the credit note, negative for money given back; it lands as credit."""
    return (
        Line("credit", net + tax, account_id),
        Line(income, -net),
        Line("tax", -tax),
    )


def settlement_lines(account_id: int, invoice_id: int, amount: Decimal) -> tuple[Line, ...]:
    """Credit of the client pays an invoice; a negative amount takes it back."""
    return (Line("credit", amount, account_id), Line("receivable", -amount, account_id, invoice_id))


def receipt_lines(account_id: int, amount: Decimal, into: str = "credit") -> tuple[Line, ...]:
    """Money came in (or, negative, went out) for the client's credit or deposit."""
    return (Line("cash", amount), Line(into, -amount, account_id))


def write_off_lines(account_id: int, invoice_id: int, amount: Decimal) -> tuple[Line, ...]:
    """A part of an invoice is given up as lost; a negative amount takes that back."""
    return (Line("write_off", amount), Line("receivable", -amount, account_id, invoice_id))
