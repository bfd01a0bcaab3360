"""The subscriber as a process, with a real broker and PostgreSQL: it delivers, survives, stops cleanly."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import aiomqtt
import psycopg
import pytest

from deploy.bench.courier import Courier, counting
from deploy.bench.rig import Rig, seed

pytestmark = [pytest.mark.slow, pytest.mark.processes]
FIRST_MS = 1_772_000_000_000 // 60_000 * 60_000


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    # not below pytest's own folder: PostgreSQL runs as another user, and each new session closes that folder to others
    with TemporaryDirectory(prefix="energy-rig-", ignore_cleanup_errors=True) as folder, Rig(Path(folder)) as rig:
        rig.start_postgres()
        rig.migrate()
        seed(rig.database_url, gateways=4, channels=5)
        rig.start_broker()
        rig.start_subscriber()
        rig.until_working()  # nobody listens before, and what is no reading is not sent again
        yield rig


def stored(rig: Rig, gateway: str, epoch: int) -> list[tuple[int, int, int]]:
    with psycopg.connect(rig.database_url) as connection:
        return connection.execute(
            "SELECT r.sequence, (extract(epoch FROM r.at) * 1000)::bigint, r.value FROM reading r"
            " JOIN stream s ON s.id = r.source JOIN gateway g ON g.id = s.gateway_id"
            " WHERE g.name = %s AND s.epoch = %s ORDER BY 1",
            (gateway, str(epoch)),
        ).fetchall()


def test_what_is_published_is_stored_and_receipted(rig: Rig) -> None:
    courier = Courier("g0", rig.port, channels=5)
    loads = counting("g0", batches=5, rows=1000, channels=5, first_ms=FIRST_MS)
    courier.hold(loads)

    assert asyncio.run(courier.deliver(20))

    oracle = [(load.first + n, at, value) for load in loads for n, (_, at, value) in enumerate(load.rows)]
    assert oracle == stored(rig, "g0", 1)


def test_two_share_the_load_and_neither_doubles(rig: Rig) -> None:
    rig.start_subscriber("second")
    rig.until_working("second")
    couriers = [Courier(f"g{n}", rig.port, channels=5, epoch=2) for n in range(4)]
    for courier in couriers:
        courier.hold(counting(courier.gateway, batches=10, rows=200, channels=5, first_ms=FIRST_MS, epoch=2))

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(courier.deliver(30) for courier in couriers))

    assert [True] * 4 == asyncio.run(all_of_them())
    assert [2000] * 4 == [len(stored(rig, courier.gateway, 2)) for courier in couriers]
    assert 0 == rig.terminate("second")


def test_a_bad_message_does_not_stop_the_next_one(rig: Rig) -> None:
    async def nonsense() -> None:
        async with aiomqtt.Client("127.0.0.1", rig.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
            for topic in ("ebs/1/g0/up/live", "ebs/1/g0/up/catalog", "ebs/1/g0/up/x/y", "ebs/1/+x/up/live"):
                await client.publish(topic.replace("+", "%"), b"\xff" * 100, qos=1)

    asyncio.run(nonsense())
    courier = Courier("g0", rig.port, channels=5, epoch=3)
    courier.hold(counting("g0", batches=1, rows=100, channels=5, first_ms=FIRST_MS, epoch=3))

    assert asyncio.run(courier.deliver(10))
    with psycopg.connect(rig.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (4,)


def test_it_outlives_a_broker_that_is_killed_and_a_database_that_is_killed(rig: Rig) -> None:
    process = rig.processes["subscriber"]
    courier = Courier("g1", rig.port, channels=5, epoch=4)
    courier.hold(counting("g1", batches=40, rows=500, channels=5, first_ms=FIRST_MS, epoch=4))

    async def with_trouble() -> bool:
        delivery = asyncio.create_task(courier.deliver(60))
        for trouble in (break_broker, break_postgres, break_broker):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(trouble, rig)
        return await delivery

    assert asyncio.run(with_trouble())
    assert list(range(1, 20_001)) == [row[0] for row in stored(rig, "g1", 4)]
    assert process.poll() is None


def break_broker(rig: Rig) -> None:
    rig.kill("broker")
    rig.start_broker()


def break_postgres(rig: Rig) -> None:
    rig.kill("postgres")
    rig.start_postgres()


def test_its_heartbeat_tells_what_it_does(rig: Rig) -> None:
    (file,) = heartbeats(rig)
    deadline = time.monotonic() + 15
    while (beat := json.loads(file.read_text()))["state"] != "working" and time.monotonic() < deadline:
        time.sleep(0.2)

    assert ("working", True) == (beat["state"], time.time() - beat["at"] < 20)
    assert beat["pid"] == rig.processes["subscriber"].pid


def heartbeats(rig: Rig) -> list[Path]:
    pid = rig.processes["subscriber"].pid
    return list((rig.folder / "run").glob(f"subscriber-{pid}.json"))


def test_it_stops_cleanly_when_asked(rig: Rig) -> None:
    rig.until_working()
    started = time.monotonic()

    assert 0 == rig.terminate("subscriber")
    assert time.monotonic() - started < 10
    assert "Traceback" not in rig.log("subscriber")
