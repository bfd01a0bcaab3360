"""Right value or no value: a Modbus line that goes wrong in every way at random never makes us believe a wrong number.

`ENERGY_FUZZ_EXAMPLES=100000 pytest tests/contracts/test_wrong_answers.py` tries as many exchanges.
"""

import asyncio
import os
import random
from collections.abc import Callable

import pytest

from common.errors import EnergyError
from edge_agent.drivers.codecs.modbus_frames import RtuFraming
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from tests.edge_agent.builders import make_profile, served, words_of

EXCHANGES = int(os.environ.get("ENERGY_FUZZ_EXAMPLES", "400"))
TIMEOUT_S = 0.03
U16 = 'type = "u16", unit = "kWh", kind = "index"'
PROFILE = make_profile(
    "\n".join(f"r{n} = {{ address = {n}, {U16} }}" for n in range(50)), more="[read]\nhole_max = 0\n"
)
FRAMER = RtuFraming().framer


class SometimesLate(dict[int, float]):
    """A delay that is mostly none, sometimes longer than anybody waits."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    def get(self, _unit: int, _default: float = 0.0) -> float:  # type: ignore[override]  # no other use
        return self.chance.choice([0.0] * 12 + [0.02, 0.05, 0.08, 0.15])


def faulty(chance: random.Random) -> Callable[[bytes], bytes]:
    """What may become of an answer on its way."""
    older: list[bytes] = []

    def on_the_way(frame: bytes) -> bytes:
        older.append(frame)
        foreign = FRAMER.encode(frame[1:-2], frame[0] + 1, 0)
        changed = bytearray(frame)
        changed[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
        return chance.choice(
            [frame] * 12
            + [
                bytes(changed),
                frame[: chance.randrange(len(frame))],
                chance.randbytes(chance.randrange(12)) + frame,
                frame + chance.randbytes(chance.randrange(12)),
                foreign,
                foreign + frame,
                b"",
                FRAMER.encode(b"\x83\x04", frame[0], 0),
                frame + frame,
            ]
        )

    return on_the_way


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_no_wrong_value_is_ever_believed(seed: int) -> None:
    chance = random.Random(seed)

    async def inside() -> tuple[int, list[tuple[int, int]]]:
        registers = words_of({at: 1000 + 7 * at for at in range(60)})
        line = SimulatedLine(
            {1: registers}, framing="rtu", faults=Faults(delay_s=SometimesLate(chance), damage=faulty(chance))
        )
        right = 0
        wrong: list[tuple[int, int]] = []
        async with (
            served(line) as port,
            ModbusDriver(port, framing="rtu", timeout_s=TIMEOUT_S, retries=1) as driver,
        ):
            driver.line.reopen_after = 0  # a serial line has no fresh connection to hide behind
            for _ in range(EXCHANGES // 2):
                number = chance.randrange(50)
                try:
                    (value,) = await driver.read("1", PROFILE, [f"r{number}"])
                except EnergyError:
                    continue
                if value.value == (1000 + 7 * number) * 1000:
                    right += 1
                else:
                    wrong.append((number, value.value))
        return right, wrong

    right, wrong = asyncio.run(inside())

    print(f"{right} right, {len(wrong)} wrong of {EXCHANGES // 2}")
    assert [] == wrong
    assert right > EXCHANGES // 8  # the line still does its work
