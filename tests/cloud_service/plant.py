"""Builders for tests about readings: a site with gateways and meters, and gateways that speak the wire."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from cloud_service.flow.ingest import IncomingMessage
from common.message import Catalog, Channel, Codec, Down, Lane, Receipt, Rejection, Rows, Topic, Up, decode, encode

START = datetime(2026, 3, 1, tzinfo=UTC)
START_MS = int(START.timestamp()) * 1000


def value_of(connection: psycopg.Connection[Any], query: str, *values: Any) -> Any:
    """The single value of a query."""
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def add_site(owner: psycopg.Connection[Any], name: str = "House", timezone: str = "Europe/Berlin") -> int:
    entity = value_of(owner, "SELECT id FROM legal_entity LIMIT 1") or value_of(
        owner,
        "INSERT INTO legal_entity (name, address, currency, timezone)"
        " VALUES ('Operator', 'Hof 1', 'EUR', 'Europe/Berlin') RETURNING id",
    )
    site: int = value_of(
        owner,
        "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (%s, %s, %s, 'EUR') RETURNING id",
        entity,
        name,
        timezone,
    )
    return site


def add_gateway(
    owner: psycopg.Connection[Any], name: str = "gw-1", site: int | None = None, state: str = "active"
) -> int:
    site = site or value_of(owner, "SELECT id FROM site LIMIT 1") or add_site(owner)
    gateway: int = value_of(
        owner, "INSERT INTO gateway (name, site_id, state) VALUES (%s, %s, %s) RETURNING id", name, site, state
    )
    return gateway


def add_meter(
    owner: psycopg.Connection[Any],
    name: str = "M1",
    site: int | None = None,
    register: str = "energy_import_total",
    **columns_of_it: Any,
) -> int:
    """A mounted meter with one register; the register's id."""
    site = site or value_of(owner, "SELECT id FROM site LIMIT 1") or add_site(owner)
    point = value_of(
        owner, "INSERT INTO service_point (site_id, name) VALUES (%s, %s) RETURNING id", site, f"at {name}"
    )
    meter = value_of(owner, "INSERT INTO meter (name, serial) VALUES (%s, %s) RETURNING id", name, name)
    owner.execute(
        "INSERT INTO meter_mount (meter_id, service_point_id, during) VALUES (%s, %s, tstzrange('2020-01-01Z', NULL))",
        (meter, point),
    )
    fields = {"name": register, "unit": "kWh", "kind": "index"} | columns_of_it
    columns = ", ".join(fields)
    marks = ", ".join(["%s"] * len(fields))
    register_id: int = value_of(
        owner, f"INSERT INTO register (meter_id, {columns}) VALUES (%s, {marks}) RETURNING id", meter, *fields.values()
    )
    return register_id


@dataclass
class SpeakingGateway:
    """A gateway's side of the wire: makes catalogs and batches, keeps count of its sequence."""

    name: str = "gw-1"
    epoch: int = 7
    channels: Sequence[Channel] = (Channel("M1", "energy_import_total", "kWh", "index"),)
    version: int = 1
    sequence: int = 0
    sent: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # sequence -> channel, at_ms, value

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.epoch, self.version, tuple(self.channels))

    def says_catalog(self) -> IncomingMessage:
        return IncomingMessage(str(Topic(self.name, Up.CATALOG)), encode(self.catalog))

    def says(
        self, *readings: tuple[int, int, int], first: int | None = None, lane: Lane = Lane.BACKLOG
    ) -> IncomingMessage:
        """A batch of (channel, at_ms, value), numbered on from the last one or from `first`."""
        start = self.sequence + 1 if first is None else first
        numbers = list(range(start, start + len(readings)))
        self.sequence = max(self.sequence, numbers[-1])
        self.sent |= dict(zip(numbers, readings, strict=True))
        return self.batch(numbers, readings, lane)

    def batch(
        self, numbers: Sequence[int], readings: Sequence[tuple[int, int, int]], lane: Lane = Lane.BACKLOG
    ) -> IncomingMessage:
        channel, at_ms, value = (array("q", column) for column in zip(*readings, strict=True))
        size = len(readings)
        rows = Rows(array("q", numbers), channel, at_ms, value, bytes(size), bytes(size))
        kind = Up.LIVE if lane is Lane.LIVE else Up.BACKLOG
        return IncomingMessage(str(Topic(self.name, kind)), Codec(self.name, self.catalog).encode(lane, rows))

    def counts(
        self, size: int, *, first_ms: int = START_MS, step_ms: int = 900_000, start: int = 1000
    ) -> IncomingMessage:
        """A batch of a counter that grows by one kWh a step."""
        begin = self.sequence
        return self.says(*((0, first_ms + (begin + n) * step_ms, (start + begin + n) * 1000) for n in range(size)))


def receipts(replies: Sequence[Any]) -> list[Receipt]:
    messages = [decode(Down.RECEIPT, reply.payload) for reply in replies if reply.topic.endswith("/receipt")]
    return [message for message in messages if isinstance(message, Receipt)]


def rejections(replies: Sequence[Any]) -> list[Rejection]:
    messages = [decode(Down.REJECTION, reply.payload) for reply in replies if reply.topic.endswith("/rejection")]
    return [message for message in messages if isinstance(message, Rejection)]


def stored(owner: psycopg.Connection[Any]) -> list[tuple[int, int, int]]:
    """All readings as (sequence, at_ms, value)."""
    rows = owner.execute("SELECT sequence, (extract(epoch FROM at) * 1000)::bigint, value FROM reading ORDER BY 1, 2")
    return [(row[0], row[1], row[2]) for row in rows.fetchall()]
