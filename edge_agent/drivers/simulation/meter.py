"""Simulated meters on a Modbus TCP port: `python -m edge_agent.drivers.simulation.meter --port 5020 --units 4`.

They count up like houses do, from wall time and seed, so a restart goes on where it would be.
"""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal

import click

from common.profile import Identify, MeterProfile, find
from edge_agent.drivers.modbus_words import encoded
from edge_agent.drivers.simulation.house import House
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine, WordSource

FIRST_SERIAL = 25_100_000


class MeterImage:
    """The registers of one simulated meter of any Modbus profile, made new for each instant."""

    def __init__(self, profile: MeterProfile, house: House, *, clock: Callable[[], float] = time.time) -> None:
        self.profile = profile
        self.house = house
        self.clock = clock
        house.at(clock())  # sums up the past once, so that the first answer comes in time too
        self.map: dict[tuple[int, int], str] = {}  # (function, word address) -> register
        for name, register in profile.registers.items():
            if register.address is not None:
                for offset in range(register.words):
                    self.map[(register.function or profile.read.function, register.address + offset)] = name

    def __call__(self, function: int, address: int, count: int) -> bytes | None:
        """Words of a request; addresses between registers read as 0, others do not exist."""
        addresses = [at for kind, at in self.map if kind == function]
        serial = self.profile.serial_number
        if serial and address == serial.address and function == (serial.function or self.profile.read.function):
            return self._serial(count)
        for mark in self.profile.identify:
            if mark.address == address and function == (mark.function or self.profile.read.function):
                return _mark_words(mark, count)
        if not addresses or address < min(addresses) or address + count > max(addresses) + 1:
            return None
        now = self.clock()
        answer = bytearray(2 * count)
        for name in {self.map[(function, at)] for at in range(address, address + count) if (function, at) in self.map}:
            register = self.profile.registers[name]
            raw = self._encoded(name, now)
            start = ((register.address or 0) - address) * 2
            for index, byte in enumerate(raw):
                if 0 <= start + index < len(answer):
                    answer[start + index] = byte
        return bytes(answer)

    def _encoded(self, name: str, now: float) -> bytes:
        rules, register = self.profile.read, self.profile.registers[name]
        value: Decimal = self.house.register(name, now)
        return encoded(value, register, word_order=rules.word_order, byte_order=rules.byte_order)

    def _serial(self, count: int) -> bytes:
        raw = (FIRST_SERIAL + self.house.unit).to_bytes(4, "big")
        return (raw + bytes(2 * count))[: 2 * count]


def _mark_words(mark: Identify, count: int) -> bytes:
    """What a meter of this model says of itself."""
    mark_value = mark.one_of[0] if mark.one_of else mark.starts_with
    raw = mark_value.encode("ascii") if isinstance(mark_value, str) else mark_value.to_bytes(2 * count, "big")
    return raw.ljust(2 * count, b"\0")[: 2 * count]


def simulated_line(
    profile_id: str = "eastron_sdm630",
    *,
    units: int = 1,
    seed: int = 1,
    framing: str = "tcp",
    byte_s: float = 0.0,
    think_s: float = 0.0,
    clock: Callable[[], float] = time.time,
) -> SimulatedLine:
    """A line with units 1 to `units`, all of one profile."""
    profile = find(profile_id)
    sources: dict[int, WordSource] = {
        unit: MeterImage(profile, House(seed, unit), clock=clock) for unit in range(1, units + 1)
    }
    return SimulatedLine(sources, framing=framing, byte_s=byte_s, think_s=think_s)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5020, show_default=True)
@click.option("--units", default=1, show_default=True, help="Meters on the line, units 1 to N.")
@click.option("--profile", "profile_id", default="eastron_sdm630", show_default=True)
@click.option("--seed", default=1, show_default=True, help="Another seed, other houses.")
@click.option("--framing", type=click.Choice(["tcp", "rtu", "ascii"]), default="tcp", show_default=True)
@click.option("--baud", default=0, help="Simulate the byte times of a serial line behind the port.")
def simulate(host: str, port: int, units: int, profile_id: str, seed: int, framing: str, baud: int) -> None:
    """Serve simulated meters until stopped."""
    line = simulated_line(profile_id, units=units, seed=seed, framing=framing, byte_s=10 / baud if baud else 0.0)
    serve = _serve_pymodbus if framing == "tcp" and not baud else _serve_line
    try:
        asyncio.run(serve(line, host, port))
    except KeyboardInterrupt:
        return


async def _serve_pymodbus(line: SimulatedLine, host: str, port: int) -> None:
    from edge_agent.drivers.simulation.pymodbus_server import server

    click.echo(f"{len(line.units)} simulated meters on {host}:{port} (tcp)", err=True)
    await server(line.units, host, port).serve_forever()


async def _serve_line(line: SimulatedLine, host: str, port: int) -> None:
    server = await line.serve(host, port)
    where = server.sockets[0].getsockname()
    click.echo(f"{len(line.units)} simulated meters on {where[0]}:{where[1]} ({line.framing})", err=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    simulate()
