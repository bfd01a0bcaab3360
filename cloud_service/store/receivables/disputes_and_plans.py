"""Disputes and payment plans as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.instalments import Instalment


@dataclass(frozen=True, slots=True)
class ActivePlan:
    """A plan with what its invoices still owe, what was paid on them since it was agreed, and what should have been."""

    id: int
    account_id: int
    outstanding: Decimal
    paid: Decimal
    expected: Decimal


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
IN_PLANS = text(
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
PLAN_INSTALMENT = text("INSERT INTO plan_instalment (payment_plan_id, due_date, amount) VALUES (:plan, :day, :amount)")
ACTIVE = text(
    """
    SELECT p.id, p.account_id, open.outstanding, agreed.amount - open.outstanding AS paid,
           coalesce(due.expected, 0) AS expected
      FROM payment_plan p
     CROSS JOIN LATERAL (SELECT sum(x.amount) AS amount FROM plan_instalment x WHERE x.payment_plan_id = p.id) agreed
     CROSS JOIN LATERAL (SELECT sum(b.outstanding) AS outstanding
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


def count_write_offs(session: Session, invoice_id: int) -> int:
    """How often a part of the invoice was written off."""
    return int(session.execute(WRITE_OFFS, {"id": str(invoice_id)}).scalar_one())


def open_dispute(session: Session, invoice_id: int, reason: str, day: date, author: str) -> bool:
    """Note a dispute; False if there is an open one."""
    fields = {"id": invoice_id, "day": day, "reason": reason, "author": author}
    return session.execute(OPEN_DISPUTE, fields).scalar_one_or_none() is not None


def close_dispute(session: Session, invoice_id: int, outcome: str, day: date) -> bool:
    """Close the open dispute; False if there is none."""
    fields = {"id": invoice_id, "day": day, "outcome": outcome}
    return session.execute(CLOSE_DISPUTE, fields).scalar_one_or_none() is not None


def numbers_in_plans(session: Session, invoice_ids: Sequence[int]) -> list[str]:
    """Numbers of those that a running plan covers already."""
    return list(session.execute(IN_PLANS, {"ids": list(invoice_ids)}).scalars())


def add_plan(
    session: Session,
    account_id: int,
    invoice_ids: Sequence[int],
    instalments: Sequence[Instalment],
    *,
    reason: str,
    author: str,
) -> int:
    """Write a plan with its invoices and instalments."""
    plan = int(session.execute(ADD_PLAN, {"account": account_id, "reason": reason, "author": author}).scalar_one())
    session.execute(PLAN_INVOICE, [{"plan": plan, "invoice": invoice_id} for invoice_id in invoice_ids])
    session.execute(
        PLAN_INSTALMENT, [{"plan": plan, "day": each.due_date, "amount": each.amount} for each in instalments]
    )
    return plan


def active_plans(session: Session, day: date, patience_days: int) -> list[ActivePlan]:
    """Plans that run, with what was paid and what should have been by a day."""
    rows = session.execute(ACTIVE, {"day": day, "patience": patience_days}).mappings()
    return [ActivePlan(**row) for row in rows]


def set_plan_state(session: Session, plan_id: int, state: str) -> None:
    """End a plan."""
    session.execute(SET_STATE, {"id": plan_id, "state": state})
