"""Devices that publish over MQTT: Shelly, Tasmota, LoRaWAN network servers (ChirpStack, The Things Stack), plain JSON.

A profile names the topics (`{address}` stands for the device) and the paths of its registers. This is the local broker
of the devices, never the one that the agent's own readings go to.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.json_values import Message, parse
from edge_agent.drivers.interface import LineDown, MeterSilent, RegisterValue
from edge_agent.drivers.pushed_messages import PushedMessages
from edge_agent.transports.port import Port

CONNECT_S = 10.0
FORBIDDEN = ("+", "#", "/", "\0")


class MqttDriver:
    """One broker; the address of a device is what stands for `{address}` in its topics."""

    def __init__(
        self,
        port: Port,
        *,
        timeout_s: float = 0.0,
        retries: int = 0,  # noqa: ARG002 - every driver takes it
        username: str = "",
        password: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.wait_s = timeout_s
        self.credentials = (username or None, password or None)
        self.clock = clock
        self.pushed = PushedMessages()
        self.topics: dict[str, tuple[str, str]] = {}  # topic filter -> (device, what stands before the suffix)
        self.client: Any = None
        self.listener: asyncio.Task[None] | None = None
        self.news = asyncio.Event()
        self.refused = 0

    async def __aenter__(self) -> Self:
        import aiomqtt

        username, password = self.credentials
        client = aiomqtt.Client(self.port.host, self.port.port, username=username, password=password, timeout=CONNECT_S)
        try:
            self.client = await client.__aenter__()
        except aiomqtt.MqttError as error:
            hint = "is the local broker running, are user and password right?"
            raise LineDown(f"no connection to the broker: {error}", path=self.port.name, hint=hint) from error
        self.listener = asyncio.create_task(self._listen(), name=f"mqtt {self.port.name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        import aiomqtt

        if self.listener is not None:
            self.listener.cancel()
            await asyncio.gather(self.listener, return_exceptions=True)
        if self.client is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await self.client.__aexit__(None, None, None)

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """What the device has published since the last commit; the first read subscribes and waits for it."""
        await self._subscribe(address, profile)
        deadline = time.monotonic() + self.wait_s
        while True:
            self._require_connection()
            try:
                return self.pushed.values(address, profile, registers, self.port.name)
            except MeterSilent:
                if time.monotonic() >= deadline:
                    raise
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), max(0.01, deadline - time.monotonic()))

    async def committed(self, address: str) -> None:
        """Forget what was handed over."""
        self.pushed.committed(address)

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The device's name in its topics; it is known by it."""
        await self._subscribe(address, profile)
        return address

    async def _subscribe(self, address: str, profile: MeterProfile) -> None:
        import aiomqtt

        if not address or any(character in address for character in FORBIDDEN):
            raise InputError(f"{address!r} cannot stand in a topic", hint="the device's id, without / + and #")
        for pattern in profile.options.get("topics", ()):
            topic = pattern.replace("{address}", address)
            if topic in self.topics:
                continue
            before = pattern.partition("{address}")[0] + address
            try:
                await self.client.subscribe(topic, qos=1)
            except aiomqtt.MqttError as error:
                raise LineDown(f"the broker refuses {topic}: {error}", path=self.port.name) from error
            self.topics[topic] = (address, before)

    async def _listen(self) -> None:
        import aiomqtt

        async for message in self.client.messages:
            for topic, (device, before) in self.topics.items():
                if aiomqtt.Topic(message.topic.value).matches(topic):
                    self._keep_message(
                        device, message.topic.value.removeprefix(before).strip("/"), bytes(message.payload)
                    )

    def _keep_message(self, device: str, topic: str, payload: bytes) -> None:
        try:
            body = parse(payload)
        except DecodeError:
            self.refused += 1  # other topics of a device carry texts
            return
        self.pushed.put(device, Message(topic, body, int(self.clock() * 1000)))
        self.news.set()

    def _require_connection(self) -> None:
        if self.listener is not None and self.listener.done():
            raise LineDown("the connection to the broker broke", path=self.port.name, hint="is the broker running?")
