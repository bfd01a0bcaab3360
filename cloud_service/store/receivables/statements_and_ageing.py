"""What the books say, as at any day: statements of accounts and ageing.

Both are sums over the same ledger lines and allocations, so they agree; `reconciliation.reconcile` proves it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

ALL = Scope()
BUCKETS = ("not_due", "days_30", "days_60", "days_90", "older")


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a statement; `amount` positive is owed to us, `balance` is after it."""

    day: date
    kind: str
    text: str
    amount: Decimal
    balance: Decimal
    invoice_id: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's movements in a stretch of days: opening + movements = closing = outstanding − credit."""

    account_id: int
    currency: str
    opening: Decimal
    movements: list[Movement]
    closing: Decimal
    outstanding: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class AgedAccount:
    """What an account owes at a day, by how long it is overdue; `credit` is what we hold for it."""

    account_id: int
    public_id: UUID
    account: str
    client_public_id: UUID
    client: str
    currency: str
    not_due: Decimal
    days_30: Decimal
    days_60: Decimal
    days_90: Decimal
    older: Decimal
    total: Decimal
    credit: Decimal


OPENING = text(
    """
    SELECT coalesce(sum(l.amount), 0)
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE a.account_id = :account AND a.kind IN ('receivable', 'credit') AND e.day < :start
    """
)
MOVEMENTS = text(
    """
    SELECT e.id, e.day, e.kind, e.text, sum(l.amount) AS amount, max(l.invoice_id) AS invoice_id
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE a.account_id = :account AND a.kind IN ('receivable', 'credit') AND e.day >= :start AND e.day <= :end
     GROUP BY e.id
    HAVING sum(l.amount) <> 0
     ORDER BY e.day, e.id
    """
)
CLOSING = text(
    """
    SELECT a.kind, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE a.account_id = :account AND a.kind IN ('receivable', 'credit') AND e.day <= :end
     GROUP BY a.kind
    """
)
CURRENCY = text("SELECT currency FROM account WHERE id = :account")
AGED = text(
    """
    SELECT o.account_id, a.public_id, a.number AS account, c.public_id AS client_public_id, c.name AS client,
           o.currency,
           sum(o.left) FILTER (WHERE o.late <= 0) AS not_due,
           sum(o.left) FILTER (WHERE o.late BETWEEN 1 AND 30) AS days_30,
           sum(o.left) FILTER (WHERE o.late BETWEEN 31 AND 60) AS days_60,
           sum(o.left) FILTER (WHERE o.late BETWEEN 61 AND 90) AS days_90,
           sum(o.left) FILTER (WHERE o.late > 90) AS older,
           sum(o.left) AS total, sum(o.credit) AS credit
      FROM (SELECT account_id, currency, outstanding AS left, outstanding_local AS local, :day - due_date AS late,
                   0::numeric AS credit
              FROM invoice_balance_at(:day, cast(:account AS bigint))
             WHERE outstanding <> 0
            UNION ALL
            SELECT g.account_id, g.currency, 0, 0, 0, -sum(l.amount)
              FROM ledger_line l
              JOIN ledger_account g ON g.id = l.ledger_account_id
              JOIN ledger_entry e ON e.id = l.ledger_entry_id
             WHERE g.kind = 'credit' AND e.day <= :day
               AND (cast(:account AS bigint) IS NULL OR g.account_id = :account)
             GROUP BY 1, 2
            HAVING sum(l.amount) <> 0) o
      JOIN account a ON a.id = o.account_id
      JOIN client c ON c.id = a.client_id
     WHERE cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)
     GROUP BY o.account_id, a.id, c.id, o.currency
     ORDER BY sum(o.local) DESC, a.number
    """
)


def statement(session: Session, account_id: int, start: date, end: date) -> Statement:
    """The account's movements from `start` to `end`, both included.

    That a payment settles an invoice moves nothing here: the payment itself is the movement.
    """
    parameters = {"account": account_id, "start": start, "end": end}
    currency = session.execute(CURRENCY, parameters).scalar_one_or_none()
    if currency is None:
        raise NotFoundError(f"account {account_id} does not exist")
    opening = balance = Decimal(session.execute(OPENING, parameters).scalar_one())
    movements = []
    for row in session.execute(MOVEMENTS, parameters):
        balance += row.amount
        movements.append(Movement(row.day, row.kind, row.text, row.amount, balance, row.invoice_id))
    closing = {row.kind: row.amount for row in session.execute(CLOSING, parameters)}
    outstanding = closing.get("receivable", Decimal(0))
    credit = -closing.get("credit", Decimal(0))
    return Statement(account_id, currency, opening, movements, balance, outstanding, credit)


def ageing(session: Session, day: date, scope: Scope = ALL, *, account_id: int | None = None) -> list[AgedAccount]:
    """By account, the largest in local currency first; sums of `total` are the ledger's receivables of that day.

    An account with credit alone has a `total` of 0.
    """
    entities = None if scope.entities is None else list(scope.entities)
    rows = session.execute(AGED, {"day": day, "entities": entities, "account": account_id}).mappings()
    return [AgedAccount(**(dict(row) | {key: row[key] or Decimal(0) for key in BUCKETS})) for row in rows]
