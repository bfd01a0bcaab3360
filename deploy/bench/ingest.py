"""`make bench-ingest`: published message to commit and receipt, against a plain COPY of the same rows in the same run.

Prints, and leaves in `.energy/bench/ingest.json`: rows/s of plain COPY, of one subscriber and of two; memory of a
subscriber over many rows; validation of the days; and how a fleet of simulated gateways fares that connects at once.
Set ROWS (default 1,000,000), GATEWAYS (2,000) and LONG_ROWS (3,000,000) for other sizes.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg

from cloud_service.domain.vee import index
from cloud_service.domain.vee.interval import make_intervals
from cloud_service.domain.vee.series import Rules, Window, readings
from cloud_service.flow.validate import validate_dirty
from cloud_service.store import readings as evidence
from cloud_service.store.readings import Columns
from cloud_service.store.session import connect
from common.message import Catalog, Codec
from deploy.bench.courier import Courier, Load, channels_of, load
from deploy.bench.rig import Rig, seed

ROWS = int(os.environ.get("ROWS", "1000000"))
LONG_ROWS = int(os.environ.get("LONG_ROWS", "3000000"))
FLEET = int(os.environ.get("GATEWAYS", "2000"))
SENDERS, CHANNELS, BATCH = 8, 50, 10_000
FIRST_MS = 1_772_000_000_000 // 60_000 * 60_000


def main() -> None:
    """Run everything; a line for each figure."""
    found: dict[str, Any] = {"rows": ROWS, "cores": os.cpu_count()}
    with (
        tempfile.TemporaryDirectory(prefix="energy-bench-", ignore_cleanup_errors=True) as folder,
        Rig(Path(folder)) as rig,
    ):
        rig.start_postgres()
        rig.migrate()
        seed(rig.database_url, gateways=max(SENDERS, FLEET), channels=1)
        add_channels(rig.database_url)
        rig.start_broker()
        loads = make_loads(ROWS)
        size = sum(len(one.payload) for many in loads for one in many)
        say(found, "bytes_per_reading", round(size / ROWS, 2))
        say(found, "plain_copy_rows_s", plain_copy(rig, loads))
        say(found, "one_subscriber_rows_s", delivered(rig, loads, subscribers=1, epoch=1))
        found |= validation_of_stored(rig, found)
        say(found, "two_subscribers_rows_s", delivered(rig, loads, subscribers=2, epoch=2))
        say(found, "plain_copy_again_rows_s", plain_copy(rig, loads))
        copy = (found["plain_copy_rows_s"] + found["plain_copy_again_rows_s"]) / 2
        say(found, "share_of_copy", round(found["one_subscriber_rows_s"] / copy, 2))
        say(found, "two_to_one", round(found["two_subscribers_rows_s"] / found["one_subscriber_rows_s"], 2))
        found |= memory(rig, found)
        found |= validation(found)
        found |= fleet(rig, found)
    target = Path(".energy/bench")
    target.mkdir(parents=True, exist_ok=True)
    (target / "ingest.json").write_text(json.dumps(found, indent=2) + "\n")


def say(found: dict[str, Any], name: str, value: Any) -> None:
    """A figure for the eye and for the file."""
    found[name] = value
    text = f"{value:,}" if isinstance(value, int | float) else str(value)
    sys.stdout.write(f"{name.replace('_', ' '):32} {text:>16}\n")
    sys.stdout.flush()


def add_channels(url: str) -> None:
    """The registers of the senders' further meters."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO meter (name, serial) SELECT 'g' || g || '-m' || c, 'g' || g || '-m' || c"
            "  FROM generate_series(0, %s) AS g, generate_series(1, %s) AS c",
            (SENDERS - 1, CHANNELS - 1),
        )
        owner.execute(
            "INSERT INTO register (meter_id, name, unit, kind)"
            " SELECT id, 'energy_import_total', 'kWh', 'index' FROM meter ON CONFLICT DO NOTHING"
        )


def make_loads(rows: int, epoch: int = 1) -> list[list[Load]]:
    """For each sender its batches: 50 meters read each minute, each growing by what a house uses."""
    dice = random.Random(7)
    found = []
    for sender in range(SENDERS):
        codec = Codec(f"g{sender}", Catalog(epoch, 1, channels_of(f"g{sender}", CHANNELS)))
        index_of = [dice.randrange(10**7) for _ in range(CHANNELS)]
        loads, sequence, number = [], 1, 0
        for _ in range(rows // SENDERS // BATCH):
            facts = []
            for _ in range(BATCH):
                minute, channel = divmod(number, CHANNELS)
                index_of[channel] += dice.randrange(40)
                facts.append((channel, FIRST_MS + minute * 60_000 + channel * 20, index_of[channel]))
                number += 1
            loads.append(load(codec, sequence, facts))
            sequence += BATCH
        found.append(loads)
    return found


def again(loads: Sequence[Sequence[Load]], epoch: int) -> list[list[Load]]:
    """The same rows as another epoch of the same gateways, on other days so that they are new to the table."""
    found = []
    for sender, many in enumerate(loads):
        codec = Codec(f"g{sender}", Catalog(epoch, 1, channels_of(f"g{sender}", CHANNELS)))
        shift = epoch * 100 * 86_400_000
        found.append([load(codec, one.first, [(c, at - shift, v) for c, at, v in one.rows]) for one in many])
    return found


def plain_copy(rig: Rig, loads: Sequence[Sequence[Load]]) -> int:
    """Rows/s of COPY alone: the finished binary block of each batch into a table with the same columns and key."""
    with psycopg.connect(rig.database_url) as connection:
        connection.execute("DROP TABLE IF EXISTS plain_reading")
        connection.execute("CREATE TABLE plain_reading (LIKE reading INCLUDING ALL)")
        names = connection.execute("SELECT t.name, r.id FROM register r JOIN meter t ON t.id = r.meter_id").fetchall()
        ids: dict[str, int] = {row[0]: row[1] for row in names}
        connection.commit()
        blocks = [
            block_of(sender, many[place], ids) for place in range(len(loads[0])) for sender, many in enumerate(loads)
        ]
        copy = evidence.COPY.replace("reading", "plain_reading", 1)
        started = time.perf_counter()
        for block in blocks:
            with connection.cursor().copy(copy) as pipe:
                pipe.write(block)
            connection.commit()
        return round(ROWS / (time.perf_counter() - started))


def block_of(sender: int, one: Load, ids: dict[str, int]) -> bytes:
    """A batch as COPY takes it."""
    registers = np.array([ids[f"g{sender}-m{number}"] for number in range(CHANNELS)], dtype=np.int64)
    facts = np.array(one.rows, dtype=np.int64)
    size = len(facts)
    short = np.zeros(size, dtype=np.int16)
    return evidence.copy_block(
        Columns(
            registers[facts[:, 0]], facts[:, 1], facts[:, 2], short, short,
            np.full(size, sender + 1, dtype=np.int64), np.arange(one.first, one.last + 1, dtype=np.int64), short,
        )
    )  # fmt: skip


def delivered(rig: Rig, loads: Sequence[Sequence[Load]], *, subscribers: int, epoch: int) -> int:
    """Rows/s from the first publication to the last receipt."""
    mine = again(loads, epoch)
    names = [f"subscriber-{number}" for number in range(subscribers)]
    for name in names:
        rig.start_subscriber(name)
    for name in names:
        rig.until_working(name)
    couriers = [
        Courier(f"g{n}", rig.port, channels=CHANNELS, epoch=epoch, window=6, resend_s=60) for n in range(SENDERS)
    ]
    for courier, many in zip(couriers, mine, strict=True):
        courier.hold(many)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(courier.deliver(600) for courier in couriers))

    started = time.perf_counter()
    if not all(asyncio.run(all_of_them())):
        raise RuntimeError("not everything was delivered:\n" + rig.log(names[0])[-2000:])
    taken = time.perf_counter() - started
    for name in names:
        rig.terminate(name)
    return round(sum(len(one.rows) for many in mine for one in many) / taken)


def memory(rig: Rig, found: dict[str, Any]) -> dict[str, Any]:
    """A subscriber's memory while many rows pass through it: after the first third, and at the end."""
    loads = make_loads(LONG_ROWS // 3)
    rig.start_subscriber("long")
    rig.until_working("long")
    process = psutil.Process(rig.processes["long"].pid)
    sizes = []
    for epoch in (11, 12, 13):
        couriers = [
            Courier(f"g{n}", rig.port, channels=CHANNELS, epoch=epoch, window=6, resend_s=60) for n in range(SENDERS)
        ]
        for courier, many in zip(couriers, again(loads, epoch), strict=True):
            courier.hold(many)

        async def all_of_them(couriers: list[Courier] = couriers) -> list[bool]:
            return await asyncio.gather(*(courier.deliver(600) for courier in couriers))

        asyncio.run(all_of_them())
        sizes.append(process.memory_info().rss // 1024**2)
    rig.terminate("long")
    say(found, "long_run_rows", LONG_ROWS)
    say(found, "subscriber_mib", sizes)
    return found


def validation(found: dict[str, Any]) -> dict[str, Any]:
    """Intervals a second of CPU time, data in memory: index registers on and beside the grid, interval registers."""
    days = tuple(date(2026, 6, 1) + timedelta(days=n) for n in range(31))
    start = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1000
    window = Window(days[:30], tuple(start + n * 86_400_000 for n in range(31)))
    at_ms = np.arange(start, window.end_ms + 1, 900_000, dtype=np.int64)
    steps = np.random.default_rng(1).integers(0, 2000, size=(500, len(at_ms)))
    jobs = [index.Job(Rules(n, "index", 900, "UTC"), window, readings(at_ms, np.cumsum(steps[n]))) for n in range(500)]
    beside = [index.Job(job.rules, window, readings(at_ms + 7000, job.given.value)) for job in jobs]
    for name, many in (("index_intervals_s", jobs), ("index_beside_the_grid_intervals_s", beside)):
        index.make(many[:50])
        started = time.process_time()
        made = index.make(many)
        count = sum(len(day.qualities) for one in made for day in one.days)
        say(found, name, round(count / (time.process_time() - started)))
    started = time.process_time()
    for n in range(500):
        make_intervals(Rules(n, "interval", 900, "UTC"), window, readings(at_ms[1:], steps[n][1:]))
    say(found, "interval_intervals_s", round(count / (time.process_time() - started)))
    return found


def validation_of_stored(rig: Rig, found: dict[str, Any]) -> dict[str, Any]:
    """Readings/s of validation as a worker does it: read from and written back to PostgreSQL."""
    engine = connect(rig.database_url)
    with psycopg.connect(rig.database_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE reading")
        row = owner.execute("SELECT count(*) FROM reading").fetchone()
    started = time.perf_counter()
    report = validate_dirty(engine, limit=100_000)
    taken = time.perf_counter() - started
    engine.dispose()
    say(found, "stored_readings_validated_s", round((row[0] if row else 0) / taken))
    say(found, "stored_days_made_s", round(report.days / taken))
    return found


def fleet(rig: Rig, found: dict[str, Any]) -> dict[str, Any]:
    """Gateways that connect all at once, each with a backlog: until each has all its receipts."""
    rig.start_subscriber("fleet")
    rig.until_working("fleet")
    couriers = []
    for number in range(FLEET):
        courier = Courier(f"g{number}", rig.port, channels=1, epoch=99, window=4, resend_s=20, jitter_s=5)
        codec = Codec(courier.gateway, courier.catalog)
        courier.hold(
            [
                load(codec, 1 + 60 * n, [(0, FIRST_MS + m * 60_000, m) for m in range(60 * n, 60 * n + 60)])
                for n in range(2)
            ]
        )
        couriers.append(courier)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(courier.deliver(300) for courier in couriers))

    started = time.perf_counter()
    done = asyncio.run(all_of_them())
    taken = time.perf_counter() - started
    with psycopg.connect(rig.database_url) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT (r.source, r.sequence)) FROM reading r JOIN stream s ON s.id = r.source"
            " WHERE s.epoch = '99'"
        ).fetchone()
    rig.terminate("fleet")
    say(found, "fleet_gateways", FLEET)
    say(found, "fleet_recovered_s", round(taken, 1))
    say(found, "fleet_all_receipted", all(done))
    say(found, "fleet_lost_or_doubled", abs((row[0] if row else 0) - FLEET * 120) + ((row[0] - row[1]) if row else 0))
    return found


if __name__ == "__main__":
    main()
