"""Payments and the providers' events they come from, each written once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.payment_allocation import Allocation
from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.store.database import lock_order


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came in (positive) or went back (negative)."""

    account_id: int
    provider: str
    provider_ref: str
    kind: str
    amount: Decimal
    currency: str
    day: date
    author: str
    reverses_id: int | None = None
    credit_note_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPayment:
    """A payment as it is stored."""

    id: int
    account_id: int
    provider: str
    provider_ref: str
    kind: str
    amount: Decimal
    currency: str
    day: date
    unallocated: Decimal  # neither used for an invoice nor given back
    reverses_id: int | None = None  # of money that went back: the payment it is of


@dataclass(frozen=True, slots=True)
class PaymentPurpose:
    """What a payment page was made for."""

    account_id: int
    invoice_id: int | None


@dataclass(frozen=True, slots=True)
class PayingAccount:
    """An account with what booking needs of it."""

    account_id: int
    entity_id: int
    currency: str
    timezone: str
    prepaid: bool


EVENT = text(
    """
    INSERT INTO payment_event (provider, event_id, kind, body, amount, currency, payment_ref, undoes, occurred_at)
    VALUES (:provider, :event_id, :kind, :body, :amount, :currency, :payment_ref, :undoes, :occurred_at)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)
HANDLED = text("UPDATE payment_event SET outcome = :outcome, handled_at = :at, account_id = :account WHERE id = :id")
UNDONE = text("SELECT 1 FROM payment_event WHERE provider = :provider AND undoes = :event LIMIT 1")
GIVEN_BACK = text("SELECT 1 FROM payment WHERE reverses_id = :id AND facts->>'event' = :event LIMIT 1")
REQUEST = text(
    """
    SELECT account_id, invoice_id
      FROM payment_request
     WHERE provider = :provider
       AND provider_ref = :ref
    """
)
PAYMENT = text(
    """
    INSERT INTO payment (account_id, provider, provider_ref, kind, amount, currency, day, reverses_id,
           credit_note_id, facts, author)
    VALUES (:account_id, :provider, :provider_ref, :kind, :amount, :currency, :day, :reverses_id, :credit_note_id,
           :facts, :author)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)
FIND = text(
    """
    SELECT id, account_id, provider, provider_ref, kind, amount, currency, day, source_left(id, NULL) AS unallocated,
           reverses_id
      FROM payment
     WHERE provider = :provider
       AND (provider_ref = :ref OR (:request <> '' AND facts->>'request_ref' = :request))
       AND amount > 0
     ORDER BY id
     LIMIT 1
    """
)
BY_ID = text(
    """
    SELECT id, account_id, provider, provider_ref, kind, amount, currency, day, source_left(id, NULL) AS unallocated,
           reverses_id
      FROM payment
     WHERE id = :id
    """
)
BY_REFERENCE = text(
    """
    SELECT id, account_id, provider, provider_ref, kind, amount, currency, day, source_left(id, NULL) AS unallocated,
           reverses_id
      FROM payment
     WHERE provider = :provider
       AND provider_ref = :ref
    """
)
PAYOUTS = text(
    """
    SELECT id, account_id, provider, provider_ref, kind, amount, currency, day, amount AS unallocated,
           reverses_id
      FROM payment
     WHERE account_id = :account
       AND provider = 'payout'
       AND regexp_replace(provider_ref, ':(payment|invoice|credit_note):[0-9]+$', '') = :reference
     ORDER BY id
    """
)
ACCOUNT = text(
    """
    SELECT a.id AS account_id, c.legal_entity_id AS entity_id, a.currency, e.timezone,
           coalesce((SELECT m.mode = 'prepaid'
                       FROM account_mode m
                      WHERE m.account_id = a.id AND m.during @> cast(:day AS date)), false) AS prepaid
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE a.id = :id
       FOR NO KEY UPDATE OF a
    """
)
REFUNDABLE = text(
    """
    SELECT p.amount + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.reverses_id = p.id), 0)
      FROM payment p
     WHERE p.id = :id
    """
)
RELEASED = text(
    """
    SELECT count(*) AS times, coalesce(sum(amount), 0) AS amount
      FROM payment
     WHERE provider = 'deposit'
       AND facts->'deposit' = to_jsonb(cast(:id AS bigint))
       AND account_id = (SELECT account_id FROM payment WHERE id = :id)
    """
)
USED = text(
    """
    SELECT invoice_id, sum(amount) AS amount, max(day) AS last, max(id) AS newest
      FROM allocation
     WHERE payment_id = :payment
     GROUP BY invoice_id
    HAVING sum(amount) > 0
     ORDER BY newest DESC
    """
)


def store_event(session: Session, event: ProviderEvent) -> int | None:
    """Keep a raw event; None if it came before."""
    names = (
        "provider", "event_id", "kind", "body", "amount", "currency", "payment_ref", "undoes", "occurred_at",
    )  # fmt: skip
    fields = {name: getattr(event, name) for name in names}
    event_id: int | None = session.execute(EVENT, fields).scalar_one_or_none()
    return event_id


def mark_handled(session: Session, event_id: int, outcome: str, at: datetime, account_id: int | None = None) -> None:
    """What became of an event."""
    session.execute(HANDLED, {"id": event_id, "outcome": outcome, "at": at, "account": account_id})


def is_undone(session: Session, provider: str, event_id: str) -> bool:
    """Whether the provider has told that the money of an event came back."""
    return bool(session.execute(UNDONE, {"provider": provider, "event": event_id}).scalar())


def is_given_back(session: Session, payment_id: int, event_id: str) -> bool:
    """Whether an event of the provider has given (a part of) a payment back."""
    return bool(session.execute(GIVEN_BACK, {"id": payment_id, "event": event_id}).scalar())


def purpose_of(session: Session, provider: str, ref: str) -> PaymentPurpose | None:
    """What the provider's payment page of that name was made for."""
    row = session.execute(REQUEST, {"provider": provider, "ref": ref}).one_or_none()
    return PaymentPurpose(row.account_id, row.invoice_id) if row else None


def add_payment(session: Session, payment: NewPayment) -> int | None:
    """Write a payment; None if the provider's object is booked already."""
    fields = {name: getattr(payment, name) for name in NewPayment.__slots__}
    payment_id: int | None = session.execute(PAYMENT, fields | {"facts": Jsonb(payment.facts)}).scalar_one_or_none()
    return payment_id


def find_payment(session: Session, provider: str, ref: str, request_ref: str = "") -> StoredPayment | None:
    """A payment by the provider's name of the money, or of the page it came by."""
    row = session.execute(FIND, {"provider": provider, "ref": ref, "request": request_ref}).mappings().one_or_none()
    return StoredPayment(**row) if row else None


def booked_as(session: Session, provider: str, ref: str) -> StoredPayment | None:
    """Money of either direction by its way and reference."""
    row = session.execute(BY_REFERENCE, {"provider": provider, "ref": ref}).mappings().one_or_none()
    return StoredPayment(**row) if row else None


def payouts(session: Session, account_id: int, reference: str) -> list[StoredPayment]:
    """What was paid out of an account by one reference: a row for each credit that it came from."""
    rows = session.execute(PAYOUTS, {"account": account_id, "reference": reference}).mappings()
    return [StoredPayment(**row) for row in rows]


def payment(session: Session, payment_id: int) -> StoredPayment | None:
    """A payment by its id."""
    row = session.execute(BY_ID, {"id": payment_id}).mappings().one_or_none()
    return StoredPayment(**row) if row else None


def lock_paying_account(session: Session, account_id: int, day: date) -> PayingAccount | None:
    """Lock an account (see `ledger.lock_accounts`); what booking needs of it on a day."""
    lock_order.take(session, lock_order.ACCOUNT, [account_id])
    row = session.execute(ACCOUNT, {"id": account_id, "day": day}).mappings().one_or_none()
    return PayingAccount(**row) if row else None


def allocations_to_take_back(session: Session, payment_id: int, amount: Decimal, day: date) -> list[Allocation]:
    """Allocations to take back, the newest first, until `amount` of the payment is free; none before its own day."""
    allocations: list[Allocation] = []
    for row in session.execute(USED, {"payment": payment_id}):
        if amount <= 0:
            break
        taken = min(amount, row.amount)
        allocations.append(
            Allocation("payment", payment_id, row.invoice_id, -taken, max(day, row.last), automatic=False)
        )
        amount -= taken
    return allocations


def refundable(session: Session, payment_id: int) -> Decimal:
    """What of a payment has not been given back."""
    return Decimal(session.execute(REFUNDABLE, {"id": payment_id}).scalar_one())


def deposit_left(session: Session, payment_id: int) -> Decimal:
    """What of a deposit has been neither given back nor released."""
    return refundable(session, payment_id) - Decimal(session.execute(RELEASED, {"id": payment_id}).one().amount)


def count_releases(session: Session, payment_id: int) -> int:
    """How often a part of the deposit was released."""
    return int(session.execute(RELEASED, {"id": payment_id}).one().times)
