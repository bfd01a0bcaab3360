"""What the receipt of a payment says at a moment."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.payment_receipt import PaidBill, PaymentReceipt, TakenBack
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.receivables.ledger import balances
from common.errors import NotFoundError
from common.period import local_day

PAYMENT = text(
    """
    SELECT p.id, p.public_id, p.account_id, p.day, p.kind, p.provider, p.provider_ref, p.amount, p.currency,
           coalesce(r.number, '') AS number
      FROM payment p
      LEFT JOIN payment_receipt r ON r.payment_id = p.id
     WHERE p.id = :payment
    """
)
BILLS = text(
    """
    SELECT b.number, b.bill_date, x.paid, b.outstanding AS left
      FROM (SELECT invoice_id, sum(amount) AS paid
              FROM allocation
             WHERE payment_id = :payment
             GROUP BY invoice_id
            HAVING sum(amount) > 0) x
      JOIN invoice_balance b USING (invoice_id)
     ORDER BY b.due_date, b.invoice_id
    """
)
TAKEN_BACK = text(
    """
    SELECT day, CASE WHEN amount < 0 THEN kind ELSE 'release' END AS kind, abs(amount) AS amount
      FROM payment
     WHERE reverses_id = :payment
        OR (account_id = :account AND provider = 'deposit' AND facts->'deposit' = to_jsonb(cast(:payment AS bigint)))
     ORDER BY id
    """
)
REOPENED = text(
    """
    SELECT EXISTS (SELECT 1
                     FROM allocation a
                     JOIN invoice_balance b USING (invoice_id)
                    WHERE a.payment_id = :payment AND a.amount < 0 AND b.outstanding > 0)
    """
)


@dataclass(frozen=True, slots=True)
class ReceivedMoney:
    """A payment as its receipt needs it; `number` is the receipt's, empty while it has none."""

    id: int
    public_id: UUID
    account_id: int
    day: date
    kind: str
    provider: str
    provider_ref: str
    amount: Decimal
    currency: str
    number: str


def received(session: Session, payment_id: int) -> ReceivedMoney:
    """The payment; NotFoundError where there is none."""
    row = session.execute(PAYMENT, {"payment": payment_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no payment {payment_id}")
    return ReceivedMoney(**row)


def receipt_of(session: Session, payment_id: int, now: datetime) -> tuple[PaymentReceipt, BillingAccount]:
    """What the receipt of a payment says at a moment, and whose it is."""
    payment = received(session, payment_id)
    account = parties(session, [payment.account_id], payment.day)[payment.account_id]
    today = max(local_day(now, account.timezone), payment.day)
    own = {"payment": payment_id, "account": payment.account_id}
    books = balances(session, account_id=payment.account_id)
    return PaymentReceipt(
        number=payment.number, day=payment.day, kind=payment.kind, provider=payment.provider,
        reference=payment.provider_ref, amount=payment.amount, currency=payment.currency,
        account=account.buyer.account or "", seller=account.seller, buyer=account.buyer,
        bills=tuple(PaidBill(**row) for row in session.execute(BILLS, own).mappings()),
        taken_back=tuple(TakenBack(**row) for row in session.execute(TAKEN_BACK, own).mappings()),
        owed=books.get(("receivable", payment.currency), Decimal(0)),
        credit=-books.get(("credit", payment.currency), Decimal(0)),
        as_of=today, reopened=session.execute(REOPENED, own).scalar_one(),
    ), account  # fmt: skip
