"""Overdue invoices with what dunning must know: steps taken, disputes, plans, readings in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OverdueInvoice:
    """An invoice that may be dunned."""

    invoice_id: int
    number: str
    account_id: int
    account: str
    client: str
    kind: str
    country: str
    locale: str
    email: str
    entity_id: int
    seller: str
    theme: dict[str, Any]
    currency: str
    bill_date: date
    due_date: date
    total: Decimal
    left: Decimal
    taken: int
    last: date | None
    public_id: str
    derived: bool  # a fee or interest itself: bears no interest
    rules_id: int | None  # the company's rules by which its steps were taken; none: those of the country
    resting: bool  # the account gets no reminders on this day
    taken_over_on: date | None  # interest of the days before is in the books before ours


OVERDUE = text(
    """
    SELECT i.id AS invoice_id, i.number, i.account_id, a.number AS account, c.name AS client, c.kind,
           coalesce(nullif(c.country, ''), e.country) AS country, c.locale, c.email, e.id AS entity_id,
           e.name AS seller, e.theme, i.currency, i.bill_date, i.due_date, i.total, b.outstanding AS left,
           coalesce(d.taken, 0) AS taken, d.last, i.public_id::text AS public_id,
           (i.basis ? 'interest_on' OR i.basis ? 'fee_for') AS derived, d.rules_id,
           coalesce(a.no_reminders_until > :day, false) AS resting, i.taken_over_on
      FROM invoice_balance b
      JOIN invoice i ON i.id = b.invoice_id
      JOIN account a ON a.id = i.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = i.legal_entity_id
      LEFT JOIN LATERAL (SELECT max(step) AS taken, max(day) AS last, max(rules_id) AS rules_id
                           FROM dunning_step x WHERE x.invoice_id = i.id) d ON true
     WHERE b.outstanding > 0 AND b.due_date < :day
       AND NOT EXISTS (SELECT 1 FROM postal_delivery x WHERE x.invoice_id = i.id AND x.posted_on IS NULL)
       AND (cast(:entity AS bigint) IS NULL OR b.legal_entity_id = :entity)
       AND (cast(:account AS bigint) IS NULL OR i.account_id = :account)
       AND NOT EXISTS (SELECT 1 FROM dispute x WHERE x.invoice_id = i.id AND x.closed_on IS NULL)
       AND NOT EXISTS (SELECT 1 FROM late_day x WHERE x.invoice_id = i.id AND x.handled_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM plan_invoice x JOIN payment_plan y ON y.id = x.payment_plan_id
                        WHERE x.invoice_id = i.id AND y.state = 'active')
     ORDER BY i.account_id, i.due_date, i.id
    """
)
SETTLED = text("SELECT day, amount FROM allocation WHERE invoice_id = :id ORDER BY day, id")
STEP = text(
    """
    INSERT INTO dunning_step (invoice_id, step, name, day, outstanding, fee_invoice_id, rules_id)
    VALUES (:invoice, :step, :name, :day, :outstanding, :fee, :rules)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)
LAST_INTEREST = text(
    """
    SELECT max((i.basis->>'interest_until')::date)
      FROM invoice i
     WHERE i.account_id = :account
       AND (i.basis->>'interest_on')::bigint = :invoice
       AND NOT EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id)
    """
)


def overdue_invoices(
    session: Session, day: date, entity_id: int | None = None, account_id: int | None = None
) -> list[OverdueInvoice]:
    """What may be dunned on a day: never disputed, planned or doubtful amounts; parked ones have no invoice yet."""
    values = {"day": day, "entity": entity_id, "account": account_id}
    return [OverdueInvoice(**row) for row in session.execute(OVERDUE, values).mappings()]


def settlements(session: Session, invoice_id: int) -> list[tuple[date, Decimal]]:
    """When how much of an invoice was settled."""
    return [(row.day, row.amount) for row in session.execute(SETTLED, {"id": invoice_id})]


def record_step(
    session: Session, invoice: OverdueInvoice, *, step: int, name: str, day: date, fee_invoice_id: int | None,
    rules_id: int | None = None,
) -> bool:  # fmt: skip
    """Note a step, taken by the company's rules of that id; False if it was taken already."""
    fields = {"invoice": invoice.invoice_id, "step": step, "name": name, "day": day, "outstanding": invoice.left}
    return session.execute(STEP, fields | {"fee": fee_invoice_id, "rules": rules_id}).scalar_one_or_none() is not None


def interest_until(session: Session, account_id: int, invoice_id: int) -> date | None:
    """Up to which day interest on an invoice was charged."""
    day: date | None = session.execute(
        LAST_INTEREST, {"account": account_id, "invoice": invoice_id}
    ).scalar_one_or_none()
    return day


def group_by_account(rows: Sequence[OverdueInvoice]) -> dict[int, list[OverdueInvoice]]:
    """By account, in order."""
    by_account: dict[int, list[OverdueInvoice]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
    return by_account
