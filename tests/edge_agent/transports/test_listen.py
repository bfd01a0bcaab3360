import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from deploy.bench.free_port import free_port
from edge_agent.drivers.interface import LineDown
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.transports import listen
from edge_agent.transports.listen import ListenTransport, stop_listening
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile, words_of

IMEI = "863921031234567"
PROFILE = make_profile('energy = { address = 0, type = "u16", unit = "kWh", kind = "index" }')


class DataUnit:
    """A GPRS data unit: dials in, says who it is, answers for the meters behind it, sends heartbeats."""

    def __init__(self, port: int, registration: bytes, line: SimulatedLine, heartbeat: bytes = b"") -> None:
        self.port, self.registration, self.line, self.heartbeat = port, registration, line, heartbeat
        self.writer: asyncio.StreamWriter | None = None
        self.ended = asyncio.Event()

    async def run(self) -> None:
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(self.registration)
        beat = asyncio.create_task(self._beat())
        await self.line.talk(reader, self.writer)
        beat.cancel()
        self.ended.set()

    async def _beat(self) -> None:
        while self.heartbeat and self.writer:
            self.writer.write(self.heartbeat)
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def dialling(*units: DataUnit) -> AsyncIterator[None]:
    async def keep_trying(unit: DataUnit) -> None:
        for _ in range(100):
            with contextlib.suppress(ConnectionError):
                await unit.run()
                return
            await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(keep_trying(unit)) for unit in units]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        stop_listening()


def meter(value: int) -> SimulatedLine:
    return SimulatedLine({1: words_of({0: value})}, framing="rtu")


def run(work: Callable[[int], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        try:
            return await work(free_port())
        finally:
            stop_listening()

    return asyncio.run(inside())


async def energy(driver: ModbusDriver) -> int:
    (value,) = await driver.read("1", PROFILE)
    return value.value // 1000


def driver_for(port: int, session: str, query: str = "", wait_s: float = 5.0) -> ModbusDriver:
    where = Port.parse(f"listen://127.0.0.1:{port}/{session}{query}")
    return ModbusDriver(where, timeout_s=1.0, transport=ListenTransport(where, wait_s=wait_s))


@pytest.mark.parametrize(
    ("registration", "session"),
    [
        (IMEI.encode(), IMEI),
        (b"IMEI:" + IMEI.encode() + b"\r\n", IMEI),
        (bytes.fromhex("0102a0ff"), "0102a0ff"),
        (b"site-7", "site-7"),
    ],
)
def test_a_device_is_polled_over_the_connection_it_made(registration: bytes, session: str) -> None:
    async def work(port: int) -> int:
        async with dialling(DataUnit(port, registration, meter(42))), driver_for(port, session) as driver:
            return await energy(driver)

    assert 42 == run(work)


def test_two_devices_on_one_port_are_told_apart() -> None:
    async def work(port: int) -> list[int]:
        units = DataUnit(port, b"unit-one", meter(1)), DataUnit(port, b"unit-two", meter(2))
        async with dialling(*units), driver_for(port, "unit-two") as second, driver_for(port, "unit-one") as first:
            return [await energy(first), await energy(second)]

    assert [1, 2] == run(work)


@pytest.mark.parametrize("heartbeat", [b"\xfe", b"HEART", IMEI.encode()])
def test_heartbeats_never_reach_the_meters_answers(heartbeat: bytes) -> None:
    async def work(port: int) -> list[int]:
        unit = DataUnit(port, IMEI.encode(), meter(7), heartbeat)
        async with dialling(unit), driver_for(port, IMEI, f"?heartbeat={heartbeat.hex()}") as driver:
            return [await energy(driver) for _ in range(20)]

    assert [7] * 20 == run(work)


def test_the_newest_connection_of_a_device_wins() -> None:
    async def work(port: int) -> tuple[int, int, bool]:
        old, new = DataUnit(port, IMEI.encode(), meter(1)), DataUnit(port, IMEI.encode(), meter(2))
        async with dialling(old), driver_for(port, IMEI) as driver:
            first = await energy(driver)
            task = asyncio.create_task(new.run())
            await asyncio.wait_for(old.ended.wait(), 5)
            second = await energy(driver)
            task.cancel()
            return first, second, old.ended.is_set()

    assert (1, 2, True) == run(work)


def test_a_device_that_does_not_dial_in_is_a_line_down() -> None:
    async def work(port: int) -> None:
        async with driver_for(port, IMEI, wait_s=0.1):
            pass

    with pytest.raises(LineDown, match="has not dialled in"):
        run(work)


def test_a_stranger_is_not_taken_for_a_device() -> None:
    async def work(port: int) -> None:
        async with dialling(DataUnit(port, b"862222222222222", meter(9))), driver_for(port, IMEI, wait_s=0.5):
            pass

    with pytest.raises(LineDown):
        run(work)


def test_a_device_that_comes_back_is_polled_again() -> None:
    async def work(port: int) -> list[int]:
        polls = []
        for value in (3, 4):
            async with dialling_once(DataUnit(port, IMEI.encode(), meter(value))), driver_for(port, IMEI) as driver:
                polls.append(await energy(driver))
        return polls

    @contextlib.asynccontextmanager
    async def dialling_once(unit: DataUnit) -> AsyncIterator[None]:
        async with dialling(unit):
            yield

    assert [3, 4] == run(work)


@pytest.mark.slow
def test_a_connection_that_died_unseen_is_ended_and_the_device_may_dial_in_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No end of the connection ever comes over a mobile network: only silence tells."""
    monkeypatch.setattr(listen, "SILENT_S", 2.5)  # long enough for a read on a loaded machine

    async def work(port: int) -> tuple[int, bool, int]:
        lost, back = DataUnit(port, IMEI.encode(), meter(5)), DataUnit(port, IMEI.encode(), meter(6))
        async with dialling(lost), driver_for(port, IMEI) as driver:
            first = await energy(driver)
            await asyncio.wait_for(lost.ended.wait(), 20)  # well before a stranger would be sent away
            is_open = driver.line.transport.is_open
            async with dialling(back):
                return first, is_open, await energy(driver)

    assert (5, False, 6) == run(work)


def test_the_kernel_is_told_to_look_for_dead_connections() -> None:
    async def work(port: int) -> list[int]:
        async with dialling(DataUnit(port, IMEI.encode(), meter(1))), driver_for(port, IMEI) as driver:
            await energy(driver)
            transport = driver.line.transport
            assert isinstance(transport, ListenTransport)
            assert transport.session.stream is not None
            assert transport.session.stream.transport is not None
            sock = transport.session.stream.transport.get_extra_info("socket")
            return [
                sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            ]

    assert [1, 30_000] == run(work)
