"""A receipt: what came in, which bills it paid, what came back of it, and how the account stands on the day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.billing_account import Buyer, Seller

NO_INCOME = ("deposit", "take_over")
"""Ways of money that did not come in now: a deposit that is released, what earlier books held."""


@dataclass(frozen=True, slots=True)
class PaidBill:
    """A bill with what the payment paid of it and what it still owes."""

    number: str
    bill_date: date
    paid: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A part of the payment that went back, or of a deposit that became credit; `kind` says which."""

    day: date
    kind: str  # refund, chargeback, release
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentReceipt:
    """Everything that a receipt says; amounts in `currency`."""

    number: str
    day: date  # of the payment
    kind: str  # payment, top_up, deposit
    provider: str
    reference: str
    amount: Decimal
    currency: str
    account: str
    seller: Seller
    buyer: Buyer
    bills: tuple[PaidBill, ...]
    taken_back: tuple[TakenBack, ...]
    owed: Decimal  # by the account, on `as_of`
    credit: Decimal  # of the account, on `as_of`
    as_of: date
    reopened: bool = False  # a bill that it had paid owes something by what went back

    @property
    def gone(self) -> Decimal:
        """What went back to the payer."""
        return sum((share.amount for share in self.taken_back if share.kind != "release"), Decimal(0))

    @property
    def kept(self) -> Decimal:
        """What is neither used for a bill nor gone: credit of the client, or the deposit that is still held."""
        used = sum((bill.paid for bill in self.bills), Decimal(0))
        return self.amount - used - sum((share.amount for share in self.taken_back), Decimal(0))
