"""Bills and securities of the books before ours: which are known, whose numbers clash, what rests on them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

OF_NUMBER = text(
    """
    SELECT i.id, i.account_id, a.number AS account, i.taken_over_on, i.bill_date, i.due_date, i.total, i.edition,
           i.basis->'taken_over' AS earlier,
           EXISTS (SELECT 1 FROM ledger_entry WHERE business_key = 'take_over_undo:' || i.id) AS taken_back
      FROM invoice i
      JOIN account a ON a.id = i.account_id
     WHERE i.legal_entity_id = :entity AND i.number = :number
     ORDER BY i.edition DESC
     LIMIT 1
    """
)
BY_ID = text(
    """
    SELECT i.id, i.number, i.account_id, i.legal_entity_id AS entity_id, i.currency, i.total, i.taken_over_on,
           EXISTS (SELECT 1 FROM ledger_entry WHERE business_key = 'take_over_undo:' || i.id) AS taken_back,
           EXISTS (SELECT 1 FROM allocation WHERE invoice_id = i.id OR credit_note_id = i.id)
             OR EXISTS (SELECT 1 FROM payment WHERE credit_note_id = i.id) AS paid,
           EXISTS (SELECT 1 FROM dunning_step WHERE invoice_id = i.id) AS reminded,
           EXISTS (SELECT 1 FROM dispute WHERE invoice_id = i.id)
             OR EXISTS (SELECT 1 FROM plan_invoice WHERE invoice_id = i.id) AS arranged
      FROM invoice i
     WHERE i.id = :id
    """
)
SERIES_NUMBER = text(
    """
    SELECT EXISTS (
           SELECT 1
             FROM (SELECT prefix, next_number
                     FROM number_series
                    WHERE legal_entity_id = :entity
                    UNION ALL
                   SELECT unnest(ARRAY['INV-', 'CN-']) || cast(:year AS text) || '-', 1) s
            WHERE starts_with(:number, s.prefix) AND substr(:number, length(s.prefix) + 1) ~ '^[0-9]{1,12}$'
              AND substr(:number, length(s.prefix) + 1)::bigint >= s.next_number
              AND NOT EXISTS (SELECT 1 FROM number_series o
                               WHERE o.legal_entity_id = :entity AND o.prefix = s.prefix
                                 AND substr(:number, length(s.prefix) + 1)::bigint < o.next_number))
    """
)
SECURITIES = text("SELECT count(*) FROM payment WHERE account_id = :account AND provider = 'take_over'")
SECURITY_GONE = text("SELECT EXISTS (SELECT 1 FROM payment WHERE reverses_id = :payment AND provider = 'take_over')")
SECURITY_HELD = text(
    """
    SELECT p.id
      FROM payment p
     WHERE p.account_id = :account AND p.provider = 'take_over' AND p.kind = 'deposit' AND p.amount = :amount
       AND (cast(:day AS date) IS NULL OR p.day = :day)
       AND NOT EXISTS (SELECT 1 FROM payment r WHERE r.reverses_id = p.id AND r.provider = 'take_over')
     LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class NumberedBill:
    """The newest bill of a number: ours, or one that was taken over (`earlier` is what its books said of it)."""

    id: int
    account_id: int
    account: str
    taken_over_on: date | None
    bill_date: date
    due_date: date
    total: Decimal
    edition: int
    earlier: dict[str, str] | None
    taken_back: bool


@dataclass(frozen=True, slots=True)
class TakenOverBill:
    """One bill that was taken over, and what rests on it."""

    id: int
    number: str
    account_id: int
    entity_id: int
    currency: str
    total: Decimal
    taken_over_on: date | None
    taken_back: bool
    paid: bool
    reminded: bool
    arranged: bool


def bill_of_number(session: Session, entity_id: int, number: str) -> NumberedBill | None:
    """The newest bill of that number in a company."""
    row = session.execute(OF_NUMBER, {"entity": entity_id, "number": number}).mappings().one_or_none()
    return NumberedBill(**row) if row else None


def taken_over_bill(session: Session, invoice_id: int) -> TakenOverBill | None:
    """A bill with what rests on it; None where there is none of that id."""
    row = session.execute(BY_ID, {"id": invoice_id}).mappings().one_or_none()
    return TakenOverBill(**row) if row else None


def is_number_to_come(session: Session, entity_id: int, number: str, year: int) -> bool:
    """Whether a series of the company will give this number to a bill of its own."""
    values = {"entity": entity_id, "number": number, "year": year}
    return bool(session.execute(SERIES_NUMBER, values).scalar_one())


def count_securities(session: Session, account_id: int) -> int:
    """How many payments of the account came from earlier books, those that took them back included."""
    return int(session.execute(SECURITIES, {"account": account_id}).scalar_one())


def security_held(session: Session, account_id: int, amount: Decimal, day: date | None) -> int | None:
    """The same security taken over before, on that day or on any; None where there is none."""
    values = {"account": account_id, "amount": amount, "day": day}
    payment_id: int | None = session.execute(SECURITY_HELD, values).scalar_one_or_none()
    return payment_id


def is_taken_back(session: Session, payment_id: int) -> bool:
    """Whether a security that was taken over was taken back."""
    return bool(session.execute(SECURITY_GONE, {"payment": payment_id}).scalar_one())
