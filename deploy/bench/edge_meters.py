"""Simulated SDM630 for the edge bench, in a process of their own: momentary values with noise, counters that count.

No two meters and no two answers are alike, so that nothing that remembers values is flattered.
"""

import asyncio
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TextIO, cast

LINES, METERS = 4, 50
REGISTERS = {
    # one block of an SDM630
    "voltage_l1": 0, "voltage_l2": 2, "voltage_l3": 4, "current_l1": 6, "current_l2": 8, "current_l3": 10,
    "power_total": 52, "energy_import_total": 72, "energy_export_total": 74, "reactive_import_total": 76,
}  # fmt: skip
WORDS = 78
COUNTERS_FROM = 72
KWH_A_SECOND = 0.001  # 3.6 kW
USUAL = {0: 230.0, 2: 231.0, 4: 229.0, 6: 5.0, 8: 4.0, 10: 6.0, 52: 3600.0}


class Meters:
    """The meters' process; a context manager that ends it."""

    def __init__(self, ports: Sequence[int]) -> None:
        command = [sys.executable, str(Path(__file__)), *map(str, ports)]
        self.process = subprocess.Popen(  # noqa: S603 - this very file
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._asked = cast(TextIO, self.process.stdin)
        self._answers = cast(TextIO, self.process.stdout)
        self._answers.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def requests(self) -> int:
        """How many they have answered."""
        self._asked.write("\n")
        self._asked.flush()
        return int(self._answers.readline())


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def words(unit: int) -> bytes:
    """All registers of one meter as they are now."""
    image = bytearray(2 * WORDS)
    for start, usual in USUAL.items():
        struct.pack_into(">f", image, 2 * start, usual * random.uniform(0.95, 1.05))
    counted = time.time() % 100_000 * KWH_A_SECOND
    for number, start in enumerate(range(COUNTERS_FROM, WORDS, 2)):
        struct.pack_into(">f", image, 2 * start, unit * 500.123 / (number + 1) + counted)
    return bytes(image)


async def serve(ports: Sequence[int]) -> None:
    """Answer every read of registers at once; print the number of requests for each line on standard input."""
    requests = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        try:
            while True:
                head = await reader.readexactly(12)
                start, count = struct.unpack(">HH", head[8:12])
                requests += 1
                answer = struct.pack(">HBBB", 3 + 2 * count, head[6], head[7], 2 * count)
                writer.write(head[:4] + answer + words(head[6])[2 * start : 2 * (start + count)])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    for port in ports:
        await asyncio.start_server(talk, "127.0.0.1", port)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(requests, flush=True)


if __name__ == "__main__":
    asyncio.run(serve([int(port) for port in sys.argv[1:]]))
