"""One MQTT 5 connection. A refusal of the broker (reason 0x80 and above) is an error here, never a success."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from common.errors import ForbiddenError, UnavailableError
from common.message import PAYLOAD_SIZE_MAX
from edge_agent.config import UplinkSettings

KEEPALIVE_S = 30
TIMEOUT_S = 20.0
SILENT_HINT = "is the address right, and are name and password as the cloud gave them? Strangers may get no answer"
REFUSED = 0x80


class Link(aiomqtt.Client):
    """An aiomqtt client that looks at the reason code of each PUBACK, which aiomqtt itself passes over."""

    refused: str = ""

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if reason_code.value >= REFUSED:
            self.refused = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    async def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish with QoS 1 and wait for the broker's answer."""
        self.refused = ""
        try:
            await self.publish(topic, payload, qos=1, retain=retain, timeout=TIMEOUT_S)
        except aiomqtt.MqttError as error:
            raise UnavailableError(f"not sent: {error}", path=topic) from error
        if self.refused:
            raise ForbiddenError(f"the broker refused the message: {self.refused}", path=topic)

    async def listen(self, topic: str) -> None:
        """Subscribe, or say why not."""
        try:
            codes = await self.subscribe(topic, qos=1, timeout=TIMEOUT_S)
        except aiomqtt.MqttError as error:
            raise UnavailableError(f"not subscribed: {error}", path=topic) from error
        for code in codes:
            if getattr(code, "value", code) >= REFUSED:
                raise ForbiddenError(f"the broker refused the subscription: {code}", path=topic)

    async def received(self) -> AsyncIterator[tuple[str, bytes]]:
        """(topic, payload) of each message until the connection ends, which is an UnavailableError."""
        try:
            async for message in self.messages:
                payload = message.payload
                yield str(message.topic), payload if isinstance(payload, bytes) else str(payload or "").encode()
        except aiomqtt.MqttError as error:
            raise UnavailableError(f"the connection ended: {error}") from error


@asynccontextmanager
async def connect(config: UplinkSettings, gateway: str, will: tuple[str, bytes] | None) -> AsyncIterator[Link]:
    """A connection with this last will; UnavailableError or ForbiddenError if there is none to be had."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.MaximumPacketSize = PAYLOAD_SIZE_MAX + 1024
    properties.SessionExpiryInterval = 0
    link = Link(
        config.host,
        config.port,
        username=config.username or None,
        password=config.password() or None,
        identifier=gateway,
        protocol=aiomqtt.ProtocolVersion.V5,
        will=aiomqtt.Will(will[0], will[1], qos=1, retain=True) if will else None,
        clean_start=True,
        keepalive=KEEPALIVE_S,
        timeout=TIMEOUT_S,
        properties=properties,
        tls_context=tls_context(config) if config.is_tls else None,
    )
    try:
        async with link:
            yield link
    except MqttConnectError as error:
        raise ForbiddenError(f"the broker refused the connection: {error}", path=config.broker) from error
    except aiomqtt.MqttError as error:
        hint = SILENT_HINT if "timed out" in str(error) else ""
        raise UnavailableError(f"no connection: {error}", path=config.broker, hint=hint) from error


def tls_context(config: UplinkSettings) -> ssl.SSLContext:
    """TLS 1.2 or newer, the server's certificate always checked."""
    context = ssl.create_default_context(cafile=str(config.ca_file) if config.ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.cert_file and config.key_file:
        context.load_cert_chain(str(config.cert_file), str(config.key_file))
    return context
