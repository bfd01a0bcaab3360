"""A reminder as it was written: the bills with what each still owes, frozen so that mail and paper say the same."""

from datetime import date
from decimal import Decimal

import msgspec

from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller

REFERENCE_MAX = 120  # a transfer has room for so much


class RemindedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that the letter asks for; the fee of the letter is one too."""

    number: str
    public_id: str
    bill_date: date
    due_date: date
    left: Decimal  # still owed, in the letter's currency


class ReminderLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a reminder says."""

    account: str
    currency: str  # ISO 4217
    day: date
    wording: str  # of its step: reminder, second, final
    seller: Seller
    buyer: Buyer
    bills: tuple[RemindedBill, ...]
    fee: RemindedBill | None = None

    @property
    def amount(self) -> Decimal:
        """All that is asked for."""
        return sum((bill.left for bill in self.asked_for), Decimal(0))

    @property
    def asked_for(self) -> tuple[RemindedBill, ...]:
        """The bills and the fee."""
        return self.bills if self.fee is None else (*self.bills, self.fee)

    @property
    def reference(self) -> str:
        """What the payer writes on the transfer: the numbers, where they are too many the account."""
        numbers = " ".join(bill.number for bill in self.asked_for)
        return numbers if len(numbers) <= REFERENCE_MAX else self.account


def goes_by_post(account: BillingAccount) -> bool:
    """Whether letters of an account are printed: it is told so, or its client has no e-mail address."""
    return account.delivery == "post" or not account.email
