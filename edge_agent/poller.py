"""Reads the meters of one line on the grid and commits each round before it counts as done.

One task per line; a meter that fails costs the others only its timeout, a line that fails costs no other line anything.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from common.errors import EnergyError, NotFoundError
from common.profile import MeterProfile
from edge_agent.clock import Clock
from edge_agent.config import Bus, SiteFile, SiteMeter, registers_of
from edge_agent.drivers import open_driver
from edge_agent.drivers.interface import Driver, Fetch, LineDown, acknowledged, fetch_of
from edge_agent.drivers.plausibility import PlausibilityCheck
from edge_agent.poll_result import Measurement, PollResult
from edge_agent.schedule import PollSchedule, last_due_ms, on_grid, wait_ms
from edge_agent.transports.port import Port

log = logging.getLogger(__name__)
REOPEN_S = 5.0
SLOW_PORTS, SLOW_S = ("modem", "listen"), 180.0  # a call has to be set up, a data unit has to come back
TIMEOUT_FACTOR = 20  # a meter that takes this many timeouts is given up: no driver may hang a line


@dataclass(slots=True)
class Device:
    """One meter and how it fares."""

    meter: SiteMeter
    bus: str
    profile: MeterProfile
    registers: tuple[str, ...]
    schedule: PollSchedule
    polls: int = 0
    failures: int = 0
    failing_since_ms: int = 0
    error: str = ""
    plausibility: PlausibilityCheck = field(init=False)

    def __post_init__(self) -> None:
        self.plausibility = PlausibilityCheck(self.profile)

    def succeeded(self) -> None:
        """The poll was good and is committed."""
        self.polls += 1
        self.schedule.failures = 0
        self.failing_since_ms = 0
        self.error = ""

    def failed(self, error: BaseException, now_ms: int) -> None:
        """The poll gave nothing."""
        if not self.failing_since_ms:
            log.warning("meter %s: %s", self.meter.id, error)
        self.polls += 1
        self.failures += 1
        self.schedule.failures += 1
        self.failing_since_ms = self.failing_since_ms or max(now_ms, 1)
        self.error = str(error)[:200]


@dataclass(slots=True)
class MeterLine:
    """One line with its meters. `commit` returns when what it was given is on the disk."""

    bus: Bus
    devices: list[Device]
    clock: Clock
    billing_interval_s: int
    commit: Callable[[Sequence[Measurement]], Awaitable[None]]
    rounds: int = field(default=0)
    limit_s: float = field(init=False)  # that one meter may hold the line

    def __post_init__(self) -> None:
        slow = self.bus.port.partition(":")[0] in SLOW_PORTS
        self.limit_s = max(TIMEOUT_FACTOR * (self.bus.timeout_s or 1.0), SLOW_S if slow else 0.0)

    async def run(self) -> None:
        """Poll for ever; ends only by cancellation."""
        while True:
            try:
                async with open_line(self.bus, clock=self.clock.now_s) as driver:
                    await self._poll(driver)
            except (EnergyError, OSError) as error:
                self._all_failed(error)
            except Exception as error:  # a fault of ours must not end the line for good
                log.exception("line %s failed", self.bus.name)
                self._all_failed(error)
            await asyncio.sleep(REOPEN_S)

    def _all_failed(self, error: BaseException) -> None:
        now_ms = self.clock.now_ms()
        for device in self.devices:
            device.failed(error, now_ms)
            device.schedule.plan(now_ms)

    async def _poll(self, driver: Driver) -> None:
        for device in self.devices:
            device.schedule.plan(self.clock.now_ms())
        while True:
            now_ms = self.clock.now_ms()
            due = [device for device in self.devices if device.schedule.is_due(now_ms)]
            if due:
                await self._poll_round(driver, sorted(due, key=lambda device: device.schedule.failures))
            else:
                await asyncio.sleep(wait_ms((device.schedule for device in self.devices), now_ms) / 1000)

    async def _poll_round(self, driver: Driver, due: list[Device]) -> None:
        """Read these; what was read before the line broke is kept."""
        answers: list[tuple[Device, PollResult]] = []
        broken: LineDown | None = None
        fetch = fetch_of(driver)
        try:
            async with asyncio.timeout(None) as limit:
                for device in due:
                    self._prolong(limit)
                    try:
                        answers.append((device, await self._poll_device(fetch, device)))
                    except LineDown as error:
                        broken = error
                        break
                    except EnergyError as error:
                        device.failed(error, self.clock.now_ms())
        except TimeoutError:
            broken = LineDown(f"meter {device.meter.id} held the line for {self.limit_s:g} s", path=self.bus.name)
        await self._commit_round(driver, answers)
        if broken:
            raise broken

    def _prolong(self, limit: asyncio.Timeout) -> None:
        """Give the next meter its time, or up to twice that: so one timer serves many meters."""
        least_s = asyncio.get_running_loop().time() + self.limit_s
        if (limit.when() or 0.0) < least_s:
            limit.reschedule(least_s + self.limit_s)

    async def _poll_device(self, fetch: Fetch, device: Device) -> PollResult:
        clock = self.clock
        request_ms, offset_ms = clock.now_ms(), clock.offset_ms
        grid = on_grid(last_due_ms(request_ms, device.schedule.interval_s), self.billing_interval_s)
        device.schedule.plan(request_ms)
        meter = device.meter
        values = await fetch(meter.address, device.profile, device.registers)
        now_ms, certainty, stepped = clock.now_ms(), int(clock.quality), clock.offset_ms != offset_ms
        return PollResult(meter.id, device.plausibility, values, now_ms, clock.offset_ms, certainty, grid, stepped)

    async def _commit_round(self, driver: Driver, answers: list[tuple[Device, PollResult]]) -> None:
        """Commit the round. Its meters count as read only after that, and their messages and files as taken."""
        measurements: list[Measurement] = []
        answered: list[Device] = []
        for device, answer in answers:
            try:
                measurements += answer.measurements()
                answered.append(device)
            except EnergyError as error:
                device.failed(error, self.clock.now_ms())
        measurements.sort(key=attrgetter("grid"), reverse=True)  # what is never thinned stays together
        self.rounds += 1
        try:
            if measurements:
                await self.commit(measurements)
        except EnergyError as error:
            for device in answered:
                device.failed(error, self.clock.now_ms())
            return
        for device in answered:
            device.succeeded()
        if source := acknowledged(driver):
            for device in answered:
                await source.committed(device.meter.address)


def open_line(bus: Bus, clock: Callable[[], float] = time.time) -> Driver:
    """The driver of a line, to be used with `async with`."""
    port = Port.parse(bus.port) if bus.port else Port("tcp", "localhost", 0)
    options = dict(bus.options)
    if bus.timeout_s:
        options["timeout_s"] = bus.timeout_s
    return open_driver(bus.protocol, port, retries=bus.retries, clock=clock, **options)


def lines_of(
    site: SiteFile, clock: Clock, commit: Callable[[Sequence[Measurement]], Awaitable[None]]
) -> list[MeterLine]:
    """The lines of a site with their meters."""
    lines = []
    for bus in site.bus:
        devices = []
        for meter in bus.meter:
            profile, registers = registers_of(meter)
            if not registers:
                raise NotFoundError(f"{profile.id} has no register that can be billed", path=meter.id)
            schedule = PollSchedule(meter.interval_s or site.polling.interval_s)
            devices.append(Device(meter, bus.name, profile, registers, schedule))
        lines.append(MeterLine(bus, devices, clock, site.polling.billing_interval_s, commit))
    return lines
