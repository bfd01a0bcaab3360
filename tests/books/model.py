"""What the books must say, by plain arithmetic: nothing here asks the product or its database.

A client's balance is one signed number: what it owes less what we hold for it. As free money settles open invoices at
once, a positive balance is all receivable and a negative one all credit.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Move:
    """What an operation does: `owed` and `deposit` (what we hold) of one client, the operator's accounts, numbers."""

    owed: Decimal = ZERO
    deposit: Decimal = ZERO
    ours: dict[str, Decimal] = field(default_factory=dict)  # kind -> debit less credit
    numbers: tuple[str, ...] = ()  # kinds of the documents issued


@dataclass
class Model:
    """Expected balances by account of a client, expected sums by kind of ledger account, documents issued."""

    owed: dict[int, Decimal] = field(default_factory=dict)
    deposit: dict[int, Decimal] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)

    def books(self, account: int) -> dict[str, Decimal]:
        """The client's ledger accounts, debit less credit."""
        owed = self.owed.get(account, ZERO)
        return {
            "receivable": max(owed, ZERO), "credit": min(owed, ZERO), "deposit": -self.deposit.get(account, ZERO),
        }  # fmt: skip

    def apply(self, account: int, move: Move) -> dict[str, Decimal]:
        """Take a move in; by kind of ledger account, what the lines of it must sum to (never zero)."""
        before = self.books(account)
        self.owed[account] = self.owed.get(account, ZERO) + move.owed
        self.deposit[account] = self.deposit.get(account, ZERO) + move.deposit
        after = self.books(account)
        moved = {kind: after[kind] - before[kind] for kind in after} | move.ours
        for kind, amount in moved.items():
            self.totals[kind] = self.totals.get(kind, ZERO) + amount
        self.numbers.update(move.numbers)
        return {kind: amount for kind, amount in moved.items() if amount}
