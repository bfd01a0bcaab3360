"""A meter goes, another comes: both are billed, nothing twice."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cloud_service.domain.metering import mount_entry
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import mount_changes
from cloud_service.store.metering.entered_registers import entered_registers
from common.errors import ConflictError, InputError


@dataclass(frozen=True, slots=True)
class MeterExchange:
    """A meter goes, another comes: final indexes of the old, first ones of the new, in thousandths by register name."""

    service_point_id: int
    new_meter_id: int
    at: datetime
    closing: dict[str, int]
    opening: dict[str, int]
    multiplier: Decimal = Decimal(1)


def exchange_meter(session: Session, exchange: MeterExchange, *, author: str, reason: str = "") -> None:
    """The old meter's mount ends with its final indexes, the new one begins with its first; nothing is billed twice."""
    old = mount_changes.mounted_meter(session, exchange.service_point_id, exchange.at)
    if old is None:
        raise ConflictError("no meter is mounted there at that time")
    if exchange.at <= old.since:
        raise InputError(f"the old meter was hung up at {old.since.isoformat()} only", path="at")
    mount_entry.check_multiplier(exchange.multiplier)
    missing = mount_changes.index_registers(session, old.meter_id) - set(exchange.closing)
    if missing:
        raise InputError(f"the final index of register {min(missing)} is missing", path="closing")
    _check_indexes(session, exchange, old)
    mount_changes.dismount(session, old.mount_id, exchange.at, exchange.closing)
    mount_changes.mount(
        session, meter_id=exchange.new_meter_id, point_id=exchange.service_point_id, at=exchange.at,
        opening=exchange.opening, multiplier=exchange.multiplier,
    )  # fmt: skip
    log.note(
        session, author, "meter.exchange", f"service_point:{exchange.service_point_id}", reason=reason,
        old=old.meter_id, new=exchange.new_meter_id, at=exchange.at.isoformat(), closing=exchange.closing,
        opening=exchange.opening,
    )  # fmt: skip


def _check_indexes(session: Session, exchange: MeterExchange, old: mount_changes.MountedMeter) -> None:
    """Both meters' indexes are ones that their registers can have shown."""
    going = entered_registers(session, old.meter_id, exchange.at, mounted=old.since)
    mount_entry.check_closing(mount_entry.since_opening(going, old.opening, old.since), exchange.closing, exchange.at)
    coming = entered_registers(session, exchange.new_meter_id, exchange.at)
    mount_entry.check_opening(coming, exchange.opening, exchange.at)
