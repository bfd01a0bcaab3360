"""The truth outside the system: meters that never serve a value twice and write down each one they served.

`python -m tests.chaos.edge_oracle FOLDER UNIT`: such a meter as a process, its log and port in a folder.
"""

import asyncio
import struct
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from tests.edge_agent.cloud_twin import CloudTwin

REGISTER = "energy_import_total"
ADDRESS = 72  # of that register in the profile


@dataclass
class Oracle:
    """A Modbus meter whose register grows by 1 kWh with each answer. `log`: where it also writes them down."""

    log: Path | None = None
    served: list[int] = field(default_factory=list)

    def __call__(self, function: int, address: int, count: int) -> bytes | None:
        if function != 4 or not address <= ADDRESS < address + count - 1:
            return bytes(2 * count)
        number = len(self.served) + 1
        self.served.append(number * 1000)  # the register counts kWh
        if self.log:
            with self.log.open("a", encoding="ascii") as log:
                log.write(f"{number * 1000}\n")
        answer = bytearray(2 * count)
        struct.pack_into(">f", answer, 2 * (ADDRESS - address), float(number))
        return bytes(answer)


def lost(served: Collection[int], cloud: CloudTwin, gateway: str, meter: str) -> int:
    """How many values that the meter served before the last one received never came; those that did are checked."""
    rows = [row for (sender, _), stream in cloud.streams.items() if sender == gateway for row in stream.rows.items()]
    values = [fact[3] for _, fact in sorted(rows) if fact[0] == meter]
    assert values
    assert values == sorted(set(values)), "a value twice, or not in the order in which they were served"
    assert set(values) <= set(served), "a value that the meter never had"
    return len({value for value in served if value < values[-1]} - set(values))


async def serve(folder: Path, unit: int) -> None:
    """Serve one meter for ever."""
    server = await SimulatedLine({unit: Oracle(folder / "served")}).serve()
    (folder / "port").write_text(str(server.sockets[0].getsockname()[1]), encoding="ascii")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
