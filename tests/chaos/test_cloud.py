"""The cloud's half of chaos: kill the subscriber, PostgreSQL, the broker; lose, double and reorder what is published.

After each the database is compared with the oracle, row for row: what the gateways had is there once, nothing else is.
Sabotaged builds must fail the same comparison.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from deploy.bench.courier import Courier, counting
from deploy.bench.rig import Rig, seed
from tests.chaos.cloud_proxy import LossyProxy
from tests.chaos.edge_faults import count

pytestmark = [pytest.mark.slow, pytest.mark.processes]
FIRST_MS = 1_772_000_000_000 // 60_000 * 60_000
GATEWAYS, CHANNELS = 3, 5


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with TemporaryDirectory(prefix="energy-rig-", ignore_cleanup_errors=True) as folder, Rig(Path(folder)) as rig:
        rig.start_postgres()
        rig.migrate()
        seed(rig.database_url, gateways=GATEWAYS, channels=CHANNELS)
        rig.start_broker()
        yield rig


def couriers(port: int, epoch: int, batches: int, **options: Any) -> list[Courier]:
    """Gateways with a load each."""
    found = []
    for number in range(GATEWAYS):
        courier = Courier(f"g{number}", port, channels=CHANNELS, epoch=epoch, **options)
        courier.hold(
            counting(courier.gateway, batches=batches, rows=100, channels=CHANNELS, first_ms=FIRST_MS, epoch=epoch)
        )
        found.append(courier)
    return found


def oracle(fleet: Sequence[Courier]) -> set[tuple[str, int, int, int]]:
    """What the gateways hold: (gateway, sequence, at_ms, value)."""
    return {
        (courier.gateway, one.first + place, at_ms, value)
        for courier in fleet
        for one in courier.waiting.values()
        for place, (_, at_ms, value) in enumerate(one.rows)
    }


def faults(rig: Rig, epoch: int, wanted: set[tuple[str, int, int, int]]) -> list[str]:
    """Where the database differs from the oracle."""
    with psycopg.connect(rig.database_url) as connection:
        rows = connection.execute(
            "SELECT g.name, r.sequence, (extract(epoch FROM r.at) * 1000)::bigint, r.value FROM reading r"
            " JOIN stream s ON s.id = r.source JOIN gateway g ON g.id = s.gateway_id WHERE s.epoch = %s",
            (str(epoch),),
        ).fetchall()
    found = [f"doubled: {len(rows) - len(set(rows))}"] if len(rows) != len(set(rows)) else []
    found += [f"lost: {len(wanted - set(rows))}"] if wanted - set(rows) else []
    found += [f"invented: {len(set(rows) - wanted)}"] if set(rows) - wanted else []
    return found


async def deliver_through(
    fleet: Sequence[Courier], trouble: Callable[[], None] | None, deadline_s: float
) -> list[bool]:
    """All gateways deliver while trouble goes on; the trouble is a function that blocks, run in a thread."""
    deliveries = asyncio.gather(*(courier.deliver(deadline_s) for courier in fleet))
    if trouble:
        await asyncio.to_thread(trouble)
    return await deliveries


def kill_and_start(rig: Rig, kills: Sequence[str], dice: random.Random) -> None:
    """SIGKILL one after the other at random moments, each started again at once."""
    for name in kills:
        time.sleep(dice.uniform(0.05, 0.6))
        rig.kill(name)
        if name == "postgres":
            rig.start_postgres()
        elif name == "broker":
            rig.lose_broker_state()
            rig.start_broker()
        else:
            rig.start_subscriber()


def test_kills_of_subscriber_database_and_broker_lose_and_double_nothing(rig: Rig) -> None:
    dice = random.Random(4)
    kills = ["subscriber"] * count(100, 2) + ["postgres"] * count(50, 2) + ["broker"] * count(100, 2)
    dice.shuffle(kills)
    fleet = couriers(rig.port, epoch=1, batches=count(3000, 60))
    wanted = oracle(fleet)
    rig.start_subscriber()

    delivered = asyncio.run(deliver_through(fleet, lambda: kill_and_start(rig, kills, dice), count(1800, 120)))

    assert ([True] * GATEWAYS, []) == (delivered, faults(rig, 1, wanted))
    rig.terminate("subscriber")


def test_a_network_that_drops_doubles_and_reorders_a_fifth_changes_nothing(rig: Rig) -> None:
    rig.start_subscriber()
    rig.until_working()

    async def through_the_proxy() -> tuple[list[bool], LossyProxy, set[tuple[str, int, int, int]]]:
        async with LossyProxy(rig.port) as proxy:
            fleet = couriers(proxy.port, epoch=2, batches=count(670, 25), qos=0, resend_s=1, window=40)
            wanted = oracle(fleet)
            return await deliver_through(fleet, None, count(900, 60)), proxy, wanted

    delivered, proxy, wanted = asyncio.run(through_the_proxy())

    assert ([True] * GATEWAYS, []) == (delivered, faults(rig, 2, wanted))
    assert min(proxy.dropped, proxy.doubled, proxy.delayed) > 5
    rig.terminate("subscriber")


@pytest.mark.parametrize(("sabotage", "epoch", "shows"), [("no_commit", 3, "lost"), ("no_key", 4, "doubled")])
def test_a_sabotaged_build_is_found_out(rig: Rig, sabotage: str, epoch: int, shows: str) -> None:
    if sabotage == "no_key":
        with psycopg.connect(rig.database_url, autocommit=True) as owner:
            owner.execute("ALTER TABLE reading DROP CONSTRAINT pk_reading")
    rig.extra["SABOTAGE"] = sabotage
    rig.start_subscriber(module="tests.chaos.cloud_sabotage")
    rig.until_working()

    async def through_the_proxy() -> set[tuple[str, int, int, int]]:
        async with LossyProxy(rig.port) as proxy:
            fleet = couriers(proxy.port, epoch=epoch, batches=15, qos=0, resend_s=1, window=10)
            wanted = oracle(fleet)
            await deliver_through(fleet, None, 10)
            return wanted

    wanted = asyncio.run(through_the_proxy())

    assert any(fault.startswith(shows) for fault in faults(rig, epoch, wanted))
    rig.kill("subscriber")
