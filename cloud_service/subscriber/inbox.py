"""The connection to the broker, and what waits there to be taken: bounded in bytes, taken in lots."""

import asyncio
import os
import random
import socket
import ssl
from typing import cast

import aiomqtt

from cloud_service.flow.ingest import IncomingMessage
from cloud_service.settings import MqttSettings
from common.message import unfolded_size

WAITING_BYTES_MAX = 48 * 1024 * 1024  # what waits beyond that is dropped; its gateway sends it again
MESSAGE_BYTES = 1000  # what a message takes beside its payload
TAKE_BYTES_MAX = 4 * 1024 * 1024  # unfolded, of one round: up to a million readings
TAKE_MESSAGES_MAX = 500
KEEPALIVE_S = 20
TIMEOUT_S = 10.0


class BoundedQueue(asyncio.Queue[aiomqtt.Message]):
    """A queue with a limit in bytes: what comes beyond it is dropped and counted, since it will come again."""

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self.waiting_bytes = 0
        self.dropped = 0

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Let a message wait, or drop it."""
        if self.waiting_bytes >= WAITING_BYTES_MAX:
            self.dropped += 1
        else:
            super().put_nowait(item)

    def _put(self, item: aiomqtt.Message) -> None:
        self.waiting_bytes += len(_bytes(item)) + MESSAGE_BYTES
        super()._put(item)

    def _get(self) -> aiomqtt.Message:
        item = super()._get()
        self.waiting_bytes -= len(_bytes(item)) + MESSAGE_BYTES
        return item


class MessageSource:
    """The messages of one connection. No message is lost to a timeout: the wait for the next one goes on."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.queue = cast("BoundedQueue", client._queue)  # noqa: SLF001 - aiomqtt has no way to ask what waits
        self._messages = aiter(client.messages)
        self._next: asyncio.Task[aiomqtt.Message] | None = None

    async def take(self, stop: asyncio.Event, timeout_s: float) -> list[IncomingMessage]:
        """The messages that wait; none if nothing comes in that time or we stop. MqttError if the broker is gone."""
        if self._next is None:
            self._next = asyncio.ensure_future(anext(self._messages))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((self._next, stopping), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not self._next.done():
            return []
        first, self._next = self._next.result(), None
        batch, size = [_incoming(first)], unfolded_size(_bytes(first))
        while not self.queue.empty() and size < TAKE_BYTES_MAX and len(batch) < TAKE_MESSAGES_MAX:
            message = self.queue.get_nowait()
            batch.append(_incoming(message))
            size += unfolded_size(_bytes(message))
        return batch

    def close(self) -> None:
        """Stop waiting."""
        if self._next:
            self._next.cancel()


def _bytes(message: aiomqtt.Message) -> bytes:
    return message.payload if isinstance(message.payload, bytes | bytearray) else str(message.payload or "").encode()


def _incoming(message: aiomqtt.Message) -> IncomingMessage:
    return IncomingMessage(str(message.topic), bytes(_bytes(message)))


def client_of(settings: MqttSettings) -> aiomqtt.Client:
    """MQTT 5, an identity of its own, TLS where a CA is given."""
    context = None
    if settings.ca_file:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file:
            context.load_cert_chain(settings.cert_file, settings.key_file or None)
    return aiomqtt.Client(
        settings.host,
        settings.port,
        identifier=f"subscriber-{socket.gethostname()}-{os.getpid()}-{random.randrange(16**6):06x}",
        username=settings.username or None,
        password=settings.password or None,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=True,
        keepalive=KEEPALIVE_S,
        timeout=TIMEOUT_S,
        queue_type=BoundedQueue,
        tls_context=context,
    )
