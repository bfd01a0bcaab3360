"""One meter or gateway by the id in its address, with its registers, days and newest readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Site
from cloud_service.store.lists import metering
from cloud_service.store.lookups.existing import existing
from cloud_service.store.metering.tables import (
    Gateway,
    IntervalDay,
    Meter,
    MeterMount,
    Register,
    ServicePoint,
    Stream,
)
from cloud_service.store.scope import Scope
from common.period import Span


@dataclass(frozen=True, slots=True)
class MeterPage:
    """A meter, where it hung, its registers; `site` is None for one that hangs nowhere."""

    meter: Meter
    site: Site | None
    point: ServicePoint | None
    registers: list[Register]
    mounts: list[Any]


@dataclass(frozen=True, slots=True)
class ReceivedReading:
    """A reading as it was received; `value` in thousandths of the unit of its register."""

    at: datetime
    value: int
    quality: int
    source: int
    sequence: int
    received_at: datetime
    author: str  # who entered it by hand or took its file in
    reason: str  # why by hand, or the file's name
    counts: bool  # whether it is the one that counts at its instant
    photo: bool  # whether a picture of the meter belongs to it


@dataclass(frozen=True, slots=True)
class DayUse:
    """The electricity of a day in Wh, and whether something of it is missing."""

    day: date
    total: int
    gaps: bool


@dataclass(frozen=True, slots=True)
class OwnRegister:
    """A register that bills a customer today."""

    id: int
    step_s: int | None
    serial: str
    point: str
    timezone: str


def meter(session: Session, scope: Scope, public_id: UUID) -> MeterPage:
    """A meter with its registers."""
    query = (
        select(Meter, Site, ServicePoint)
        .outerjoin(MeterMount, (MeterMount.meter_id == Meter.id) & func.upper_inf(MeterMount.during))
        .outerjoin(ServicePoint, ServicePoint.id == MeterMount.service_point_id)
        .outerjoin(Site, Site.id == ServicePoint.site_id)
        .where(Meter.public_id == public_id, *metering.sites_in_scope(scope))
    )
    row = existing(session.execute(query).first(), "meter")
    registers = session.scalars(select(Register).where(Register.meter_id == row.Meter.id).order_by(Register.id))
    mounts = session.execute(
        select(MeterMount, ServicePoint, Site)
        .join(ServicePoint, ServicePoint.id == MeterMount.service_point_id)
        .join(Site, Site.id == ServicePoint.site_id)
        .where(MeterMount.meter_id == row.Meter.id)
        .order_by(func.lower(MeterMount.during).desc())
    )
    return MeterPage(row.Meter, row.Site, row.ServicePoint, list(registers), list(mounts))


def days_of(session: Session, register_id: int, span: Span) -> list[IntervalDay]:
    """The validated days of a register."""
    return list(
        session.scalars(
            select(IntervalDay)
            .where(IntervalDay.register_id == register_id, IntervalDay.day >= span.start, IntervalDay.day < span.end)
            .order_by(IntervalDay.day)
        )
    )


def last_day(session: Session, register_id: int) -> date | None:
    """The newest validated day of a register."""
    return session.scalar(select(func.max(IntervalDay.day)).where(IntervalDay.register_id == register_id))


READINGS = text(
    """
    SELECT r.at, r.value, r.quality, r.source, r.sequence, r.received_at,
           coalesce(n.author, f.author, '') AS author, coalesce(n.reason, f.name, '') AS reason,
           coalesce(b.source = r.source AND b.sequence = r.sequence, false) AS counts,
           EXISTS (SELECT 1 FROM reading_photo f WHERE r.source = 0 AND f.note_id = r.sequence) AS photo
      FROM (SELECT * FROM reading WHERE register_id = :register ORDER BY at DESC LIMIT :rows) r
      LEFT JOIN LATERAL (SELECT source, sequence FROM reading_best
                          WHERE register_id = :register AND at = r.at) b ON true
      LEFT JOIN reading_note n ON r.source = 0 AND n.id = r.sequence
      LEFT JOIN import_file f ON r.source < 0 AND f.id = -r.source
     ORDER BY r.at DESC, counts DESC, r.received_at DESC
    """
)


def latest_readings(session: Session, register_id: int, rows: int = 20) -> list[ReceivedReading]:
    """The newest readings as they were received."""
    readings = session.execute(READINGS, {"register": register_id, "rows": rows}).mappings()
    return [ReceivedReading(**reading) for reading in readings]


def gateway(session: Session, scope: Scope, public_id: UUID) -> tuple[Gateway, Site, list[Stream]]:
    """A gateway with its site and streams."""
    query = select(Gateway, Site).join(Site, Site.id == Gateway.site_id)
    row = existing(
        session.execute(query.where(Gateway.public_id == public_id, *metering.sites_in_scope(scope))).one_or_none(),
        "gateway",
    )
    streams = session.scalars(select(Stream).where(Stream.gateway_id == row.Gateway.id).order_by(Stream.id.desc()))
    return row.Gateway, row.Site, list(streams)


USE = text(
    """
    SELECT d.day, sum(d.total) AS total, bool_or(d.missing > 0) AS gaps
      FROM interval_day d
      JOIN register r ON r.id = d.register_id AND r.billed AND r.direction = 'import'
      JOIN meter_mount m ON m.meter_id = r.meter_id
      JOIN contract k ON k.service_point_id = m.service_point_id
      JOIN service_point p ON p.id = k.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE k.account_id = ANY(:accounts)
       AND d.day >= :start
       AND d.day < :end
       AND k.during @> d.day
       AND m.during @> (d.day::timestamp AT TIME ZONE s.timezone)
       AND r.unit = 'kWh'
     GROUP BY d.day
     ORDER BY d.day
    """
)


def daily_use(session: Session, account_ids: Sequence[int], span: Span) -> list[DayUse]:
    """The accounts' electricity on the days of a span, without days of which nothing is known."""
    parameters = {"accounts": list(account_ids), "start": span.start, "end": span.end}
    return [DayUse(**row) for row in session.execute(USE, parameters).mappings()]


OWN_REGISTERS = text(
    """
    SELECT DISTINCT r.id, r.step_s, m.serial, p.name AS point, s.timezone
      FROM register r
      JOIN meter m ON m.id = r.meter_id
      JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
      JOIN contract k ON k.service_point_id = n.service_point_id
      JOIN service_point p ON p.id = k.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE k.account_id = ANY(:accounts)
       AND r.billed
       AND r.direction = 'import'
       AND r.unit = 'kWh'
       AND upper_inf(k.during)
     ORDER BY r.id
    """
)


def own_registers(session: Session, account_ids: Sequence[int]) -> list[OwnRegister]:
    """The registers that bill a customer today."""
    rows = session.execute(OWN_REGISTERS, {"accounts": list(account_ids)}).mappings()
    return [OwnRegister(**row) for row in rows]
