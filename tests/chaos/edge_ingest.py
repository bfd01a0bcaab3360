"""The product's own ingest on a real database, in the place of the cloud twin."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Engine

from cloud_service.flow.ingest import IncomingMessage, Ingester
from common.message import Status
from tests.cloud_service.plant import add_gateway, add_site
from tests.edge_agent.cloud_twin import Fact

START = datetime(1970, 1, 1, tzinfo=UTC)
RECEIVED = ("reading", "stream", "stream_catalog", "dirty_day")
FACTS = """
    SELECT m.name, g.name, (extract(epoch FROM r.at) * 1000)::bigint, r.value, r.quality, r.time_quality
    FROM reading r JOIN register g ON g.id = r.register_id JOIN meter m ON m.id = g.meter_id
"""
NUMBERS = """
    SELECT setval(pg_get_serial_sequence('stream', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM stream
"""
GIVEN_UP = """
    SELECT count(*) FROM stream s, jsonb_array_elements(s.received->'voids') AS void,
        generate_series((void->>0)::bigint, (void->>1)::bigint) AS number
    WHERE NOT EXISTS (SELECT 1 FROM reading r WHERE r.source = s.id AND r.sequence = number)
"""


class IngestCloud:
    """Takes one message at a time; now and then its process is a new one."""

    def __init__(self, engine: Engine, owner: psycopg.Connection[Any], gateway: str, seed: int) -> None:
        self.engine = engine
        self.owner = owner
        self.now_ms = 0
        self.conflicts: list[str] = []
        self.quarantine: list[str] = []
        self.chance = random.Random(seed)
        add_site(owner)
        add_gateway(owner, gateway)
        self.ingest = self._process()
        self.back_up()

    def _process(self) -> Ingester:
        return Ingester(self.engine, clock=lambda: START + timedelta(milliseconds=self.now_ms))

    def take(self, topic: str, payload: bytes) -> Iterator[tuple[str, bytes]]:
        """What the cloud answers to one message."""
        if self.chance.random() < 0.03:
            self.ingest = self._process()
        outcome = self.ingest.take([IncomingMessage(topic, payload)])
        if outcome.conflicts:
            self.conflicts.append(f"{outcome.conflicts} readings with other content")
        if outcome.refused:
            self.quarantine.append(f"{topic} refused")
        for reply in outcome.replies:
            yield reply.topic, reply.payload

    def compare(self, _gateway: str, _status: Status) -> list[tuple[str, bytes]]:
        """Nothing more than the ingest's own answer to the status."""
        return []

    def back_up(self) -> None:
        """Keep what is in the tables now."""
        for table in RECEIVED:
            self.owner.execute(f"DROP TABLE IF EXISTS backup_{table}")
            self.owner.execute(f"CREATE TEMP TABLE backup_{table} AS TABLE {table}")

    def restore(self) -> None:
        """Only what the last backup has is left; the process may not notice."""
        with self.owner.transaction():
            self.owner.execute("SET LOCAL session_replication_role = replica")  # past triggers that refuse a deletion
            for table in RECEIVED:
                self.owner.execute(f"DELETE FROM {table}")
                self.owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE backup_{table}")
            self.owner.execute(NUMBERS)

    def given_up(self) -> int:
        """Readings of which the gateways said that they will never come."""
        return int(self.owner.execute(GIVEN_UP).fetchone()[0])  # type: ignore[index]  # a sum is one row

    def facts(self) -> list[Fact]:
        """All rows of the table."""
        return [tuple(row) for row in self.owner.execute(FACTS).fetchall()]
