"""Keeps a connection to the cloud and pays the outbox's debts over it. Whatever happens here, polling goes on."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from common.errors import DecodeError, EnergyError
from common.message import Receipt, Rejection, Status, Topic, Up, encode, read, subscription
from common.reading import TimeQuality
from edge_agent.clock import Clock
from edge_agent.config import UplinkSettings
from edge_agent.uplink.link import Link, connect
from edge_agent.uplink.outbox import UplinkMessage, UplinkOutbox

log = logging.getLogger(__name__)
T = TypeVar("T")
BACKOFF_FIRST_S, BACKOFF_MAX_S = 1.0, 60.0
STEADY_S = 60.0  # a connection that lasted this long was a good one
IDLE_S = 2.0
AT_ONCE = 2  # messages that are asked of the outbox in one go: mostly a live one and no other
GOODBYE_S = 2.0


class OnDisk(Protocol):
    """Runs a function in the thread that owns the buffer."""

    async def __call__(self, action: Callable[[], T]) -> T:
        """What the function returns."""
        ...


@dataclass(slots=True)
class UplinkStanding:
    """For health: how the uplink fares."""

    connected: bool = False
    connections: int = 0
    sent_bytes: int = 0
    receipts: int = 0
    problem: str = ""


class Uplink:
    """The task that talks to the cloud. `on_disk` runs a function in the thread that owns the buffer."""

    def __init__(
        self,
        config: UplinkSettings,
        gateway: str,
        outbox: UplinkOutbox,
        *,
        clock: Clock,
        on_disk: OnDisk,
        agent: str,
        boot_id: str,
    ) -> None:
        self.config = config
        self.gateway = gateway
        self.outbox = outbox
        self.clock = clock
        self.on_disk = on_disk
        self.agent = agent
        self.boot_id = boot_id
        self.standing = UplinkStanding()
        self.wake = asyncio.Event()  # set when rows are appended or a receipt leaves something to send
        self.reports: asyncio.Queue[bytes] = asyncio.Queue(2)  # health reports to send along

    async def run(self) -> None:
        """Connect, talk, and after any failure try again with full jitter; ends only by cancellation."""
        failures = 0
        while True:
            started = time.monotonic()
            try:
                await self._session()
            except* EnergyError as group:
                self._keep_problem(_first_error(group))
            except* Exception as group:  # a fault of ours must not end the uplink for good
                log.exception("the uplink failed")
                self._keep_problem(_first_error(group))
            self.standing.connected = False
            failures = 0 if time.monotonic() - started > STEADY_S else failures + 1
            await asyncio.sleep(backoff_s(failures))

    def _keep_problem(self, error: BaseException) -> None:
        if str(error) != self.standing.problem:
            log.warning("uplink: %s", error)
        self.standing.problem = str(error)

    async def _session(self) -> None:
        will = (str(Topic(self.gateway, Up.STATUS)), encode(Status("lost", self.agent, self.boot_id)))
        async with connect(self.config, self.gateway, will) as link:
            await link.listen(subscription("down", self.gateway))
            await self._publish_status(link, "online")
            await self.on_disk(lambda: self.outbox.connected(time.monotonic()))
            self.standing.connected, self.standing.problem = True, ""
            self.standing.connections += 1
            log.info("connected to %s", self.config.broker)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._receive(link), name="receive")
                    tasks.create_task(self._send(link), name="send")
            except asyncio.CancelledError:
                with contextlib.suppress(EnergyError, TimeoutError):  # a dead broker must not hold up the stop
                    async with asyncio.timeout(GOODBYE_S):
                        await self._publish_status(link, "offline")
                raise

    async def _publish_status(self, link: Link, state: str) -> None:
        """Publish our status, with what we hold receipts for: a cloud that has less asks for the rest again."""

        def make() -> Status:
            buffer = self.outbox.guard.buffer
            streams = tuple((stream.epoch, stream.done.prefix) for stream in buffer.streams.values())[-1000:]
            since_ms = max(self.clock.now_ms(), 0)
            return Status(state, self.agent, self.boot_id, buffer.current.epoch, since_ms, streams)

        status = encode(await self.on_disk(make))
        await link.send(str(Topic(self.gateway, Up.STATUS)), status, retain=True)

    async def _send(self, link: Link) -> None:
        while True:
            self.wake.clear()
            while not self.reports.empty():
                await link.send(str(Topic(self.gateway, Up.HEALTH)), self.reports.get_nowait())
            if self.outbox.restored:
                self.outbox.restored = False
                await self._publish_status(link, "online")
            messages, more = await self.on_disk(self._due_messages)
            for message in messages:
                await link.send(str(Topic(self.gateway, message.kind)), message.payload)
                self.standing.sent_bytes += len(message.payload)
            if not more:
                await self._wait_for_work()

    def _due_messages(self) -> tuple[list[UplinkMessage], bool]:
        """The most urgent messages, those of the backlog one by one, and whether there may be more."""
        messages: list[UplinkMessage] = []
        while message := self.outbox.next(time.monotonic()):
            messages.append(message)
            if message.kind is Up.BACKLOG or len(messages) == AT_ONCE:
                return messages, True
        return messages, False

    async def _wait_for_work(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self.wake.wait()
        except TimeoutError:
            return

    async def _receive(self, link: Link) -> None:
        async for topic, payload in link.received():
            try:
                await self._handle(topic, payload)
            except DecodeError as error:
                log.warning("the cloud sent what cannot be read: %s", error)

    async def _handle(self, topic: str, payload: bytes) -> None:
        parsed, message = read(topic, payload)
        if parsed.gateway != self.gateway:
            return
        now_s = time.monotonic()
        if isinstance(message, Receipt):
            self.standing.receipts += 1
            self.clock.hear_cloud(message.now_ms)
            if await self.on_disk(lambda: self._note_receipt(message, now_s)):
                self.wake.set()
        elif isinstance(message, Rejection):
            await self.on_disk(lambda: self.outbox.rejection(message, now_s))
            self.wake.set()

    def _note_receipt(self, receipt: Receipt, now_s: float) -> bool:
        """Note a receipt; whether anything is left to send."""
        if self.clock.quality != TimeQuality.UNKNOWN:
            self.outbox.guard.do(lambda buffer: buffer.date_boot(self.clock.offset_ms))
        self.outbox.receipt(receipt, now_s)
        return self.outbox.owes


def backoff_s(failures: int) -> float:
    """A random pause that grows with each failure: gateways that lost their broker together come back one by one."""
    return random.uniform(0, min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** min(failures, 10)))


def _first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first_error(inner) if isinstance(inner, BaseExceptionGroup) else inner
