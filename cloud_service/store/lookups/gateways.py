"""What the pages say of gateways: the meters that one announces, and how many are in trouble."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Site
from cloud_service.store.lists.metering import gateway_state
from cloud_service.store.metering.tables import Gateway, Quarantine
from common.message import Catalog, DeviceHealth, Up, decode
from common.reading import Kind

CATALOGS = text(
    """
    SELECT DISTINCT ON (s.id) s.id, c.payload
      FROM stream s
      JOIN stream_catalog c ON c.stream_id = s.id
     WHERE s.gateway_id = :gateway
     ORDER BY s.id DESC, c.version DESC
     LIMIT 20
    """
)
METERS = text(
    """
    SELECT m.name, m.serial, m.public_id, p.name AS point, p.public_id AS point_public_id
      FROM meter m
      LEFT JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
      LEFT JOIN service_point p ON p.id = n.service_point_id
     WHERE m.name = ANY(:names)
    """
)
POINTS_WITHOUT_METER = text(
    """
    SELECT p.id, p.name
      FROM service_point p
     WHERE p.site_id = :site
       AND NOT EXISTS (SELECT 1 FROM meter_mount n WHERE n.service_point_id = p.id AND upper_inf(n.during))
     ORDER BY p.name, p.id
    """
)


@dataclass(frozen=True, slots=True)
class AnnouncedMeter:
    """A meter that a gateway reads or tries to read; `public_id` is None until a first reading came."""

    name: str
    registers: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()  # those of the registers that have a first index
    serial: str = ""
    public_id: UUID | None = None
    point: str = ""
    point_public_id: UUID | None = None
    failing_since: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class GatewayTroubles:
    """Gateways of a legal entity that nobody hears, and messages of its gateways that were refused."""

    offline: int
    refused_messages: int
    refusing_gateways: int


def announced_meters(session: Session, gateway: Gateway) -> list[AnnouncedMeter]:
    """The meters of a gateway's catalogs and of its last report, those that fail first."""
    channels: dict[str, dict[str, str]] = {}  # meter -> register -> kind
    for row in session.execute(CATALOGS, {"gateway": gateway.id}):
        catalog = decode(Up.CATALOG, bytes(row.payload))
        for channel in catalog.channels if isinstance(catalog, Catalog) else ():
            channels.setdefault(channel.meter, {})[channel.register] = channel.kind
    devices = {device.meter: device for device in _devices(gateway.health)}
    names = channels.keys() | devices.keys()
    stored = {row.name: row for row in session.execute(METERS, {"names": sorted(names)})}
    meters = [_announced(name, channels.get(name, {}), stored.get(name), devices.get(name)) for name in sorted(names)]
    return sorted(meters, key=lambda meter: not meter.failing_since)


def _announced(name: str, kinds: Mapping[str, str], row: Any, device: DeviceHealth | None) -> AnnouncedMeter:
    failing = device is not None and device.failing_since_ms > 0
    return AnnouncedMeter(
        name=name,
        registers=tuple(sorted(kinds)),
        counters=tuple(sorted(register for register, kind in kinds.items() if kind == Kind.INDEX)),
        serial=row.serial if row else "",
        public_id=row.public_id if row else None,
        point=(row.point or "") if row else "",
        point_public_id=row.point_public_id if row else None,
        failing_since=datetime.fromtimestamp(device.failing_since_ms / 1000, UTC) if device and failing else None,
        error=device.error if device and failing else "",
    )


def _devices(health: dict[str, Any]) -> tuple[DeviceHealth, ...]:
    """The meters of a gateway's last report; none where it has not reported, or as another version would."""
    try:
        return msgspec.convert(health.get("report", {}).get("devices", ()), tuple[DeviceHealth, ...])
    except msgspec.ValidationError:
        return ()


def points_without_meter(session: Session, site_id: int) -> list[tuple[int, str]]:
    """(id, name) of the service points of a site where no meter hangs."""
    return [(row.id, row.name) for row in session.execute(POINTS_WITHOUT_METER, {"site": site_id})]


def gateway_troubles(session: Session, entity_id: int, now: datetime) -> GatewayTroubles:
    """For the dashboard of a legal entity; each number is the sum of the list that it leads to."""
    of_entity = select(Gateway).join(Site, Site.id == Gateway.site_id).where(Site.legal_entity_id == entity_id)
    offline = session.scalar(
        of_entity.with_only_columns(func.count(), maintain_column_froms=True).where(gateway_state(now) == "offline")
    )
    refused = session.execute(
        of_entity.join(Quarantine, Quarantine.gateway == Gateway.name)
        .where(Quarantine.resolved == "", Quarantine.gateway != "")
        .with_only_columns(func.count(), func.count(Gateway.id.distinct()), maintain_column_froms=True)
    ).one()
    return GatewayTroubles(int(offline or 0), *refused)


def gateway_by_id(session: Session, gateway_id: int, now: datetime) -> tuple[Gateway, Site, str]:
    """A gateway with its site and its state as lists say it."""
    of_gateway = select(Gateway, Site).join(Site, Site.id == Gateway.site_id).where(Gateway.id == gateway_id)
    gateway, site = session.execute(of_gateway).one()
    state = session.scalar(select(gateway_state(now)).where(Gateway.id == gateway_id))
    return gateway, site, str(state)
