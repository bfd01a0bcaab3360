"""Builders for tests about energy: places that feed others, meters that come, go and move, indexes that were read."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Engine

from cloud_service.store.database.session import transaction
from cloud_service.store.metering import readings as evidence
from cloud_service.store.metering.dirty_days import mark_dirty
from cloud_service.store.metering.readings import ReadingColumns
from common.reading import Quality
from tests.cloud_service.plant import add_site, value_of


@dataclass
class MeteredHouse:
    """One site of a test; what is read is put in as a person's readings are."""

    engine: Engine
    owner: psycopg.Connection[Any]
    zone: str = "Europe/Berlin"
    name: str = "House"
    site: int = 0
    sequence: int = 0
    clients: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site = add_site(self.owner, self.name, self.zone)

    def add_point(self, name: str, *, under: int | None = None, utility: str = "electricity") -> int:
        point: int = value_of(
            self.owner,
            "INSERT INTO service_point (site_id, name, parent_id, utility) VALUES (%s, %s, %s, %s) RETURNING id",
            self.site, name, under, utility,
        )  # fmt: skip
        return point

    def add_meter(self, name: str, registers: dict[str, dict[str, Any]] | None = None) -> dict[str, int]:
        """A meter that hangs nowhere yet; its registers' ids by name."""
        meter = value_of(self.owner, "INSERT INTO meter (name, serial) VALUES (%s, %s) RETURNING id", name, name)
        ids = {}
        for register, columns in (registers or {"energy_import_total": {}}).items():
            fields = {"meter_id": meter, "name": register, "unit": "kWh", "kind": "index"} | columns
            ids[register] = value_of(
                self.owner,
                f"INSERT INTO register ({', '.join(fields)}) VALUES ({', '.join(['%s'] * len(fields))}) RETURNING id",
                *fields.values(),
            )
        return ids

    def mount(
        self,
        meter: str,
        point: int,
        first: datetime,
        after: datetime | None = None,
        *,
        multiplier: int | str = 1,
        opening: dict[str, int] | None = None,
        closing: dict[str, int] | None = None,
    ) -> None:
        self.owner.execute(
            "INSERT INTO meter_mount (meter_id, service_point_id, during, multiplier, opening, closing)"
            " SELECT id, %s, tstzrange(%s, %s), %s, %s, %s FROM meter WHERE name = %s",
            (point, first, after, multiplier, Jsonb(opening or {}), Jsonb(closing or {}), meter),
        )

    def supply(self, client: str, point: int, first: date, after: date | None = None) -> None:
        """The client is supplied at the point."""
        if client not in self.clients:
            entity = value_of(self.owner, "SELECT legal_entity_id FROM site WHERE id = %s", self.site)
            number = f"C-{self.site}-{len(self.clients) + 1}"
            row = value_of(
                self.owner,
                "INSERT INTO client (legal_entity_id, number, name) VALUES (%s, %s, %s) RETURNING id",
                entity, number, client,
            )  # fmt: skip
            self.clients[client] = value_of(
                self.owner,
                "INSERT INTO account (client_id, number, currency) VALUES (%s, %s, 'EUR') RETURNING id",
                row, f"A-{number}",
            )  # fmt: skip
        self.owner.execute(
            "INSERT INTO contract (number, service_point_id, account_id, during)"
            " VALUES (%s, %s, %s, daterange(%s, %s))",
            (f"K-{point}-{first}", point, self.clients[client], first, after),
        )

    def read(
        self, register: int, *readings: tuple[datetime, int], step_s: int = 0, quality: Quality = Quality.ACTUAL
    ) -> None:
        """Indexes in thousandths, or with a step what was counted in the steps that end then."""
        self.sequence += 1
        size = len(readings)
        rows = ReadingColumns(
            np.full(size, register, dtype=np.int64),
            np.array([(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) for at, _ in readings]),
            np.array([value for _, value in readings], dtype=np.int64),
            np.full(size, quality, dtype=np.int16),
            np.zeros(size, dtype=np.int16),
            np.full(size, 1, dtype=np.int64),
            np.arange(self.sequence * 100_000, self.sequence * 100_000 + size, dtype=np.int64),
            np.full(size, step_s, dtype=np.int16),
        )
        with transaction(self.engine) as session:
            evidence.insert(session, rows)
            mark_dirty(session, rows, {register: self.zone})
