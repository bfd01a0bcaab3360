"""What is wrong with a port before anybody speaks over it."""

import os
import pty
from pathlib import Path

import pytest

from edge_agent.transports.port import Port
from edge_agent.transports.port_check import check_port


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = check_port(Port.parse(f"serial://{tmp_path}/ttyUSB0"))

    assert (False, True) == (finding.ok, "plugged in" in finding.hint)


def test_a_file_is_no_serial_device(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    (finding,) = check_port(Port.parse(f"serial://{tmp_path}/x"))

    assert "no serial device" in finding.found


@pytest.mark.parametrize(("latency", "ok"), [("16", False), ("1", True)])
def test_an_adapter_that_waits_is_found(tmp_path: Path, latency: str, ok: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        device = os.ttyname(theirs)
        entry = tmp_path / Path(device).name / "device"
        entry.mkdir(parents=True)
        (entry / "latency_timer").write_text(latency)
        findings = {finding.name: finding for finding in check_port(Port.parse(f"serial://{device}"), sys_tty=tmp_path)}
    finally:
        os.close(ours)
        os.close(theirs)

    assert findings["port"].ok
    assert ok is findings["adapter latency"].ok


def test_a_port_another_program_holds(tmp_path: Path) -> None:
    import fcntl

    ours, theirs = pty.openpty()
    try:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        (finding,) = check_port(Port.parse(f"serial://{os.ttyname(theirs)}"), sys_tty=tmp_path)
    finally:
        os.close(ours)
        os.close(theirs)

    assert "another program" in finding.found
