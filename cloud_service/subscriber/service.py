"""The subscriber's loop: take what waits, have it stored, send the receipts; connect again, try again, stop cleanly."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiomqtt

from cloud_service.flow.ingest import IncomingMessage, Ingester, IngestOutcome, OutgoingMessage
from cloud_service.settings import MqttSettings
from cloud_service.store.database.session import Engine
from cloud_service.subscriber.heartbeat import Heartbeat, SubscriberState
from cloud_service.subscriber.inbox import MessageSource, client_of
from common.errors import UnavailableError
from common.message import subscription

GROUP = "ingest"
BACKOFF_MAX_S = 30.0
HOLD_S = 3.0  # a batch waits so long for its catalog, which another subscriber may have taken
HELD_PAUSE_S = 0.05
SILENCE_MAX_S = 300.0  # gateways report each minute: after so long a silence the subscription is made anew

log = logging.getLogger("subscriber")


class Subscriber:
    """One process's work. `stop` is set from a signal; the message in work is finished, the rest comes again."""

    def __init__(self, settings: MqttSettings, engine: Engine, heartbeat: Path | None = None) -> None:
        self.settings = settings
        self.ingest = Ingester(engine, hold_s=HOLD_S)
        self._held: list[IncomingMessage] = []
        self.engine = engine
        self.state = SubscriberState()
        self.heartbeat = Heartbeat(self.state, heartbeat)
        self.stop = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self._replies: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work until stopped."""
        beats = asyncio.create_task(self.heartbeat.run(), name="heartbeat")
        attempt = 0
        while not self.stop.is_set():
            self.state.state = "connecting"
            started = time.monotonic()
            try:
                await self._session()
            except aiomqtt.MqttError as error:
                attempt = 0 if time.monotonic() - started > BACKOFF_MAX_S else attempt + 1
                delay = random.uniform(0.1, min(BACKOFF_MAX_S, 0.5 * 2**attempt))
                log.warning("broker: %s; connecting again in %.1f s", error, delay)
                await self._pause(delay)
        self.state.state = "stopped"
        self.heartbeat.stopping = True
        beats.cancel()
        self._thread.shutdown(wait=True)
        self.heartbeat.write()

    async def _session(self) -> None:
        """One connection to the broker, until it breaks, falls silent, or we stop."""
        async with client_of(self.settings) as client:
            await client.subscribe(f"$share/{GROUP}/{subscription('up').removesuffix('/+')}/#", qos=1)
            log.info("listening to %s:%s", self.settings.host, self.settings.port)
            self.state.state = "working"
            self.state.last_message_at = time.time()
            source = MessageSource(client)
            while not self.stop.is_set():
                self.state.beat()
                new = await source.take(self.stop, HELD_PAUSE_S if self._held else 1.0)
                batch, self._held = [*self._held, *new], []
                self.state.dropped = source.queue.dropped
                if batch:
                    self.state.last_message_at = time.time()
                    outcome = await self._take(batch)
                    self._held = outcome.held
                    await self._publish(client, outcome.replies)
                elif time.time() - self.state.last_message_at > SILENCE_MAX_S:
                    log.warning("silence for %d s: connecting anew", SILENCE_MAX_S)
                    return
            source.close()
            if self._replies:
                await self._replies

    async def _take(self, batch: Sequence[IncomingMessage]) -> IngestOutcome:
        """Have the messages stored; while the database is away, try again. Given up only when we stop."""
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            self.state.beat()
            try:
                outcome = await loop.run_in_executor(self._thread, self.ingest.take, batch)
            except UnavailableError as error:
                attempt += 1
                self.state.state = "database_away"
                log.warning("%s", error)
                await self._pause(random.uniform(0.1, min(5.0, 0.2 * 2**attempt)))
                if self.stop.is_set():
                    return IngestOutcome()
            except Exception:  # a fault of ours must not end the process; the gateways send these again
                log.exception("%d messages dropped", len(batch))
                return IngestOutcome()
            else:
                self.state.state = "working"
                self.state.count(outcome, len(batch))
                if outcome.conflicts:
                    log.error("ALARM: %d readings came again with other content, see quarantine", outcome.conflicts)
                return outcome

    async def _publish(self, client: aiomqtt.Client, replies: Sequence[OutgoingMessage]) -> None:
        """Send the answers while the next messages are taken; a lost receipt is asked for by sending again."""
        if self._replies:
            await self._replies
        self._replies = asyncio.create_task(_send(client, replies), name="replies")

    async def _pause(self, seconds: float) -> None:
        """Wait, but not past the stop."""
        self.state.beat()
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return


async def _send(client: aiomqtt.Client, replies: Sequence[OutgoingMessage]) -> None:
    for reply in replies:
        try:
            await client.publish(reply.topic, reply.payload, qos=0)
        except aiomqtt.MqttError as error:
            log.warning("receipts not sent: %s", error)
            return
