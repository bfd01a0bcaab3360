"""Invoices as people look for them: lists what was received and is outstanding, totals, recent activity."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import InputError, NotFoundError

STATES = ("open", "part_paid", "paid", "overdue", "credited")
ORDERS = {
    "number": "number",
    "tenant": "tenant",
    "bill_date": "bill_date",
    "due_date": "due_date",
    "amount": "amount",
    "received": "received",
    "outstanding": "outstanding",
    "energy": "energy",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show; empty fields do not restrict. `today` decides what is overdue."""

    today: date
    entity_id: int | None = None
    client_id: int | None = None
    account_id: int | None = None
    site_id: int | None = None
    state: str = ""
    search: str = ""
    bill_from: date | None = None
    bill_until: date | None = None  # exclusive
    kind: str = ""

    def __post_init__(self) -> None:
        if self.state and self.state not in STATES:
            raise InputError(f"{self.state!r} is no state of a bill", path="state", hint=", ".join(STATES))


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A line of the bills list. Amounts are in `currency`, energy in Wh."""

    id: int
    public_id: UUID
    kind: str
    number: str
    tenant: str
    client_public_id: UUID
    account_id: int
    account_number: str
    bill_date: date
    due_date: date
    currency: str
    amount: Decimal
    received: Decimal
    credited: Decimal
    outstanding: Decimal
    local_currency: str
    local_rate: Decimal
    energy: int
    prepaid: bool
    state: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The dashboard's figures; money in the local currency, by the rates of the day; energy in Wh."""

    currency: str
    outstanding: Decimal
    overdue: Decimal
    received: Decimal
    billed: Decimal
    credit: Decimal
    energy: int
    bills: int
    active_connections: int
    outstanding_by_currency: dict[str, Decimal]
    received_by_currency: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened: an invoice, a credit note, a payment, a refund ..."""

    at: datetime
    kind: str
    text: str
    tenant: str
    amount: Decimal
    currency: str
    invoice_public_id: UUID | None


BASE = """
    FROM invoice i
    JOIN account a ON a.id = i.account_id
    JOIN client c ON c.id = a.client_id
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(l.amount), 0) AS settled,
               coalesce(sum(l.amount) FILTER (WHERE l.payment_id IS NOT NULL), 0) AS received,
               coalesce(sum(l.amount) FILTER (WHERE l.credit_note_id IS NOT NULL), 0) AS credited
          FROM allocation l WHERE l.invoice_id = i.id) s ON true
"""
STATE = """
    CASE WHEN i.kind = 'credit_note' THEN 'credited'
         WHEN EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id AND n.kind = 'credit_note'
                         AND -n.total >= i.total) THEN 'credited'
         WHEN i.total <= s.settled THEN 'paid'
         WHEN i.due_date < :today THEN 'overdue'
         WHEN s.settled > 0 THEN 'part_paid'
         ELSE 'open' END
"""
COLUMNS = f"""
    i.id, i.public_id, i.kind, i.number, i.buyer->>'name' AS tenant, c.public_id AS client_public_id, i.account_id,
    a.number AS account_number, i.bill_date, i.due_date, i.currency, i.total AS amount, s.received, s.credited,
    CASE WHEN i.kind = 'credit_note' THEN 0 ELSE greatest(i.total, 0) - s.settled END AS outstanding,
    i.local_currency, i.local_rate, i.energy, i.prepaid, {STATE} AS state
"""
FILTERS = {
    "entity_id": "i.legal_entity_id = :entity_id",
    "client_id": "a.client_id = :client_id",
    "account_id": "i.account_id = :account_id",
    "site_id": "EXISTS (SELECT 1 FROM invoice_span w JOIN contract k ON k.id = w.contract_id JOIN service_point p"
    " ON p.id = k.service_point_id WHERE w.invoice_id = i.id AND p.site_id = :site_id)",
    "bill_from": "i.bill_date >= :bill_from",
    "bill_until": "i.bill_date < :bill_until",
    "kind": "i.kind = :kind",
    "search": "(i.number ILIKE :pattern OR i.buyer->>'name' ILIKE :pattern OR a.number ILIKE :pattern)",
}


def _where(wanted: Filter) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"today": wanted.today}
    clauses = []
    for name, clause in FILTERS.items():
        value = getattr(wanted, name)
        if value not in (None, ""):
            clauses.append(clause)
            values[name] = value
    if wanted.search:
        values["pattern"] = "%" + wanted.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        del values["search"]
    return (" WHERE " + " AND ".join(clauses)) if clauses else "", values


def _listed(wanted: Filter) -> tuple[str, dict[str, Any]]:
    """The filtered rows as a subquery; the state is known only after the sums."""
    where, values = _where(wanted)
    inner = f"SELECT {COLUMNS} {BASE} {where}"
    if not wanted.state:
        return inner, values
    return f"SELECT * FROM ({inner}) rows WHERE state = :state", values | {"state": wanted.state}  # noqa: S608 - as above


def invoice_rows(
    session: Session, wanted: Filter, *, order: str = "-bill_date", limit: int = 50, offset: int = 0
) -> list[InvoiceRow]:
    """A page of the list; `order` is a key of ORDERS, with `-` for descending."""
    column = ORDERS.get(order.removeprefix("-"))
    if column is None:
        raise InputError(f"bills cannot be sorted by {order!r}", path="order", hint=", ".join(ORDERS))
    inner, values = _listed(wanted)
    way = "DESC" if order.startswith("-") else "ASC"
    statement = f"SELECT * FROM ({inner}) page ORDER BY {column} {way}, id {way} LIMIT :limit OFFSET :offset"  # noqa: S608 - as above
    rows = session.execute(text(statement), values | {"limit": limit, "offset": offset}).mappings()
    return [InvoiceRow(**row) for row in rows]


def invoice_count(session: Session, wanted: Filter) -> int:
    """How many bills the filter finds."""
    inner, values = _listed(wanted)
    return int(session.execute(text(f"SELECT count(*) FROM ({inner}) rows"), values).scalar_one())  # noqa: S608 - as above


def invoice_sums(session: Session, wanted: Filter) -> dict[str, tuple[Decimal, Decimal, Decimal, int]]:
    """Currency -> (billed, received, outstanding, Wh) of all bills the filter finds."""
    inner, values = _listed(wanted)
    sums = "sum(amount) AS amount, sum(received) AS received, sum(outstanding) AS outstanding, sum(energy) AS energy"
    statement = f"SELECT currency, {sums} FROM ({inner}) rows GROUP BY currency ORDER BY currency"  # noqa: S608 - as above
    rows = session.execute(text(statement), values)
    return {row.currency: (row.amount, row.received, row.outstanding, int(row.energy)) for row in rows}


def find_number(session: Session, number: str, today: date, entity_id: int | None = None) -> InvoiceRow:
    """The bill of that number."""
    where = "WHERE i.number = :number" + (" AND i.legal_entity_id = :entity" if entity_id else "")
    statement = f"SELECT {COLUMNS} {BASE} {where} ORDER BY i.id DESC LIMIT 1"
    row = (
        session.execute(text(statement), {"number": number, "entity": entity_id, "today": today})
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(f"there is no bill {number}")
    return InvoiceRow(**row)


def find_public(session: Session, public_id: UUID, today: date) -> InvoiceRow:
    """The bill with that public id."""
    statement = f"SELECT {COLUMNS} {BASE} WHERE i.public_id = :public_id"
    row = session.execute(text(statement), {"public_id": public_id, "today": today}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such bill")
    return InvoiceRow(**row)


LEDGER = text(
    "SELECT a.kind, a.currency, sum(l.amount) AS amount FROM ledger_line l"
    "  JOIN ledger_account a ON a.id = l.ledger_account_id JOIN ledger_entry e ON e.id = l.ledger_entry_id"
    " WHERE a.kind IN ('receivable', 'credit', 'cash') AND e.day <= :day"
    "   AND (cast(:entity AS bigint) IS NULL OR a.legal_entity_id = :entity) GROUP BY a.kind, a.currency"
)
OVERDUE = text(
    "SELECT i.currency, sum(i.total - coalesce(s.settled, 0)) AS amount FROM invoice i"
    "  LEFT JOIN LATERAL (SELECT sum(amount) AS settled FROM allocation l"
    "       WHERE l.invoice_id = i.id AND l.day <= :day) s ON true"
    " WHERE i.kind = 'invoice' AND i.total > 0 AND i.due_date < :day AND i.bill_date <= :day"
    "   AND (cast(:entity AS bigint) IS NULL OR i.legal_entity_id = :entity) GROUP BY i.currency"
)
BILLED = text(
    "SELECT currency, sum(total) AS amount, sum(energy) AS energy, count(*) FILTER (WHERE kind = 'invoice') AS bills"
    "  FROM invoice WHERE bill_date <= :day AND (cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity)"
    " GROUP BY currency"
)
ACTIVE = text(
    "SELECT count(*) FROM contract k JOIN service_point p ON p.id = k.service_point_id JOIN site s ON s.id = p.site_id"
    " WHERE k.during @> cast(:day AS date) AND (cast(:entity AS bigint) IS NULL OR s.legal_entity_id = :entity)"
)
LOCAL = text(
    "SELECT currency FROM legal_entity WHERE cast(:entity AS bigint) IS NULL OR id = :entity ORDER BY id LIMIT 1"
)
RATE = text(
    "SELECT DISTINCT ON (currency) currency, rate FROM currency_rate WHERE base = :base AND day <= :day"
    " ORDER BY currency, day DESC"
)


def totals(session: Session, day: date, entity_id: int | None = None) -> Totals:
    """The figures as at the end of a day, of one entity or of all; outstanding is the ledger's receivables."""
    asked = {"day": day, "entity": entity_id}
    base = session.execute(LOCAL, {"entity": entity_id}).scalar_one_or_none() or "EUR"
    rates = {row.currency: row.rate for row in session.execute(RATE, {"base": base, "day": day})} | {base: Decimal(1)}
    ledger = {(row.kind, row.currency): row.amount for row in session.execute(LEDGER, asked)}
    billed = session.execute(BILLED, asked).all()
    by_kind = {
        kind: {currency: amount for (k, currency), amount in ledger.items() if k == kind}
        for kind in ("receivable", "credit", "cash")
    }
    return Totals(
        currency=base,
        outstanding=_local(by_kind["receivable"], rates, base),
        overdue=_local({row.currency: row.amount for row in session.execute(OVERDUE, asked)}, rates, base),
        received=_local(by_kind["cash"], rates, base),
        billed=_local({row.currency: row.amount for row in billed}, rates, base),
        credit=-_local(by_kind["credit"], rates, base),
        energy=int(sum(row.energy for row in billed)),
        bills=sum(row.bills for row in billed),
        active_connections=int(session.execute(ACTIVE, asked).scalar_one()),
        outstanding_by_currency=by_kind["receivable"],
        received_by_currency=by_kind["cash"],
    )


def total_outstanding(session: Session, day: date, entity_id: int | None = None) -> Decimal:
    """What clients owe at the end of a day, in local currency."""
    return totals(session, day, entity_id).outstanding


def _local(amounts: dict[str, Decimal], rates: dict[str, Decimal], base: str) -> Decimal:
    """The sum in the local currency, each currency rounded once; a missing rate is said, not guessed."""
    from cloud_service.domain.money import round_money

    missing = sorted(set(amounts) - set(rates))
    if missing:
        raise NotFoundError(f"there is no rate of {', '.join(missing)} in {base}", hint="import a rates file")
    return sum((round_money(amount * rates[currency], base) for currency, amount in amounts.items()), Decimal(0))


ACTIVITY = text(
    "SELECT * FROM ("
    "  (SELECT i.created_at AS at, i.kind, i.number AS text, i.buyer->>'name' AS tenant, i.total AS amount, i.currency,"
    "          i.public_id AS invoice_public_id FROM invoice i"
    "    WHERE cast(:entity AS bigint) IS NULL OR i.legal_entity_id = :entity ORDER BY i.id DESC LIMIT :limit)"
    "  UNION ALL"
    "  (SELECT p.created_at, p.kind, p.provider || ' ' || p.provider_ref, c.name, p.amount, p.currency, NULL"
    "     FROM payment p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id"
    "    WHERE cast(:entity AS bigint) IS NULL OR c.legal_entity_id = :entity ORDER BY p.id DESC LIMIT :limit)"
    ") happened ORDER BY at DESC LIMIT :limit"
)


def recent_activity(session: Session, limit: int = 10, entity_id: int | None = None) -> list[Activity]:
    """The newest invoices and payments together."""
    rows = session.execute(ACTIVITY, {"limit": limit, "entity": entity_id}).mappings()
    return [Activity(**row) for row in rows]
