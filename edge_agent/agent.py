"""Joins the parts into one running agent: lines that poll, a thread that owns the buffer, the uplink, housekeeping."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

from common.errors import EnergyError
from common.message import Channel, DeviceHealth, encode
from common.reading import TimeQuality
from edge_agent import health
from edge_agent.buffer import BufferGuard
from edge_agent.buffer.guard import BufferLimits
from edge_agent.clock import Clock, boot_id
from edge_agent.config import SiteFile
from edge_agent.group_commit import GroupCommit
from edge_agent.poll_result import Measurement
from edge_agent.poller import MeterLine, lines_of
from edge_agent.uplink import Uplink, UplinkOutbox

log = logging.getLogger(__name__)
T = TypeVar("T")
HOUSEKEEPING_S, HOUSEKEEPING_SOON_S, SALVAGE_S = 5.0, 1.0, 0.02
HEALTH_S = 60.0
CANCEL_AGAIN_S = 3.0  # longer than the uplink's goodbye
REBASE_S = 86_400.0
REBASE_SPREAD = 2**16  # differences to the catalog's base that spread further cost a third byte on the wire


class Agent:
    """One gateway's agent. `run` ends cleanly on SIGTERM, SIGINT or `stop`."""

    def __init__(self, site: SiteFile, *, clock: Clock | None = None) -> None:
        self.site = site
        self.clock = clock or Clock()
        self.disk = ThreadPoolExecutor(1, thread_name_prefix="buffer")
        self.numbers: dict[tuple[str, str, str, str], int] = {}
        self.numbers_of = -1  # the guard's generation they belong to
        self.latest: dict[int, int] = {}  # channel -> value
        self.rebased_s = -REBASE_S
        self.stopping = asyncio.Event()
        self.rounds = GroupCommit(self.commit)
        self.lines: list[MeterLine] = lines_of(site, self.clock, self.rounds.commit)
        self.guard: BufferGuard
        self.uplink: Uplink

    async def run(self) -> None:
        """Poll and send until stopped."""
        await self.on_disk(self._open)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread: `stop` remains
                loop.add_signal_handler(number, self.stopping.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(line.run(), name=f"line {line.bus.name}") for line in self.lines]
                running.append(tasks.create_task(self.uplink.run(), name="uplink"))
                running.append(tasks.create_task(self._housekeeping(), name="housekeeping"))
                await self.stopping.wait()
                log.info("stopping")
                await cancelled(running)
        finally:
            await self.rounds.settle()
            await self.on_disk(self.guard.close)
            self.disk.shutdown()

    def stop(self) -> None:
        """Ask `run` to end."""
        self.stopping.set()

    async def on_disk(self, action: Callable[[], T]) -> T:
        """Run something in the one thread that owns the buffer."""
        return await asyncio.get_running_loop().run_in_executor(self.disk, action)

    def _open(self) -> None:
        buffering = self.site.buffer
        limits = BufferLimits(
            cap_bytes=buffering.cap_mib * 1024**2,
            keep_days=buffering.keep_days,
            fine_days=buffering.fine_days,
            ballast_bytes=buffering.ballast_kib * 1024,
        )
        gateway = self.site.gateway
        self.guard = BufferGuard(gateway.data, boot_id=boot_id(), limits=limits)
        self.uplink = Uplink(
            self.site.uplink,
            gateway.id,
            UplinkOutbox(self.guard, gateway.id),
            clock=self.clock,
            on_disk=self.on_disk,
            agent=f"energy-edge {_version()}",
            boot_id=boot_id(),
        )

    # readings

    async def commit(self, measurements: Sequence[Measurement]) -> None:
        """Return when the readings are on the disk."""
        self.uplink.wake.set()  # its question comes to the disk's thread right behind the readings
        await self.on_disk(lambda: self._store_measurements(measurements))

    def _store_measurements(self, measurements: Sequence[Measurement]) -> None:
        numbers = self._channel_numbers(measurements)
        self.guard.append(
            [measurement.sample(number) for measurement, number in zip(measurements, numbers, strict=True)]
        )
        self.latest.update(
            (number, measurement.value) for measurement, number in zip(measurements, numbers, strict=True)
        )

    def _channel_numbers(self, measurements: Sequence[Measurement]) -> list[int]:
        """Channel numbers; those of registers that were never seen before are made in one go."""
        if self.numbers_of != self.guard.generation:
            self.numbers.clear()
            self.latest.clear()
            self.numbers_of = self.guard.generation
        numbers_by_register = self.numbers
        try:
            return [
                numbers_by_register[measurement.meter, measurement.register, measurement.unit, measurement.kind]
                for measurement in measurements
            ]
        except KeyError:
            channels = [
                Channel(measurement.meter, measurement.register, measurement.unit, measurement.kind, measurement.value)
                for measurement in measurements
            ]
            numbers = self.guard.do(lambda buffer: buffer.channels(channels))
            numbers_by_register |= {
                (measurement.meter, measurement.register, measurement.unit, measurement.kind): number
                for measurement, number in zip(channels, numbers, strict=True)
            }
            return numbers

    # housekeeping

    async def _housekeeping(self) -> None:
        """Every few seconds: watch the clock, mend and prune the buffer; every minute: report."""
        due_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.clock.watch()
            try:
                await self.on_disk(self._housekeep_buffer)
                if loop.time() >= due_s:
                    due_s = loop.time() + HEALTH_S
                    await self._report_health()
            except EnergyError as error:
                log.warning("housekeeping: %s", error)
            except Exception:
                log.exception("housekeeping failed")
            await asyncio.sleep(self._housekeeping_pause_s())

    def _housekeeping_pause_s(self) -> float:
        """Short while there is something to mend, or the time is not known."""
        if self.guard.salvaging:
            return SALVAGE_S
        waiting = self.guard.waiting or self.clock.quality == TimeQuality.UNKNOWN
        return HOUSEKEEPING_SOON_S if waiting else HOUSEKEEPING_S

    def _housekeep_buffer(self) -> None:
        time_known = self.clock.quality != TimeQuality.UNKNOWN
        if time_known:
            self.guard.do(lambda buffer: buffer.date_boot(self.clock.offset_ms))
        if self.guard.waiting:
            self.guard.append(())
        self.guard.housekeep(self.clock.now_ms(), clock_is_good=time_known)
        self._rebase()

    def _rebase(self) -> None:
        """Once a day at most: new bases for the catalog where counters have moved apart from the old ones."""
        channels = self.guard.buffer.directory.channels
        moved = [value - channels[number].base for number, value in self.latest.items()]
        now_s = time.monotonic()
        if moved and max(moved) - min(moved) > REBASE_SPREAD and now_s - self.rebased_s >= REBASE_S:
            self.guard.do(lambda buffer: buffer.rebase(self.latest))
            self.rebased_s = now_s

    async def _report_health(self) -> None:
        devices = [
            DeviceHealth(d.meter.id, d.bus, d.polls, d.failures, d.failing_since_ms, d.error)
            for line in self.lines
            for d in line.devices
        ]
        report = await self.on_disk(
            lambda: health.report(
                self.guard,
                devices,
                now_ms=self.clock.now_ms(),
                time_quality=self.clock.quality,
                rejections=self.uplink.outbox.rejections,
            )
        )
        if self.uplink.reports.full():
            self.uplink.reports.get_nowait()
        self.uplink.reports.put_nowait(encode(report))
        self.uplink.wake.set()


async def cancelled(running: Sequence[asyncio.Task[None]], again_s: float = CANCEL_AGAIN_S) -> None:
    """Cancel tasks until all have ended.

    Once is not enough: `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes in the moment in which what
    it waits for is there (https://github.com/python/cpython/issues/86296).
    """
    while left := [task for task in running if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=again_s)


def _version() -> str:
    try:
        return version("energy-billing")
    except PackageNotFoundError:
        return "unknown"
