"""The cloud's half of chaos: kill the subscriber, PostgreSQL, the broker; lose, double and reorder what is published.

After each the database is compared with the oracle, row for row: what the gateways had is there once, nothing else is.
Sabotaged builds must fail the same comparison.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import aiomqtt
import psycopg
import pytest

from common.message import Topic, Up
from deploy.bench.courier import Courier, Load, counting
from deploy.bench.rig import Rig, seed
from tests.chaos.cloud_proxy import LossyProxy
from tests.chaos.edge_faults import count
from tests.edge_agent.machine import until

pytestmark = [pytest.mark.slow, pytest.mark.processes]
FIRST_MS = 1_772_000_000_000 // 60_000 * 60_000
GATEWAYS, CHANNELS, ROWS = 3, 5, 100
PRODUCT, SABOTAGED = "cloud_service.subscriber", "tests.chaos.cloud_sabotage"
FORGETFUL = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}
Loads = dict[str, list[Load]]  # by gateway
Row = tuple[str, int, str, int, int]  # gateway, sequence, meter, at_ms, value


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with TemporaryDirectory(prefix="energy-rig-", ignore_cleanup_errors=True) as folder, Rig(Path(folder)) as rig:
        rig.start_postgres()
        rig.migrate()
        seed(rig.database_url, gateways=GATEWAYS, channels=CHANNELS)
        rig.start_broker()
        yield rig


@pytest.fixture(autouse=True)
def no_subscriber_is_left(rig: Rig) -> Iterator[None]:
    yield
    if "subscriber" in rig.processes:
        rig.kill("subscriber")


def loads_of(epoch: int, batches: int) -> Loads:
    """What each gateway has to deliver."""
    return {
        name: counting(name, batches=batches, rows=ROWS, channels=CHANNELS, first_ms=FIRST_MS, epoch=epoch)
        for name in (f"g{number}" for number in range(GATEWAYS))
    }


def oracle(loads: Loads) -> set[Row]:
    """Every reading that the gateways have or will have."""
    return {
        (gateway, load.first + place, f"{gateway}-m{channel}", at_ms, value)
        for gateway, held in loads.items()
        for load in held
        for place, (channel, at_ms, value) in enumerate(load.rows)
    }


def faults(rig: Rig, epoch: int, expected: set[Row]) -> list[str]:
    """Where the database differs from the oracle."""
    with psycopg.connect(rig.database_url) as connection:
        rows = connection.execute(
            "SELECT g.name, r.sequence, m.name, (extract(epoch FROM r.at) * 1000)::bigint, r.value FROM reading r"
            " JOIN stream s ON s.id = r.source JOIN gateway g ON g.id = s.gateway_id"
            " JOIN register t ON t.id = r.register_id JOIN meter m ON m.id = t.meter_id WHERE s.epoch = %s",
            (str(epoch),),
        ).fetchall()
    faults_seen = [f"doubled: {len(rows) - len(set(rows))}"] if len(rows) != len(set(rows)) else []
    faults_seen += [f"lost: {len(expected - set(rows))}"] if expected - set(rows) else []
    faults_seen += [f"invented: {len(set(rows) - expected)}"] if set(rows) - expected else []
    return faults_seen


class ForgetsOnPuback(Courier):
    """A gateway that is broken on purpose: what the broker took is forgotten."""

    async def _send(self, client: aiomqtt.Client) -> None:
        for message in list(self.waiting.values())[: self.window]:
            await client.publish(str(Topic(self.gateway, Up.BACKLOG)), message.payload, qos=1)
            self.waiting.pop(message.first, None)


def kill_and_start(rig: Rig, name: str, module: str) -> None:
    """SIGKILL, and start again at once."""
    rig.kill(name)
    if name == "postgres":
        rig.start_postgres()
    elif name == "broker":
        rig.lose_broker_state()
        rig.start_broker()
    else:
        rig.start_subscriber(module=module)


async def under_kills(
    rig: Rig,
    loads: Loads,
    kills: Sequence[str],
    *,
    epoch: int,
    deadline_s: float,
    module: str = PRODUCT,
    kind: type[Courier] = Courier,
    at_once: bool = False,
) -> Loads:
    """One kill after the other at random moments; gateways get a share of their load before each, so none is idle.

    What they take for delivered afterwards. `at_once`: each kill comes as soon as a gateway takes something for
    delivered, which is where a broken build loses it; and after the last one nobody waits for the rest.
    """
    dice = random.Random(4)
    fleet = [kind(gateway, rig.port, channels=CHANNELS, epoch=epoch, coming=True) for gateway in loads]
    deliveries = asyncio.gather(*(courier.deliver(deadline_s) for courier in fleet))
    for number, name in enumerate(kills):
        for courier in fleet:
            held = loads[courier.gateway]
            courier.hold(held[len(held) * number // len(kills) : len(held) * (number + 1) // len(kills)])
        await (progress(fleet) if at_once else asyncio.sleep(dice.uniform(0.05, 0.6)))
        await asyncio.to_thread(kill_and_start, rig, name, module)
    for courier in fleet:
        courier.coming = False
    if at_once:
        deliveries.cancel()
    await asyncio.gather(deliveries, return_exceptions=True)
    return {
        courier.gateway: [load for load in loads[courier.gateway] if load.first not in courier.waiting]
        for courier in fleet
    }


async def progress(fleet: Sequence[Courier]) -> None:
    """Until a gateway takes something for delivered."""
    before = sum(len(courier.waiting) for courier in fleet)
    await until(lambda: sum(len(courier.waiting) for courier in fleet) < before, "something is delivered", 60)


def test_kills_of_subscriber_database_and_broker_lose_and_double_nothing(rig: Rig) -> None:
    kills = ["subscriber"] * count(100, 2) + ["postgres"] * count(50, 2) + ["broker"] * count(100, 2)
    random.Random(4).shuffle(kills)
    loads = loads_of(epoch=1, batches=12 * len(kills))
    rig.start_subscriber()

    delivered = asyncio.run(under_kills(rig, loads, kills, epoch=1, deadline_s=count(3000, 120)))

    assert (True, []) == (delivered == loads, faults(rig, 1, oracle(loads)))


@pytest.mark.parametrize(
    ("victim", "sabotage", "kind", "epoch"),
    [
        ("subscriber", "early_receipt", Courier, 5),
        ("postgres", "unsafe", Courier, 6),
        ("broker", "", ForgetsOnPuback, 7),
    ],
)
def test_kills_find_a_sabotaged_build(rig: Rig, victim: str, sabotage: str, kind: type[Courier], epoch: int) -> None:
    kills = ["subscriber", "broker"] * 2 if victim == "broker" else [victim] * 2
    loads = loads_of(epoch, batches=12 * len(kills))
    module = SABOTAGED if sabotage else PRODUCT
    rig.extra["SABOTAGE"] = sabotage
    if sabotage == "unsafe":
        set_server(rig, {name: f"'{value}'" for name, value in FORGETFUL.items()})
    rig.start_subscriber(module=module)
    rig.until_working()

    delivered = asyncio.run(
        under_kills(rig, loads, kills, epoch=epoch, deadline_s=300, module=module, kind=kind, at_once=True)
    )

    rig.kill("subscriber")
    set_server(rig, dict.fromkeys(FORGETFUL, "DEFAULT"))
    assert any(fault.startswith("lost") for fault in faults(rig, epoch, oracle(delivered)))


def set_server(rig: Rig, settings: dict[str, str]) -> None:
    with psycopg.connect(rig.database_url, autocommit=True) as owner:
        for name, value in settings.items():
            owner.execute(f"ALTER SYSTEM SET {name} TO {value}")
        owner.execute("SELECT pg_reload_conf()")


async def through_proxy(
    rig: Rig, loads: Loads, *, epoch: int, deadline_s: float, window: int
) -> tuple[list[bool], LossyProxy]:
    async with LossyProxy(rig.port) as proxy:
        fleet = []
        for gateway, held in loads.items():
            courier = Courier(gateway, proxy.port, channels=CHANNELS, epoch=epoch, qos=0, resend_s=1, window=window)
            courier.hold(held)
            fleet.append(courier)
        return await asyncio.gather(*(courier.deliver(deadline_s) for courier in fleet)), proxy


def test_a_network_that_drops_doubles_and_reorders_a_fifth_changes_nothing(rig: Rig) -> None:
    rig.start_subscriber()
    rig.until_working()
    loads = loads_of(epoch=2, batches=count(670, 25))

    delivered, proxy = asyncio.run(through_proxy(rig, loads, epoch=2, deadline_s=count(900, 60), window=40))

    assert ([True] * GATEWAYS, []) == (delivered, faults(rig, 2, oracle(loads)))
    assert min(proxy.dropped, proxy.doubled, proxy.delayed) > 5


@pytest.mark.parametrize(("sabotage", "epoch", "shows"), [("no_commit", 3, "lost"), ("no_key", 4, "doubled")])
def test_the_network_finds_a_sabotaged_build(rig: Rig, sabotage: str, epoch: int, shows: str) -> None:
    if sabotage == "no_key":
        with psycopg.connect(rig.database_url, autocommit=True) as owner:
            owner.execute("ALTER TABLE reading DROP CONSTRAINT pk_reading")
    rig.extra["SABOTAGE"] = sabotage
    rig.start_subscriber(module=SABOTAGED)
    rig.until_working()
    loads = loads_of(epoch, batches=15)

    asyncio.run(through_proxy(rig, loads, epoch=epoch, deadline_s=10, window=10))

    assert any(fault.startswith(shows) for fault in faults(rig, epoch, oracle(loads)))
