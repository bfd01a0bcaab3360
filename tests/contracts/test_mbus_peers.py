"""Our simulated M-Bus meters asked by somebody else's master: pyMeterBus, in a process of its own, on a serial line."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from tests.programs import need_program

ASK = """
import json, logging, sys, time
import serial, meterbus
logging.disable(logging.CRITICAL)
line = serial.Serial(sys.argv[1], 2400, timeout=1.0)
if len(sys.argv[2]) < 4:
    address = int(sys.argv[2])
    meterbus.send_ping_frame(line, address)
else:
    address = 253
    meterbus.send_select_frame(line, sys.argv[2])
acknowledged = meterbus.load(meterbus.recv_frame(line, 1)).__class__.__name__
meterbus.send_request_frame(line, address)
frame = meterbus.load(meterbus.recv_frame(line))
print(json.dumps([acknowledged, [str(record.parsed_value) for record in frame.records]]))
"""
ENERGY, VOLUME = bytes.fromhex("04 06 39 30 00 00"), bytes.fromhex("04 13 E8 03 00 00")


def asked(address: str, folder: Path) -> list[Any]:
    """What pyMeterBus says of the meter at an address."""
    need_program("socat")

    async def inside() -> list[Any]:
        first = Slave("12345678", [ENERGY + VOLUME], "KAM", 1, primary=5)
        server = await MBusSlaves([first, Slave("12345699", [VOLUME], "ELS", 7, primary=6)]).serve()
        device, number = folder / "line", server.sockets[0].getsockname()[1]
        converter = await asyncio.create_subprocess_exec(
            "socat", f"pty,raw,echo=0,link={device}", f"tcp:127.0.0.1:{number}"
        )
        try:
            for _ in range(100):
                if device.exists():
                    break
                await asyncio.sleep(0.02)
            master = await asyncio.create_subprocess_exec(
                sys.executable, "-c", ASK, str(device), address, stdout=asyncio.subprocess.PIPE
            )
            output, _ = await asyncio.wait_for(master.communicate(), 20)
            return list(json.loads(output))
        finally:
            converter.kill()
            await converter.wait()
            server.close()

    return asyncio.run(inside())


def test_by_primary_address(tmp_path: Path) -> None:
    assert ["TelegramACK", ["12345000", "1"]] == asked("5", tmp_path)


def test_by_the_digits_of_the_label(tmp_path: Path) -> None:
    assert ["TelegramACK", ["1"]] == asked("12345699FFFFFFFF", tmp_path)


def test_by_maker_and_a_part_of_the_digits(tmp_path: Path) -> None:
    assert ["TelegramACK", ["12345000", "1"]] == asked("1234567FFFFFFFFF", tmp_path)
