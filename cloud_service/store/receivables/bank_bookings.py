"""Payments that came by the bank, with the line of the statement that each was booked from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.store.database import lock_order

FACT = "bank_line"
AROUND = timedelta(days=10)  # days within which a booking may be told again
BOOKINGS = """
    SELECT p.id, p.account_id, a.number AS account, c.legal_entity_id AS entity_id, p.provider_ref AS reference,
           p.amount, p.currency, p.day, p.facts->'bank_line' AS line
      FROM payment p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
     WHERE p.provider = 'bank'
"""
KNOWN = text(
    BOOKINGS
    + """
       AND ((p.day BETWEEN :first AND :last AND (p.amount > 0 OR p.kind = 'chargeback'))
            OR p.provider_ref = ANY(:refs))
     ORDER BY p.id
    """
)
SINCE = text(BOOKINGS + "AND p.id > :seen ORDER BY p.id")
NEWEST = text("SELECT coalesce(max(id), 0) FROM payment")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('bank_bookings'))")


@dataclass(frozen=True, slots=True)
class BankBooking:
    """A payment of the bank's; `line` is None where somebody entered it by hand."""

    payment_id: int
    account_id: int
    account: str
    entity_id: int
    reference: str
    amount: Decimal
    currency: str
    day: date
    line: BankLine | None


def facts_of(line: BankLine) -> dict[str, Any]:
    """What a payment keeps of its line of the statement."""
    return {FACT: msgspec.to_builtins(line)}


def bank_bookings(session: Session, lines: Sequence[BankLine]) -> list[BankBooking]:
    """All that came by the bank on the days around those of the lines, and what has their references."""
    days = [line.booked_on for line in lines]
    if not days:
        return []
    references = [line.reference for line in lines]
    fields = {
        "first": min(days) - AROUND, "last": max(days) + AROUND,
        "refs": [*references, *(f"chargeback:{reference}" for reference in references)],
    }  # fmt: skip
    return [_booking(row) for row in session.execute(KNOWN, fields)]


def lock(session: Session) -> None:
    """Let nobody else book what came by the bank until the transaction ends."""
    lock_order.take(session, lock_order.BANK)
    session.execute(ONE_AT_A_TIME)


def newest_id(session: Session) -> int:
    """The id of the newest payment; under the lock, no booking of the bank's with a smaller one comes later."""
    return int(session.execute(NEWEST).scalar_one())


def booked_since(session: Session, payment_id: int) -> list[BankBooking]:
    """What came by the bank after a payment."""
    return [_booking(row) for row in session.execute(SINCE, {"seen": payment_id})]


def _booking(row: Any) -> BankBooking:
    return BankBooking(
        row.id, row.account_id, row.account, row.entity_id, row.reference, Decimal(row.amount), row.currency,
        row.day, msgspec.convert(row.line, BankLine) if row.line else None,
    )  # fmt: skip
