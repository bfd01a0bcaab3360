import asyncio
from collections.abc import Callable

from edge_agent.drivers.commissioning.modbus_line_check import check_line
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from edge_agent.transports.port_check import LineFinding
from tests.edge_agent.builders import served, words_of

METER = words_of({0: 1})


def findings(line: SimulatedLine, *units: str) -> dict[str, LineFinding]:
    async def inside() -> list[LineFinding]:
        async with served(line) as port, ModbusDriver(port, framing="rtu", timeout_s=0.05, retries=0) as driver:
            return await check_line(driver, units, tries=5)

    return {finding.name: finding for finding in asyncio.run(inside())}


def every(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    count = {"frames": 0}

    def damage(frame: bytes) -> bytes:
        count["frames"] += 1
        return change(frame) if count["frames"] % number == 0 else frame

    return damage


def flipped(frame: bytes) -> bytes:
    return frame[:3] + bytes([frame[3] ^ 0xFF]) + frame[4:]


def test_a_sound_line_has_no_findings() -> None:
    assert all(
        finding.ok for finding in findings(SimulatedLine({1: METER, 2: METER}, framing="rtu"), "1", "2").values()
    )


def test_a_missing_meter_is_named_and_the_others_are_well() -> None:
    checks = findings(SimulatedLine({1: METER}, framing="rtu"), "1", "9")

    assert (True, False) == (checks["unit 1"].ok, checks["unit 9"].ok)
    assert "does not answer" in checks["unit 9"].found


def test_answers_that_are_always_damaged_may_be_two_meters_with_one_address() -> None:
    checks = findings(SimulatedLine({1: METER}, framing="rtu", faults=Faults(damage=flipped)), "1")

    assert "two meters" in checks["unit 1"].hint
    assert "swapped" in checks["line"].hint


def test_a_share_of_damaged_answers_points_at_the_cable() -> None:
    checks = findings(SimulatedLine({1: METER}, framing="rtu", faults=Faults(damage=every(3, flipped))), "1")

    assert not checks["line"].ok
    assert "termination" in checks["line"].hint


def test_a_quiet_line_says_what_to_look_at() -> None:
    checks = findings(SimulatedLine({}, framing="rtu"), "1")

    assert "quiet" in checks["line"].found
