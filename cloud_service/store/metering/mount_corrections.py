"""Mounts as they are corrected: when a meter came and went, its multiplier, and the mounts before and after it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class StoredMount:
    """A meter at a service point from an instant to another (None while it hangs)."""

    id: int
    meter_id: int
    meter: str
    service_point_id: int
    timezone: str
    since: datetime
    until: datetime | None
    multiplier: Decimal


_MOUNT = """
SELECT m.id, m.meter_id, t.name AS meter, m.service_point_id, s.timezone, lower(m.during) AS since,
       upper(m.during) AS until, m.multiplier
  FROM meter_mount m
  JOIN meter t ON t.id = m.meter_id
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id
"""
GET = text(f"{_MOUNT} WHERE m.id = :id FOR UPDATE OF m")
OF_METER = text(f"""
{_MOUNT} WHERE m.meter_id = :meter AND (cast(:at AS timestamptz) IS NULL OR m.during @> cast(:at AS timestamptz))
 ORDER BY lower(m.during) DESC LIMIT 1
""")
ENDING = text(f"""
{_MOUNT} WHERE (m.service_point_id = :point OR m.meter_id = :meter) AND upper(m.during) = :at AND m.id <> :id
 ORDER BY m.id
""")
BEGINNING = text(f"""
{_MOUNT} WHERE (m.service_point_id = :point OR m.meter_id = :meter) AND lower(m.during) = :at AND m.id <> :id
 ORDER BY m.id
""")
CHANGE = text("UPDATE meter_mount SET during = tstzrange(:since, :until), multiplier = :multiplier WHERE id = :id")
CONTRACTS = text("""
SELECT id FROM contract
 WHERE service_point_id = :point AND NOT isempty(during) AND (upper_inf(during) OR upper(during) > :day)
""")
NOTED = text("""
SELECT DISTINCT i.number FROM late_day l JOIN invoice i ON i.id = l.invoice_id
 WHERE l.created_at = transaction_timestamp() AND l.handled_at IS NULL ORDER BY i.number
""")


def mount(session: Session, mount_id: int) -> StoredMount:
    """The mount; locked until the transaction ends."""
    row = session.execute(GET, {"id": mount_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such mount")
    return StoredMount(**row)


def mount_of(session: Session, meter_id: int, at: datetime | None = None) -> StoredMount | None:
    """The mount of a meter at an instant, or its newest."""
    row = session.execute(OF_METER, {"meter": meter_id, "at": at}).mappings().one_or_none()
    return StoredMount(**row) if row else None


def neighbours(session: Session, stored: StoredMount) -> tuple[list[StoredMount], list[StoredMount]]:
    """The mounts of the place or the meter that end as it begins, and those that begin as it ends."""
    values = {"id": stored.id, "point": stored.service_point_id, "meter": stored.meter_id}
    before = session.execute(ENDING, {**values, "at": stored.since}).mappings()
    after = session.execute(BEGINNING, {**values, "at": stored.until}).mappings() if stored.until else ()
    return [StoredMount(**row) for row in before], [StoredMount(**row) for row in after]


def change(session: Session, mount_id: int, since: datetime, until: datetime | None, multiplier: Decimal) -> None:
    """Write a mount's instants and multiplier."""
    session.execute(CHANGE, {"id": mount_id, "since": since, "until": until, "multiplier": multiplier})


def contracts_from(session: Session, point_id: int, day: date) -> list[int]:
    """The contracts at a service point that run on a day or later."""
    return list(session.execute(CONTRACTS, {"point": point_id, "day": day}).scalars())


def noted_bills(session: Session) -> list[str]:
    """The bills that rest on what this transaction has changed."""
    return list(session.execute(NOTED).scalars())
