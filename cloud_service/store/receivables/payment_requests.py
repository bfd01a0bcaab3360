"""What can be paid by a link: an invoice with what is left of it, and the payment pages already asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

PAYABLE = text(
    """
    SELECT i.id, i.public_id, i.account_id, i.number, i.kind, i.currency, i.total, i.due_date, i.during,
           i.buyer->>'email' AS email, coalesce(nullif(i.buyer->>'locale', ''), 'en') AS locale,
           i.seller->>'name' AS seller, i.buyer->>'name' AS buyer,
           CASE WHEN i.kind = 'invoice' THEN b.outstanding ELSE 0 END AS left
      FROM invoice i
      JOIN invoice_balance b ON b.invoice_id = i.id
     WHERE i.public_id = :public_id
    """
)
ACCOUNT = text(
    """
    SELECT a.id, a.public_id, a.number, a.currency, c.email, c.locale, e.name AS seller,
           coalesce((SELECT m.mode = 'prepaid'
                       FROM account_mode m
                      WHERE m.account_id = a.id
                        AND m.during @> (transaction_timestamp() AT TIME ZONE e.timezone)::date), false) AS prepaid
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE a.public_id = :public_id
    """
)
KNOWN = text(
    """
    SELECT url, amount, created_at
      FROM payment_request
     WHERE provider = :provider
       AND account_id = :account
       AND invoice_id IS NOT DISTINCT FROM cast(:invoice AS bigint)
     ORDER BY id DESC
    """
)
WRITE = text(
    """
    INSERT INTO payment_request (account_id, invoice_id, provider, provider_ref, url, amount, currency)
    VALUES (:account, :invoice, :provider, :ref, :url, :amount, :currency)
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class PayableInvoice:
    """An invoice as its payer sees it; `left` is what is still to pay, zero for a credit note."""

    id: int
    public_id: UUID
    account_id: int
    number: str
    kind: str
    currency: str
    total: Decimal
    due_date: date
    during: Any
    email: str
    locale: str
    seller: str
    buyer: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class TopUpTarget:
    """An account as the one who tops it up sees it."""

    id: int
    public_id: UUID
    number: str
    currency: str
    email: str
    locale: str
    seller: str
    prepaid: bool


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """A payment page that was made for the same thing."""

    url: str
    amount: Decimal
    created_at: datetime


def payable_invoice(session: Session, public_id: UUID) -> PayableInvoice | None:
    """The invoice of that public id."""
    row = session.execute(PAYABLE, {"public_id": public_id}).mappings().one_or_none()
    return PayableInvoice(**row) if row else None


def top_up_target(session: Session, public_id: UUID) -> TopUpTarget | None:
    """The account of that public id."""
    row = session.execute(ACCOUNT, {"public_id": public_id}).mappings().one_or_none()
    return TopUpTarget(**row) if row else None


def earlier_requests(session: Session, provider: str, account_id: int, invoice_id: int | None) -> list[EarlierRequest]:
    """The pages made so far, newest first."""
    rows = session.execute(KNOWN, {"provider": provider, "account": account_id, "invoice": invoice_id}).mappings()
    return [EarlierRequest(**row) for row in rows]


def record(
    session: Session, provider: str, ref: str, url: str, *,
    account_id: int, invoice_id: int | None, amount: Decimal, currency: str,
) -> None:  # fmt: skip
    """Keep which page was made for what, so that its payment finds home; known pages stay as they are."""
    session.execute(
        WRITE,
        {
            "provider": provider, "ref": ref, "url": url, "account": account_id, "invoice": invoice_id,
            "amount": amount, "currency": currency,
        },
    )  # fmt: skip
