"""A client's account at which money is received and given back, for tests of what is booked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.flow.collect import PaymentBooking
from cloud_service.flow.issue import issue
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.ledger import balances
from tests.books.operations import rated
from tests.books.world import World

BILLED = date(2026, 11, 2)
PAID = date(2026, 11, 5)


@dataclass
class Till:
    """A client's account at which money is received and given back."""

    world: World

    @property
    def session(self) -> Session:
        return self.world.session

    @property
    def account(self) -> int:
        return self.world.accounts[0]

    def bill(self, net: str, month: int = 10) -> WrittenInvoice:
        """An invoice with 19 % VAT for a month of 2026."""
        contract = rated(self.world.contracts[0], self.account, date(2026, month, 1), Decimal(net))
        return issue(self.session, [contract], bill_date=BILLED, author="t")[0]

    def pay(self, amount: str, reference: str = "1", day: date = PAID, kind: str = "payment") -> PaymentBooking:
        return collect.pay(
            self.session, self.account, Decimal(amount), provider="bank", reference=reference, day=day, author="t",
            kind=kind,
        )  # fmt: skip

    def paid(self, amount: str, reference: str = "1", day: date = PAID, kind: str = "payment") -> int:
        """The id of a payment that is booked now."""
        payment_id = self.pay(amount, reference, day, kind).payment_id
        assert payment_id is not None
        return payment_id

    def books(self) -> dict[str, Decimal]:
        """Debit less credit by kind of ledger account, those that are not zero."""
        return {kind: amount for (kind, _), amount in balances(self.session).items() if amount}

    def outstanding(self, invoice: WrittenInvoice) -> Decimal:
        query = text("SELECT outstanding FROM invoice_balance WHERE invoice_id = :id")
        return Decimal(self.session.execute(query, {"id": invoice.id}).scalar_one())
