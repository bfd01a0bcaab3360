"""Disputes, payment plans and what is open of invoices, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open of an invoice."""

    invoice_id: int
    number: str
    account_id: int
    entity_id: int
    currency: str
    since: date  # is that open: the bill's date, or a later one on which money was taken back from it
    left: Decimal


@dataclass(frozen=True, slots=True)
class ActivePlan:
    """A plan with what was paid on its invoices since it was agreed, and what should have been."""

    id: int
    account_id: int
    left: Decimal
    paid: Decimal
    expected: Decimal


OWED = text(
    """
    SELECT invoice_id, number, account_id, legal_entity_id AS entity_id, currency, open_since AS since,
           outstanding AS left
      FROM invoice_balance
     WHERE invoice_id = :id
    """
)
WRITE_OFFS = text("SELECT count(*) FROM ledger_entry WHERE business_key LIKE 'write_off:' || :id || ':%'")
OPEN_DISPUTE = text(
    """
    INSERT INTO dispute (invoice_id, opened_on, reason, author)
    VALUES (:id, :day, :reason, :author)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)
CLOSE_DISPUTE = text(
    """
    UPDATE dispute
       SET closed_on = :day, outcome = :outcome
     WHERE invoice_id = :id
       AND closed_on IS NULL
    RETURNING id
    """
)
ADD_PLAN = text(
    """
    INSERT INTO payment_plan (account_id, reason, author)
    VALUES (:account, :reason, :author)
    RETURNING id
    """
)
PLANNED = text(
    """
    SELECT i.number
      FROM plan_invoice x
      JOIN payment_plan p ON p.id = x.payment_plan_id
      JOIN invoice i ON i.id = x.invoice_id
     WHERE x.invoice_id = ANY(:ids)
       AND p.state = 'active'
     ORDER BY i.number
    """
)
PLAN_INVOICE = text("INSERT INTO plan_invoice (payment_plan_id, invoice_id) VALUES (:plan, :invoice)")
PLAN_PART = text("INSERT INTO plan_instalment (payment_plan_id, due_date, amount) VALUES (:plan, :day, :amount)")
ACTIVE = text(
    """
    SELECT p.id, p.account_id, open.left, agreed.amount - open.left AS paid, coalesce(due.expected, 0) AS expected
      FROM payment_plan p
     CROSS JOIN LATERAL (SELECT sum(x.amount) AS amount FROM plan_instalment x WHERE x.payment_plan_id = p.id) agreed
     CROSS JOIN LATERAL (SELECT sum(b.outstanding) AS left
                           FROM plan_invoice x JOIN invoice_balance b ON b.invoice_id = x.invoice_id
                          WHERE x.payment_plan_id = p.id) open
      LEFT JOIN LATERAL (SELECT sum(x.amount) AS expected
                           FROM plan_instalment x
                          WHERE x.payment_plan_id = p.id
                            AND x.due_date + cast(:patience AS int) < :day) due ON true
     WHERE p.state = 'active'
     ORDER BY p.id
    """
)
SET_STATE = text("UPDATE payment_plan SET state = :state WHERE id = :id AND state = 'active'")


def owed(session: Session, invoice_id: int) -> Owed:
    """What is open of an invoice now."""
    row = session.execute(OWED, {"id": invoice_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no invoice {invoice_id}")
    return Owed(**row)


def count_write_offs(session: Session, invoice_id: int) -> int:
    """How often a part of the invoice was written off."""
    return int(session.execute(WRITE_OFFS, {"id": str(invoice_id)}).scalar_one())


def open_dispute(session: Session, invoice_id: int, reason: str, day: date, author: str) -> bool:
    """Note a dispute; False if there is an open one."""
    values = {"id": invoice_id, "day": day, "reason": reason, "author": author}
    return session.execute(OPEN_DISPUTE, values).scalar_one_or_none() is not None


def close_dispute(session: Session, invoice_id: int, outcome: str, day: date) -> bool:
    """Close the open dispute; False if there is none."""
    values = {"id": invoice_id, "day": day, "outcome": outcome}
    return session.execute(CLOSE_DISPUTE, values).scalar_one_or_none() is not None


def numbers_in_plans(session: Session, invoice_ids: Sequence[int]) -> list[str]:
    """Numbers of those that a running plan covers already."""
    return list(session.execute(PLANNED, {"ids": list(invoice_ids)}).scalars())


def add_plan(
    session: Session,
    account_id: int,
    invoice_ids: Sequence[int],
    parts: Sequence[tuple[date, Decimal]],
    *,
    reason: str,
    author: str,
) -> int:
    """Write a plan with its invoices and instalments."""
    plan = int(session.execute(ADD_PLAN, {"account": account_id, "reason": reason, "author": author}).scalar_one())
    session.execute(PLAN_INVOICE, [{"plan": plan, "invoice": invoice_id} for invoice_id in invoice_ids])
    session.execute(PLAN_PART, [{"plan": plan, "day": day, "amount": amount} for day, amount in parts])
    return plan


def active_plans(session: Session, day: date, patience_days: int) -> list[ActivePlan]:
    """Plans that run, with what was paid and what should have been by a day."""
    rows = session.execute(ACTIVE, {"day": day, "patience": patience_days}).mappings()
    return [ActivePlan(**row) for row in rows]


def set_plan_state(session: Session, plan_id: int, state: str) -> None:
    """End a plan."""
    session.execute(SET_STATE, {"id": plan_id, "state": state})
