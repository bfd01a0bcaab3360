"""A gateway that was offline: real driver, real buffer file, a meter that counts up; only the clock is told."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from edge_agent.buffer import BufferGuard
from edge_agent.clock import Clock, boot_id
from edge_agent.config import SiteFile
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.poll_result import Measurement, PollResult
from edge_agent.poller import lines_of, open_line

STEP_S = 900


@dataclass(frozen=True, order=True)
class Served:
    """One value that the meter served: the oracle's row."""

    meter: str
    register: str
    at: datetime
    value: int


class ToldClock:
    """Seconds since 1970 that stand still until they are told otherwise."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def instants(start: datetime, end: datetime) -> Iterator[float]:
    """The grid from start to end, both included."""
    at = start.timestamp()
    while at <= end.timestamp():
        yield at
        at += STEP_S


async def read_offline(site: SiteFile, *, port: int, seed: int, start: datetime, end: datetime) -> list[Served]:
    """Poll the site's meters on the grid and buffer every round as the agent does; returns what the meters served."""
    announced = ToldClock()
    server = await simulated_line(units=len(site.bus[0].meter), seed=seed, clock=announced).serve("127.0.0.1", port)
    clock = Clock(wall=announced, kernel_synchronised=lambda: True)
    guard = BufferGuard(site.gateway.data, boot_id=boot_id())
    served: list[Served] = []

    async def commit(measurements: Sequence[Measurement]) -> None:
        guard.append([measurement.sample(channel(guard, measurement)) for measurement in measurements])
        served.extend(
            Served(
                measurement.meter,
                measurement.register,
                datetime.fromtimestamp(measurement.at_ms / 1000, UTC),
                measurement.value,
            )
            for measurement in measurements
        )

    line = lines_of(site, clock, commit)[0]
    async with server, open_line(site.bus[0], announced) as driver:
        for announced.now_s in instants(start, end):
            clock.offset_ms = int(announced.now_s * 1000) - clock.mono()
            for device in line.devices:
                values = await driver.read(device.meter.address, device.profile, device.registers)
                quality = int(clock.quality)
                answer = PollResult(
                    device.meter.id,
                    device.plausibility,
                    partial(list, values),
                    clock.now_ms(),
                    clock.offset_ms,
                    quality,
                    True,
                )
                await commit(answer.measurements())
    guard.close()
    return served


def channel(guard: BufferGuard, measurement: Measurement) -> int:
    return guard.do(
        lambda buffer: buffer.channel(
            measurement.meter, measurement.register, measurement.unit, measurement.kind, measurement.value
        )
    )


def offline(site: SiteFile, *, port: int, seed: int, start: datetime, end: datetime) -> list[Served]:
    """`read_offline` from code that is not async."""
    return asyncio.run(read_offline(site, port=port, seed=seed, start=start, end=end))
