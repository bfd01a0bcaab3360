import asyncio
import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.drivers.commissioning.modbus_line_check import check_line
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from edge_agent.transports.port import Port
from edge_agent.transports.port_check import LineFinding, check_port
from tests.edge_agent.builders import served, words_of

METER = words_of({0: 1})


def findings(line: SimulatedLine, *units: str) -> dict[str, LineFinding]:
    async def inside() -> list[LineFinding]:
        async with served(line) as port, ModbusDriver(port, framing="rtu", timeout_s=0.05, retries=0) as driver:
            return await check_line(driver, units, tries=5)

    return {one.name: one for one in asyncio.run(inside())}


def every(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    count = {"frames": 0}

    def damage(frame: bytes) -> bytes:
        count["frames"] += 1
        return change(frame) if count["frames"] % number == 0 else frame

    return damage


def flipped(frame: bytes) -> bytes:
    return frame[:3] + bytes([frame[3] ^ 0xFF]) + frame[4:]


def test_a_sound_line_has_no_findings() -> None:
    assert all(one.ok for one in findings(SimulatedLine({1: METER, 2: METER}, framing="rtu"), "1", "2").values())


def test_a_missing_meter_is_named_and_the_others_are_well() -> None:
    found = findings(SimulatedLine({1: METER}, framing="rtu"), "1", "9")

    assert (True, False) == (found["unit 1"].ok, found["unit 9"].ok)
    assert "does not answer" in found["unit 9"].found


def test_answers_that_are_always_damaged_may_be_two_meters_with_one_address() -> None:
    found = findings(SimulatedLine({1: METER}, framing="rtu", faults=Faults(damage=flipped)), "1")

    assert "two meters" in found["unit 1"].hint
    assert "swapped" in found["line"].hint


def test_a_share_of_damaged_answers_points_at_the_cable() -> None:
    found = findings(SimulatedLine({1: METER}, framing="rtu", faults=Faults(damage=every(3, flipped))), "1")

    assert not found["line"].ok
    assert "termination" in found["line"].hint


def test_a_quiet_line_says_what_to_look_at() -> None:
    found = findings(SimulatedLine({}, framing="rtu"), "1")

    assert "quiet" in found["line"].found


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    (found,) = check_port(Port.parse(f"serial://{tmp_path}/ttyUSB0"))

    assert (False, True) == (found.ok, "plugged in" in found.hint)


def test_a_file_is_no_serial_device(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    (found,) = check_port(Port.parse(f"serial://{tmp_path}/x"))

    assert "no serial device" in found.found


@pytest.mark.parametrize(("latency", "ok"), [("16", False), ("1", True)])
def test_an_adapter_that_waits_is_found(tmp_path: Path, latency: str, ok: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        device = os.ttyname(theirs)
        entry = tmp_path / Path(device).name / "device"
        entry.mkdir(parents=True)
        (entry / "latency_timer").write_text(latency)
        found = {one.name: one for one in check_port(Port.parse(f"serial://{device}"), sys_tty=tmp_path)}
    finally:
        os.close(ours)
        os.close(theirs)

    assert found["port"].ok
    assert ok is found["adapter latency"].ok


def test_a_port_another_program_holds(tmp_path: Path) -> None:
    import fcntl

    ours, theirs = pty.openpty()
    try:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        (found,) = check_port(Port.parse(f"serial://{os.ttyname(theirs)}"), sys_tty=tmp_path)
    finally:
        os.close(ours)
        os.close(theirs)

    assert "another program" in found.found
