"""The indexes around an instant as they were read, for estimates give way; the bills that rest on what lies between."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.expected_index import KnownIndex, KnownIndexes

NEWEST_LOOKED_AT = 50  # instants; of so many in a row one counts unless all of them were taken back

# what a mount's opening and closing index say counts like a reading
BEFORE = text("""
WITH near AS (SELECT DISTINCT at FROM (SELECT at FROM reading WHERE register_id = :register AND at < :at
                                        ORDER BY at DESC LIMIT :rows) n)
SELECT at, value FROM (
  SELECT b.at, b.value FROM near CROSS JOIN LATERAL (
    SELECT at, value, quality FROM reading_best WHERE register_id = :register AND at = near.at) b WHERE b.quality < 2
  UNION ALL
  SELECT lower(m.during), (m.opening->>r.name)::bigint FROM register r JOIN meter_mount m ON m.meter_id = r.meter_id
   WHERE r.id = :register AND m.opening ? r.name AND lower(m.during) < :at) k
 ORDER BY at DESC LIMIT 1
""")
AFTER = text("""
SELECT at, value FROM (
  (SELECT at, value FROM reading_best WHERE register_id = :register AND at > :at AND quality < 2 ORDER BY at LIMIT 1)
  UNION ALL
  SELECT upper(m.during), (m.closing->>r.name)::bigint FROM register r JOIN meter_mount m ON m.meter_id = r.meter_id
   WHERE r.id = :register AND m.closing ? r.name AND upper(m.during) > :at) k
 ORDER BY at LIMIT 1
""")
YEAR_BEFORE = text("""
SELECT at, value FROM (
  (SELECT at, value FROM reading_best WHERE register_id = :register AND at < :at AND quality < 2
      AND at >= cast(:at AS timestamptz) - interval '1 year' ORDER BY at LIMIT 1)
  UNION ALL
  SELECT lower(m.during), (m.opening->>r.name)::bigint FROM register r JOIN meter_mount m ON m.meter_id = r.meter_id
   WHERE r.id = :register AND m.opening ? r.name AND lower(m.during) < :at
     AND lower(m.during) >= cast(:at AS timestamptz) - interval '1 year') k
 ORDER BY at LIMIT 1
""")
BILLS = text("""
SELECT DISTINCT i.public_id, i.number, i.buyer->>'name' AS tenant, i.bill_date
  FROM register r
  JOIN meter_mount m ON m.meter_id = r.meter_id
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id
  JOIN contract c ON c.service_point_id = p.id
  JOIN invoice_span n ON n.contract_id = c.id AND NOT n.credited
  JOIN invoice i ON i.id = n.invoice_id
 WHERE r.id = :register AND r.billed
   AND m.during && tstzrange(:start, :end, '[]')
   AND n.during && daterange((cast(:start AS timestamptz) AT TIME ZONE s.timezone)::date,
                             (cast(:end AS timestamptz) AT TIME ZONE s.timezone - interval '1 microsecond')::date, '[]')
 ORDER BY i.bill_date, i.number
""")


@dataclass(frozen=True, slots=True)
class RestingBill:
    """An issued bill whose days rest on a register's readings."""

    public_id: UUID
    number: str
    tenant: str
    bill_date: date


def around(session: Session, register_id: int, at: datetime) -> KnownIndexes:
    """What is known right before, right after, and up to a year before the one before."""
    last = _one(session, BEFORE, register=register_id, at=at, rows=NEWEST_LOOKED_AT)
    return KnownIndexes(
        last=last,
        earlier=_one(session, YEAR_BEFORE, register=register_id, at=last.at) if last else None,
        next=_one(session, AFTER, register=register_id, at=at),
    )


def _one(session: Session, query: TextClause, **values: object) -> KnownIndex | None:
    row = session.execute(query, values).one_or_none()
    return None if row is None else KnownIndex(row.at, row.value)


def resting_bills(session: Session, register_id: int, start: datetime, end: datetime) -> list[RestingBill]:
    """The bills of days between two instants, both included; a bill that was taken back is none."""
    rows = session.execute(BILLS, {"register": register_id, "start": start, "end": end}).mappings()
    return [RestingBill(**row) for row in rows]
