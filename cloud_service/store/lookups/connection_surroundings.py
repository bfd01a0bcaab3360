"""What stands around a connection: last indexes, who lived there before and after, deposits, the latest bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering import known_indexes

COUNTERS = text("""
SELECT r.id, r.name, r.unit, r.direction, r.quantity, r.step_s, t.name AS meter, t.public_id AS meter_public_id
  FROM meter_mount m
  JOIN meter t ON t.id = m.meter_id
  JOIN register r ON r.meter_id = t.id AND r.kind = 'index' AND r.billed
 WHERE m.service_point_id = :point AND m.during @> cast(:at AS timestamptz)
 ORDER BY r.id
""")
NEIGHBOURS = text("""
(SELECT c.public_id, c.number, lower(c.during) AS start, upper(c.during) AS end, c.vacancy, k.name AS tenant,
        k.public_id AS client_public_id
   FROM contract c
   JOIN account a ON a.id = c.account_id
   JOIN client k ON k.id = a.client_id
  WHERE c.service_point_id = :point AND c.id <> :id AND upper(c.during) <= :start
  ORDER BY upper(c.during) DESC
  LIMIT 1)
UNION ALL
(SELECT c.public_id, c.number, lower(c.during), upper(c.during), c.vacancy, k.name, k.public_id
   FROM contract c
   JOIN account a ON a.id = c.account_id
   JOIN client k ON k.id = a.client_id
  WHERE c.service_point_id = :point AND c.id <> :id AND lower(c.during) >= cast(:end AS date)
  ORDER BY lower(c.during)
  LIMIT 1)
""")
BILLS = text("""
SELECT i.public_id, i.number, i.kind, lower(i.during) AS start, upper(i.during) AS end, i.total, i.currency,
       EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id AND n.kind = 'credit_note') AS credited
  FROM invoice i
 WHERE i.account_id = :account AND i.bill_date >= :since
   AND EXISTS (SELECT 1 FROM invoice_span s
                WHERE s.invoice_id IN (i.id, i.corrects_id) AND s.contract_id = :contract)
 ORDER BY i.bill_date DESC, i.id DESC
 LIMIT :rows
""")
DEPOSITS = text("""
SELECT p.public_id, p.day, p.currency,
       p.amount + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.reverses_id = p.id), 0)
                - coalesce((SELECT sum(o.amount) FROM payment o WHERE o.account_id = p.account_id
                             AND o.provider = 'deposit' AND o.facts->'deposit' = to_jsonb(p.id) AND o.amount > 0), 0)
       AS left
  FROM payment p
 WHERE p.account_id = :account AND p.kind = 'deposit' AND p.amount > 0
 ORDER BY p.day
 LIMIT :rows
""")
YEARS_BACK = 3
SHOWN = 8


@dataclass(frozen=True, slots=True)
class LastIndex:
    """The newest index of a counter that hangs there."""

    meter: str
    meter_public_id: UUID
    register: str
    unit: str
    value: int | None  # thousandths of the unit; None where nothing is known
    at: datetime | None
    direction: str = ""  # as the client sees it
    quantity: str = ""
    step_s: int = 900


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The contract before or after at the same service point; `vacancy` if it is the owner's."""

    public_id: UUID
    number: str
    start: date
    end: date | None
    vacancy: bool
    tenant: str
    client_public_id: UUID


@dataclass(frozen=True, slots=True)
class ConnectionBill:
    """A bill or credit note of the connection."""

    public_id: UUID
    number: str
    kind: str
    start: date
    end: date
    total: Decimal
    currency: str
    credited: bool


@dataclass(frozen=True, slots=True)
class HeldDeposit:
    """A security deposit of the account, and what of it is held still."""

    public_id: UUID
    day: date
    currency: str
    left: Decimal


def last_indexes(session: Session, point_id: int, at: datetime) -> list[LastIndex]:
    """Of each counter of the meter that hangs there at an instant, what it showed last before it."""
    indexes = []
    for counter in session.execute(COUNTERS, {"point": point_id, "at": at}):
        last = known_indexes.around(session, counter.id, at).last
        indexes.append(
            LastIndex(
                counter.meter, counter.meter_public_id, counter.name, counter.unit, last.value if last else None,
                last.at if last else None, counter.direction, counter.quantity, counter.step_s,
            )
        )  # fmt: skip
    return indexes


def neighbours(
    session: Session, contract_id: int, point_id: int, start: date | None, end: date | None
) -> tuple[Neighbour | None, Neighbour | None]:
    """Who was supplied there before and who is after; None where nobody was or is."""
    values = {"point": point_id, "id": contract_id, "start": start, "end": end}
    both = [Neighbour(**row) for row in session.execute(NEIGHBOURS, values).mappings()]
    before = next((each for each in both if start and each.end and each.end <= start), None)
    after = next((each for each in both if end and each.start >= end), None)
    return before, after


def connection_bills(session: Session, account_id: int, contract_id: int, today: date) -> Sequence[ConnectionBill]:
    """Its latest bills and credit notes, the newest first."""
    since = date(today.year - YEARS_BACK, 1, 1)
    values = {"account": account_id, "contract": contract_id, "since": since, "rows": SHOWN}
    return [ConnectionBill(**row) for row in session.execute(BILLS, values).mappings()]


def held_deposits(session: Session, account_id: int) -> list[HeldDeposit]:
    """The deposits of an account of which something is held."""
    rows = session.execute(DEPOSITS, {"account": account_id, "rows": 50}).mappings()
    return [held for held in (HeldDeposit(**row) for row in rows) if held.left > 0]
