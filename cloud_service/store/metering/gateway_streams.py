"""Gateways and their streams: who may speak, what was received, which catalogs they sent, what was refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.store.database.bulk_rows import driver

GATEWAYS = text("""
SELECT g.id, g.name, g.state, g.site_id, s.timezone AS zone FROM gateway g JOIN site s ON s.id = g.site_id
 WHERE g.name = ANY(:names)
""")
STREAMS = text("""
INSERT INTO stream (gateway_id, epoch) SELECT * FROM unnest(cast(:gateways AS bigint[]), cast(:epochs AS text[]))
 ON CONFLICT DO NOTHING
""")
STREAM_IDS = text("""
SELECT s.id, s.gateway_id, s.epoch FROM stream s
 JOIN unnest(cast(:gateways AS bigint[]), cast(:epochs AS text[])) AS n(gateway_id, epoch)
   ON n.gateway_id = s.gateway_id AND n.epoch = s.epoch
""")
LOCKED = text("SELECT id, epoch, contiguous, received FROM stream WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
POSITIONS = text("SELECT id, epoch, contiguous, received FROM stream WHERE id = ANY(:ids)")
MOVE = "UPDATE stream SET contiguous = %s, received = %s WHERE id = %s"
CATALOGS = text("SELECT version, payload FROM stream_catalog WHERE stream_id = :id ORDER BY version")
ADD_CATALOG = text("""
INSERT INTO stream_catalog (stream_id, version, payload) VALUES (:stream_id, :version, :payload)
 ON CONFLICT DO NOTHING
""")
# rows are locked in one order, and only those whose time is worth a write
SEEN = text("""
UPDATE gateway g SET last_seen_at = :at, state = CASE g.state WHEN 'registered' THEN 'active' ELSE g.state END
  FROM (SELECT id FROM gateway WHERE id = ANY(:ids) AND coalesce(last_seen_at < cast(:at AS timestamptz)
        - interval '10 seconds', true) ORDER BY id FOR NO KEY UPDATE) AS due WHERE g.id = due.id
""")
HEALTH = text("UPDATE gateway SET health = health || cast(:report AS jsonb) WHERE id = :id")
QUARANTINE = text(
    "INSERT INTO quarantine (gateway, topic, reason, detail, body) VALUES (:gateway, :topic, :reason, :detail, :body)"
)
FOREIGN = text("""
SELECT t.name FROM meter t WHERE t.name = ANY(:meters)
 AND CASE WHEN EXISTS (SELECT 1 FROM meter_mount m WHERE m.meter_id = t.id)
          THEN NOT EXISTS (SELECT 1 FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id
                            WHERE m.meter_id = t.id AND p.site_id = :site_id)
          ELSE EXISTS (SELECT 1 FROM gateway g
                        WHERE g.id = t.gateway_id AND g.site_id <> :site_id AND g.state <> 'revoked') END
""")
CLAIM = text("""
UPDATE meter t SET gateway_id = :gateway WHERE t.name = ANY(:meters)
   AND (t.gateway_id IS NULL OR EXISTS (SELECT 1 FROM gateway g WHERE g.id = t.gateway_id AND g.state = 'revoked'))
""")
ADD_METERS = text("""
INSERT INTO meter (name, serial) SELECT name, name FROM unnest(cast(:names AS text[])) AS name
 ON CONFLICT DO NOTHING
""")
ADD_REGISTERS = text("""
INSERT INTO register (meter_id, name, quantity, direction, unit, kind, billed)
 SELECT t.id, n.name, n.quantity, n.direction, n.unit, n.kind, n.billed
   FROM unnest(cast(:meters AS text[]), cast(:names AS text[]), cast(:quantities AS text[]),
               cast(:directions AS text[]), cast(:units AS text[]), cast(:kinds AS text[]),
               cast(:billed AS boolean[])) AS n(meter, name, quantity, direction, unit, kind, billed)
   JOIN meter t ON t.name = n.meter ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """A gateway that is known; `zone` and `site_id` are of its site."""

    id: int
    name: str
    state: str
    site_id: int
    zone: str


@dataclass(frozen=True, slots=True)
class NewGatewayRegister:
    """A register that a gateway reads and nobody has declared yet."""

    meter: str
    name: str
    quantity: str
    direction: str
    unit: str
    kind: str
    billed: bool


def gateways(session: Session, names: Iterable[str]) -> dict[str, GatewayIdentity]:
    """The known ones of these gateways."""
    rows = session.execute(GATEWAYS, {"names": sorted(set(names))}).mappings()
    return {row["name"]: GatewayIdentity(**row) for row in rows}


def open_streams(session: Session, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The stream ids of (gateway id, epoch) pairs; new ones begin at zero."""
    ordered = sorted(set(keys))
    values = {"gateways": [gateway for gateway, _ in ordered], "epochs": [str(epoch) for _, epoch in ordered]}
    session.execute(STREAMS, values)
    return {(row.gateway_id, int(row.epoch)): row.id for row in session.execute(STREAM_IDS, values)}


def find_streams(session: Session, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The ids of those streams that exist."""
    ordered = sorted(set(keys))
    values = {"gateways": [gateway for gateway, _ in ordered], "epochs": [str(epoch) for _, epoch in ordered]}
    return {(row.gateway_id, int(row.epoch)): row.id for row in session.execute(STREAM_IDS, values)}


def lock_positions(session: Session, epochs: Mapping[int, int]) -> dict[int, StreamPosition]:
    """Positions of streams (id -> epoch), their rows locked in one order until the transaction ends.

    One whose number is gone or now names another epoch is left out: the database was restored.
    """
    return _positions_of(session.execute(LOCKED, {"ids": sorted(epochs)}), epochs)


def positions(session: Session, epochs: Mapping[int, int]) -> dict[int, StreamPosition]:
    """The same as they are now, nothing locked."""
    return _positions_of(session.execute(POSITIONS, {"ids": sorted(epochs)}), epochs)


def _positions_of(rows: Iterable[Any], epochs: Mapping[int, int]) -> dict[int, StreamPosition]:
    return {
        row.id: StreamPosition.from_row(row.contiguous, row.received)
        for row in rows
        if row.epoch == str(epochs[row.id])
    }


def store_positions(session: Session, moved: Mapping[int, StreamPosition]) -> None:
    """Store the new positions of locked streams."""
    from psycopg.types.json import Jsonb

    with driver(session).cursor() as cursor:
        cursor.executemany(MOVE, [(p.contiguous, Jsonb(p.as_json()), stream) for stream, p in sorted(moved.items())])


def catalogs(session: Session, stream_id: int) -> dict[int, bytes]:
    """All catalogs a stream has sent, by version, as they came."""
    return {row.version: bytes(row.payload) for row in session.execute(CATALOGS, {"id": stream_id})}


def add_catalog(session: Session, stream_id: int, version: int, payload: bytes) -> None:
    """Keep a catalog; the same again changes nothing."""
    session.execute(ADD_CATALOG, {"stream_id": stream_id, "version": version, "payload": payload})


def mark_seen(session: Session, ids: Iterable[int], at: datetime) -> None:
    """These gateways spoke."""
    session.execute(SEEN, {"ids": sorted(set(ids)), "at": at})


def merge_health(session: Session, reports: Mapping[int, str]) -> None:
    """Merge what gateways say of themselves (gateway id -> JSON) into their rows."""
    for gateway_id, document in sorted(reports.items()):
        session.execute(HEALTH, {"id": gateway_id, "report": document})


def quarantine(session: Session, *, gateway: str, topic: str, reason: str, detail: str, body: bytes) -> None:
    """Keep what was refused, with its sender and the reason."""
    session.execute(
        QUARANTINE, {"gateway": gateway, "topic": topic, "reason": reason, "detail": detail[:2000], "body": body}
    )


def foreign_meters(session: Session, meters: Iterable[str], site_id: int) -> list[str]:
    """Meters with which a gateway of this site has no business: mounted, but never here; or read first elsewhere."""
    return [row.name for row in session.execute(FOREIGN, {"meters": sorted(set(meters)), "site_id": site_id})]


def claim_meters(session: Session, meters: Iterable[str], gateway_id: int) -> None:
    """Meters that no gateway has spoken of before are this one's, until they are mounted or it is revoked."""
    session.execute(CLAIM, {"meters": sorted(set(meters)), "gateway": gateway_id})


def add_registers(session: Session, new: Sequence[NewGatewayRegister]) -> None:
    """Make meters and registers that are not there; those that are stay as they are."""
    session.execute(ADD_METERS, {"names": sorted({register.meter for register in new})})
    values: dict[str, Any] = {
        "meters": [register.meter for register in new],
        "names": [register.name for register in new],
        "quantities": [register.quantity for register in new],
        "directions": [register.direction for register in new],
        "units": [register.unit for register in new],
        "kinds": [register.kind for register in new],
        "billed": [register.billed for register in new],
    }
    session.execute(ADD_REGISTERS, values)
