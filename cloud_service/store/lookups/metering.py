"""One meter or gateway by the id in its address, with its registers, days and newest readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Site
from cloud_service.store.lists import metering
from cloud_service.store.lookups.existing import existing
from cloud_service.store.metering import supplied_use
from cloud_service.store.metering.supplied_use import SuppliedRegister
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

EARLIEST = date(2000, 1, 1)


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
    """A register that bills a customer or did; `supplied` says in which days it was theirs."""

    id: int
    step_s: int
    serial: str
    point: str
    timezone: str
    supplied: tuple[SuppliedRegister, ...]


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


def daily_use(session: Session, account_ids: Sequence[int], span: Span) -> list[DayUse]:
    """The accounts' electricity on their own days of a span, without days of which nothing is known."""
    supplied = supplied_use.of_accounts(session, account_ids, span)
    totals: dict[date, Decimal] = {}
    with_gaps = set()
    for day_sum in supplied_use.daily(session, supplied):
        totals[day_sum.first] = totals.get(day_sum.first, Decimal(0)) + day_sum.total
        if day_sum.gaps:
            with_gaps.add(day_sum.first)
    return [DayUse(day, int(totals[day]), day in with_gaps) for day in sorted(totals)]


def own_registers(session: Session, account_ids: Sequence[int], today: date) -> list[OwnRegister]:
    """The registers that bill a customer or did, those of today's meters first."""
    supplied: dict[int, list[SuppliedRegister]] = {}
    for own in supplied_use.of_accounts(session, account_ids, Span(EARLIEST, today + timedelta(days=2))):
        supplied.setdefault(own.register.register_id, []).append(own)
    return [
        OwnRegister(id_, newest.register.step_s, newest.register.meter, newest.point, newest.timezone, tuple(owns))
        for id_, owns in supplied.items()
        if (newest := owns[0])
    ]
