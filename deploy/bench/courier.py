"""A gateway reduced to the wire, for benches and chaos tests: keeps what has no receipt, sends again, connects again.

It is the gateway's side of the contract in 150 lines: nothing is forgotten before its receipt, whatever gets lost.
"""

import asyncio
import contextlib
import random
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiomqtt

from common.errors import DecodeError
from common.message import Catalog, Channel, Codec, Down, Lane, Receipt, Rejection, Rows, Topic, Up, decode, encode

Fact = tuple[int, int, int]  # channel, at_ms, value
LOOK_S = 0.1  # how often it looks for what is due to be sent again


@dataclass
class Load:
    """One batch: its rows are the oracle, its payload what travels."""

    first: int
    last: int
    payload: bytes
    rows: Sequence[Fact]
    sent_s: float = 0.0


def channels_of(gateway: str, count: int) -> tuple[Channel, ...]:
    """The channels that `rig.seed` has made registers for."""
    return tuple(Channel(f"{gateway}-m{number}", "energy_import_total", "kWh", "index") for number in range(count))


def load(codec: Codec, first: int, rows: Sequence[Fact], lane: Lane = Lane.BACKLOG) -> Load:
    """A batch of rows numbered on from `first`."""
    size = len(rows)
    channel, at_ms, value = (array("q", column) for column in zip(*rows, strict=True))
    numbers = array("q", range(first, first + size))
    payload = codec.encode(lane, Rows(numbers, channel, at_ms, value, bytes(size), bytes(size)))
    return Load(first, first + size - 1, payload, rows)


@dataclass
class Courier:
    """Delivers its loads. `window` batches may be on their way without a receipt."""

    gateway: str
    port: int
    channels: int = 1
    epoch: int = 1
    window: int = 4
    resend_s: float = 3.0
    waiting: dict[int, Load] = field(default_factory=dict)  # first sequence -> load without receipt
    receipts: int = 0
    resent: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    connects: int = 0
    jitter_s: float = 1.0
    qos: int = 1
    keepalive_s: int = 10
    timeout_s: float = 5.0
    coming: bool = False  # more will be held: the delivery goes on though nothing waits

    @property
    def catalog(self) -> Catalog:
        """What its channel numbers mean."""
        return Catalog(self.epoch, 1, channels_of(self.gateway, self.channels))

    def hold(self, loads: Sequence[Load]) -> None:
        """Take loads over; they are kept until their receipt."""
        self.waiting |= {load.first: load for load in loads}

    async def deliver(self, deadline_s: float) -> bool:
        """Until everything has its receipt and no more is coming, or the time is over; whether all has."""
        end = time.monotonic() + deadline_s
        while (self.waiting or self.coming) and time.monotonic() < end:
            try:
                await asyncio.wait_for(self._connection(), end - time.monotonic())
            except aiomqtt.MqttError:
                await asyncio.sleep(random.uniform(0.05, self.jitter_s))
            except TimeoutError:
                break
        return not self.waiting

    async def _connection(self) -> None:
        async with aiomqtt.Client(
            "127.0.0.1",
            self.port,
            identifier=self.gateway,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            keepalive=self.keepalive_s,
            timeout=self.timeout_s,
        ) as client:
            self.connects += 1
            await client.subscribe(f"ebs/1/{self.gateway}/down/#", qos=1)
            await client.publish(str(Topic(self.gateway, Up.CATALOG)), encode(self.catalog), qos=self.qos)
            for load in self.waiting.values():
                load.sent_s = 0.0
            news = self._news = asyncio.Event()
            listening = asyncio.create_task(self._listen(client))
            listening.add_done_callback(lambda _: news.set())
            try:
                while (self.waiting or self.coming) and not listening.done():
                    news.clear()
                    await self._send(client)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), LOOK_S)
                if listening.done():
                    listening.result()
            finally:
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                    await listening

    async def _send(self, client: aiomqtt.Client) -> None:
        now = time.monotonic()
        for load in list(self.waiting.values())[: self.window]:
            if now - load.sent_s > self.resend_s:
                self.resent += load.sent_s > 0
                load.sent_s = now
                await client.publish(str(Topic(self.gateway, Up.BACKLOG)), load.payload, qos=self.qos)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            topic = str(message.topic)
            try:
                if topic.endswith("/receipt"):
                    self._take(decode(Down.RECEIPT, payload), client)
                else:
                    rejection = decode(Down.REJECTION, payload)
                    if isinstance(rejection, Rejection):
                        self.rejections.append(rejection)
            except DecodeError:
                continue

    def _take(self, receipt: object, client: aiomqtt.Client) -> None:
        if not isinstance(receipt, Receipt) or receipt.epoch != self.epoch:
            return
        self.receipts += 1
        if receipt.send_catalog:
            topic = str(Topic(self.gateway, Up.CATALOG))
            self._task = asyncio.ensure_future(client.publish(topic, encode(self.catalog), qos=1))
        for first, load in list(self.waiting.items()):
            if _covered(load, receipt):
                del self.waiting[first]
        self._news.set()


def _covered(load: Load, receipt: Receipt) -> bool:
    """Whether a receipt says that all of a load is stored."""
    if load.last <= receipt.contiguous:
        return True
    missing = any(load.first <= last and first <= load.last for first, last in receipt.gaps)
    return load.last <= receipt.highest and not missing


def counting(gateway: str, *, batches: int, rows: int, channels: int = 1, first_ms: int, epoch: int = 1) -> list[Load]:
    """Loads of counters that grow: every channel read at every minute, unique values per register."""
    codec = Codec(gateway, Catalog(epoch, 1, channels_of(gateway, channels)))
    loads, sequence = [], 1
    for batch in range(batches):
        rows_of_load = []
        for number in range(batch * rows, (batch + 1) * rows):
            minute, channel = divmod(number, channels)
            rows_of_load.append((channel, first_ms + minute * 60_000, 1_000_000 + minute * 17 + channel))
        loads.append(load(codec, sequence, rows_of_load))
        sequence += rows
    return loads
