"""Rows of mounts as meters come and go, with their first and last indexes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class MountedMeter:
    """A meter at a service point now."""

    mount_id: int
    meter_id: int
    since: datetime
    opening: dict[str, int]  # thousandths by register name


MOUNTED = text("""
SELECT id AS mount_id, meter_id, lower(during) AS since, opening FROM meter_mount WHERE service_point_id = :point
 AND during @> cast(:at AS timestamptz)
""")
HANGING = text("""
SELECT id AS mount_id, meter_id, lower(during) AS since, opening FROM meter_mount WHERE meter_id = :meter
 AND upper_inf(during) AND during @> cast(:at AS timestamptz)
""")
INDEXES = text("SELECT name FROM register WHERE meter_id = :meter AND kind = 'index' AND billed")
METER_NAME = text("SELECT name FROM meter WHERE id = :id")
DISMOUNT = text("UPDATE meter_mount SET during = tstzrange(lower(during), :at), closing = :closing WHERE id = :id")
MOUNT = text("""
INSERT INTO meter_mount (meter_id, service_point_id, during, multiplier, opening)
 VALUES (:meter, :point, tstzrange(:at, NULL), :multiplier, :opening)
""")


def mounted_meter(session: Session, point_id: int, at: datetime) -> MountedMeter | None:
    """The meter at a service point at an instant."""
    row = session.execute(MOUNTED, {"point": point_id, "at": at}).mappings().one_or_none()
    return MountedMeter(**row) if row else None


def hanging_meter(session: Session, meter_id: int, at: datetime) -> MountedMeter | None:
    """A meter where it hangs from before an instant until today; None where it does not."""
    row = session.execute(HANGING, {"meter": meter_id, "at": at}).mappings().one_or_none()
    return MountedMeter(**row) if row else None


def index_registers(session: Session, meter_id: int) -> set[str]:
    """Names of its billed counters."""
    return {row.name for row in session.execute(INDEXES, {"meter": meter_id})}


def meter_name(session: Session, meter_id: int) -> str:
    """How its gateway or file calls it."""
    return str(session.execute(METER_NAME, {"id": meter_id}).scalar_one())


def dismount(session: Session, mount_id: int, at: datetime, closing: dict[str, int]) -> None:
    """The meter goes, with its final indexes."""
    session.execute(DISMOUNT, {"id": mount_id, "at": at, "closing": Jsonb(closing)})


def mount(
    session: Session, *, meter_id: int, point_id: int, at: datetime, opening: dict[str, int], multiplier: Decimal
) -> None:
    """A meter comes, with its first indexes."""
    values = {"meter": meter_id, "point": point_id, "at": at, "multiplier": multiplier, "opening": Jsonb(opening)}
    session.execute(MOUNT, values)
