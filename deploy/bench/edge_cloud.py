"""The other side of the uplink for the edge bench: a broker, and who answers there as each gateway expects it.

Our agent gets receipts (by the twin of its tests), thingsboard-gateway its session limits: none.
"""

import asyncio
import contextlib
import json
import threading
import time
from pathlib import Path
from typing import Self

import aiomqtt

from common.message import subscription
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import BrokerProcess

ASKED, ANSWERED, TELEMETRY = "v1/devices/me/rpc/request/", "v1/devices/me/rpc/response/", "v1/gateway/telemetry"
UNLIMITED = {"rateLimits": {}, "gatewayRateLimits": {}, "maxPayloadSize": 65536, "maxInflightMessages": 100}


class Cloud:
    """Broker and cloud until the block ends, or until `cut` leaves the gateway offline."""

    def __init__(self, folder: Path) -> None:
        self.broker = BrokerProcess(folder)
        self.twin = CloudTwin()
        self.announced = 0  # values that thingsboard-gateway has sent
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        self.broker.kill()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where the broker listens."""
        return self.broker.port

    @property
    def arrived(self) -> int:
        """Readings that have come, each counted once."""
        return self.announced + sum(len(stream.rows) for stream in self.twin.streams.values())

    def cut(self) -> None:
        """Nobody is there any more."""
        self.broker.kill()

    async def _serve(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", self.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
                    for topic in (subscription("up"), f"{ASKED}+", TELEMETRY):
                        await client.subscribe(topic, qos=1)
                    async for message in client.messages:
                        await self._take(client, str(message.topic), bytes(message.payload))
            await asyncio.sleep(0.1)

    async def _take(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        if topic == TELEMETRY:
            self.announced += sum(len(item["values"]) for items in json.loads(payload).values() for item in items)
        elif topic.startswith(ASKED):
            await client.publish(topic.replace(ASKED, ANSWERED), json.dumps(UNLIMITED), qos=1)
        else:
            self.twin.now_ms = int(time.time() * 1000)
            for answer_topic, answer in self.twin.take(topic, payload):
                await client.publish(answer_topic, answer, qos=1)
