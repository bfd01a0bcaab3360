"""`energy-edge load-profile`: rows of a DLMS meter."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from edge_agent.drivers.codecs.dlms_apdu import date_time
from tests.edge_agent.cli.meters_beside import beside
from tests.edge_agent.drivers.dlms_readings import LOAD
from tests.edge_agent.drivers.dlms_readings import meter as dlms_meter
from tests.edge_agent.drivers.dlms_twin import DlmsTwin


def with_profile() -> DlmsTwin:
    """A DLMS meter with a password and two quarter hours in its load profile, the second disturbed."""
    twin = dlms_meter(password=b"12345678")
    columns = ((8, "0000010000ff"), (1, "0000600a01ff"), (3, "0100010800ff"))
    described = "".join(f"0204 12{kind:04x} 0906{name} 0f02 120000" for kind, name in columns)
    twin.objects[(7, LOAD, 3)] = b"\x01\x03" + bytes.fromhex(described)
    rows = [
        bytes.fromhex("02 03 09 0c") + date_time(datetime(2026, 1, 1, 0, minute, tzinfo=UTC)) + bytes((0x11, status, 6))
        for minute, status in ((15, 0), (30, 0x80))
    ]
    twin.objects[(7, LOAD, 2)] = bytes((1, 2)) + b"".join(row + (1000).to_bytes(4, "big") for row in rows)
    return twin


@pytest.mark.parametrize("as_json", [True, False])
def test_a_load_profile_is_read_with_times_and_status(as_json: bool) -> None:
    command = ["load-profile", "PORT", "1", "--since", "2026-01-01", "--until", "2026-01-02"]
    command += ["--option", "password=12345678", *(["--json"] if as_json else [])]
    code, output, errors = beside(lambda: asyncio.start_server(with_profile().wrapper, "127.0.0.1", 0), *command)

    assert 0 == code, errors
    if as_json:
        assert [
            {"at": "2026-01-01T00:15:00Z", "status": 0, "values": {"1-0:1.8.0*255": 1000}},
            {"at": "2026-01-01T00:30:00Z", "status": 128, "values": {"1-0:1.8.0*255": 1000}},
        ] == json.loads(output)["rows"]
    else:
        assert "2026-01-01 00:30:00  80               1000" in output
