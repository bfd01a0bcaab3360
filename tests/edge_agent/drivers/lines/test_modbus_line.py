"""One Modbus line: a late, damaged or foreign answer is never taken for the right one."""

import asyncio
from collections.abc import Callable

import pytest

from edge_agent.drivers.codecs.modbus_frames import RtuFraming
from edge_agent.drivers.interface import BadAnswer, MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from edge_agent.transports.port import Port
from tests.edge_agent.builders import served, words_of
from tests.edge_agent.drivers.modbus_readings import HUNDRED, counting_registers, on_line, read_one


def test_a_dead_meter_is_asked_once_and_one_that_comes_back_is_read_at_once() -> None:
    line = SimulatedLine({1: words_of(counting_registers())}, framing="rtu", faults=Faults(silent={1}))

    async def work(driver: ModbusDriver) -> tuple[list[int], str]:
        requests = []
        for _ in range(5):
            before = line.requests
            with pytest.raises(MeterSilent):
                await driver.read("1", HUNDRED, ["r5"])
            requests.append(line.requests - before)
        line.faults.silent.clear()
        return requests, await read_one(driver, HUNDRED, "r5")

    assert ([2, 2, 1, 1, 1], "5") == on_line(line, work, timeout_s=0.2, retries=1)


@pytest.mark.parametrize("framing", ["rtu", "ascii"])
@pytest.mark.parametrize("late_s", [0.15, 0.35])
def test_a_late_answer_is_never_taken_for_another_registers(framing: str, late_s: float) -> None:
    """The first answer comes after its time; all later questions have answers of the same length."""

    async def work(driver: ModbusDriver) -> list[tuple[int, str]]:
        right = []
        for number in range(20):
            try:
                right.append((number, await read_one(driver, HUNDRED, f"r{number}")))
            except (MeterSilent, BadAnswer):
                line.faults.delay_s.clear()
        return right

    line = SimulatedLine({1: words_of(counting_registers())}, framing=framing, faults=Faults(delay_s={1: late_s}))

    values = on_line(line, work, timeout_s=0.1, retries=0)

    assert [(number, str(number)) for number, _ in values] == values
    assert 15 <= len(values)


def test_every_answer_late_gives_no_wrong_value() -> None:
    async def work(driver: ModbusDriver) -> list[tuple[int, str]]:
        values = []
        for number in range(8):
            try:
                values.append((number, await read_one(driver, HUNDRED, f"r{number}")))
            except (MeterSilent, BadAnswer):
                continue
        return values

    line = SimulatedLine({1: words_of(counting_registers())}, framing="rtu", faults=Faults(delay_s={1: 0.12}))

    values = on_line(line, work, timeout_s=0.1, retries=1)

    assert [(number, str(number)) for number, _ in values] == values


def test_a_late_answer_of_one_unit_is_not_taken_for_another_units() -> None:
    async def work(driver: ModbusDriver) -> str:
        with pytest.raises(MeterSilent):
            await driver.read("1", HUNDRED, ["r3"])
        return await read_one(driver, HUNDRED, "r3", "2")

    line = SimulatedLine(
        {1: words_of(counting_registers()), 2: words_of(counting_registers(500))},
        framing="rtu",
        faults=Faults(delay_s={1: 0.8}),
    )

    assert "503" == on_line(line, work, timeout_s=0.5, retries=0)


def damage(kind: str) -> Callable[[bytes], bytes]:
    return {
        "noise before": lambda frame: b"\x00\xff\x01" + frame,
        "noise behind": lambda frame: frame + b"\xff\x00",
        "flipped bit": lambda frame: frame[:4] + bytes([frame[4] ^ 1]) + frame[5:],
        "cut": lambda frame: frame[:-2],
        "other unit": lambda frame: RtuFraming().framer.encode(frame[1:-2], frame[0] + 1, 0),
        "other function": lambda frame: RtuFraming().framer.encode(b"\x04" + frame[2:-2], frame[0], 0),
        "echo": lambda frame: RtuFraming().request(b"\3\0\7\0\1", 1, 0) + frame,
    }[kind]


@pytest.mark.parametrize("kind", ["flipped bit", "cut", "other unit", "other function"])
def test_a_damaged_or_foreign_rtu_answer_gives_no_value(kind: str) -> None:
    line = SimulatedLine({1: words_of(counting_registers())}, framing="rtu", faults=Faults(damage=damage(kind)))

    with pytest.raises((MeterSilent, BadAnswer)):
        on_line(line, lambda driver: driver.read("1", HUNDRED, ["r7"]), timeout_s=0.1, retries=1)


@pytest.mark.parametrize("kind", ["noise before", "noise behind", "echo"])
def test_noise_and_echo_around_an_rtu_answer_do_no_harm(kind: str) -> None:
    line = SimulatedLine({1: words_of(counting_registers())}, framing="rtu", faults=Faults(damage=damage(kind)))

    assert "7" == on_line(line, lambda driver: read_one(driver, HUNDRED, "r7"), timeout_s=2)


def test_an_rtu_converter_asked_in_modbus_tcp_gives_no_value() -> None:
    async def work(port: Port) -> None:
        async with ModbusDriver(port, framing="tcp", timeout_s=0.1, retries=0) as driver:
            await driver.read("1", HUNDRED, ["r7"])

    async def inside() -> None:
        async with served(SimulatedLine({1: words_of(counting_registers())}, framing="rtu")) as port:
            await work(port)

    with pytest.raises((BadAnswer, MeterSilent)):
        asyncio.run(inside())


def test_a_broken_connection_is_opened_again_for_the_next_read() -> None:
    async def work(driver: ModbusDriver) -> str:
        await read_one(driver, HUNDRED, "r1")
        await driver.line.transport.close()
        return await read_one(driver, HUNDRED, "r2")

    assert "2" == on_line(SimulatedLine({1: words_of(counting_registers())}), work)
