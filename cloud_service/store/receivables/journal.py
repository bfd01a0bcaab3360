"""Lists for accounting: cash book, revenue by kind of price, the journal of all bookings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class CashBookLine:
    """Money in (positive) or out (negative) in the cash book; `balance` is after it, both in `currency`."""

    day: date
    kind: str
    text: str
    account: str
    client: str
    currency: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Revenue:
    """Billed in a month for one kind of price."""

    month: date
    charge: str
    currency: str
    net: Decimal
    quantity: Decimal
    unit: str
    lines: int


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of a booking, for accounting."""

    entry: int
    day: date
    kind: str
    key: str
    text: str
    ledger: str
    account: str
    currency: str
    debit: Decimal
    credit: Decimal


CASH = text(
    """
    SELECT e.day, e.kind, e.text, coalesce(a.number, '') AS account, coalesce(c.name, '') AS client, g.currency,
           l.amount, sum(l.amount) OVER (PARTITION BY g.currency ORDER BY e.day, e.id) AS balance
      FROM ledger_line l
      JOIN ledger_account g ON g.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
      LEFT JOIN payment p ON p.id = (e.facts->>'payment')::bigint
      LEFT JOIN account a ON a.id = p.account_id
      LEFT JOIN client c ON c.id = a.client_id
     WHERE g.kind = 'cash'
       AND e.day <= :end
       AND (cast(:entity AS bigint) IS NULL OR g.legal_entity_id = :entity)
     ORDER BY e.day, e.id
    """
)
REVENUE = text(
    """
    SELECT date_trunc('month', i.bill_date)::date AS month, l.charge, i.currency, sum(l.amount) AS net,
           sum(l.quantity) AS quantity, l.unit, count(*) AS lines
      FROM invoice i
      JOIN invoice_line l ON l.invoice_id = i.id
     WHERE i.bill_date >= :start
       AND i.bill_date <= :end
       AND (cast(:entity AS bigint) IS NULL OR i.legal_entity_id = :entity)
     GROUP BY 1, l.charge, i.currency, l.unit
     ORDER BY 1, l.charge, i.currency, l.unit
    """
)
JOURNAL = text(
    """
    SELECT e.id AS entry, e.day, e.kind, e.business_key AS key, e.text, g.kind AS ledger,
           coalesce(a.number, '') AS account, g.currency, greatest(l.amount, 0) AS debit,
           greatest(-l.amount, 0) AS credit
      FROM ledger_entry e
      JOIN ledger_line l ON l.ledger_entry_id = e.id
      JOIN ledger_account g ON g.id = l.ledger_account_id
      LEFT JOIN account a ON a.id = g.account_id
     WHERE e.day >= :start
       AND e.day <= :end
       AND (cast(:entity AS bigint) IS NULL OR e.legal_entity_id = :entity)
     ORDER BY e.day, e.id, l.id
    """
)


def cash_book(session: Session, start: date, end: date, entity_id: int | None = None) -> list[CashBookLine]:
    """Money in and out with the balance after each, from `start` to `end`."""
    rows = session.execute(CASH, {"end": end, "entity": entity_id}).mappings()
    return [CashBookLine(**row) for row in rows if row["day"] >= start]


def revenue(session: Session, start: date, end: date, entity_id: int | None = None) -> list[Revenue]:
    """Net amounts and quantities by month of the bill date, kind of price and currency; credit notes are negative."""
    rows = session.execute(REVENUE, {"start": start, "end": end, "entity": entity_id}).mappings()
    return [Revenue(**row) for row in rows]


def journal(session: Session, start: date, end: date, entity_id: int | None = None) -> Iterator[JournalLine]:
    """All bookings for accounting, in order; debits and credits of an entry are equal."""
    result = session.execute(
        JOURNAL, {"start": start, "end": end, "entity": entity_id}, execution_options={"yield_per": 2000}
    )
    for row in result.mappings():
        yield JournalLine(**row)
