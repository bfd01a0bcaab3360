"""A simulated line answers, refuses and fails as a real one."""

import asyncio
import struct

import pytest

from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from tests.edge_agent.builders import words_of

METER = words_of({0: 7, 1: 8})


def exchange(line: SimulatedLine, request: bytes) -> bytes:
    """What comes back within a moment; b"" for silence."""

    async def work() -> bytes:
        server = await line.serve()
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(request)
        try:
            return await asyncio.wait_for(reader.read(300), 0.3)
        except TimeoutError:
            return b""
        finally:
            writer.close()
            server.close()

    return asyncio.run(work())


def tcp(unit: int, function: int, address: int, count: int, number: int = 9) -> bytes:
    return struct.pack(">HHHBBHH", number, 0, 6, unit, function, address, count)


def test_registers_come_with_the_number_of_the_request() -> None:
    assert bytes.fromhex("0009 0000 0007 01 03 04 0007 0008") == exchange(SimulatedLine({1: METER}), tcp(1, 3, 0, 2))


@pytest.mark.parametrize(
    ("function", "address", "count", "code"), [(6, 0, 1, 1), (3, 5, 1, 2), (3, 0, 0, 3), (4, 0, 126, 3)]
)
def test_what_a_meter_cannot_do_is_an_exception(function: int, address: int, count: int, code: int) -> None:
    answer = exchange(SimulatedLine({1: METER}), tcp(1, function, address, count))
    assert bytes((function | 0x80, code)) == answer[7:]


@pytest.mark.parametrize("line", [SimulatedLine({2: METER}), SimulatedLine({1: METER}, faults=Faults(silent={1}))])
def test_a_unit_that_is_not_there_or_silent_says_nothing(line: SimulatedLine) -> None:
    assert b"" == exchange(line, tcp(1, 3, 0, 1))
    assert 1 == line.requests


def test_damage_is_done_to_the_frame_on_the_wire() -> None:
    line = SimulatedLine({1: METER}, faults=Faults(damage=lambda frame: frame[:-1]))
    assert bytes.fromhex("0009 0000 0005 01 03 02 00") == exchange(line, tcp(1, 3, 0, 1))


def test_an_rtu_line_finds_its_request_behind_noise() -> None:
    request = bytes.fromhex("01 03 0000 0001 840a")
    assert bytes.fromhex("01 03 02 0007 f986") == exchange(SimulatedLine({1: METER}, framing="rtu"), b"\xff" + request)
