"""The cloud's side of the wire in memory, by the same rules: idempotent by key, receipts after commit, quarantine."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from common.errors import DecodeError
from common.message import (
    Batch,
    Catalog,
    Codec,
    Down,
    Health,
    Receipt,
    Rejection,
    Status,
    Topic,
    Void,
    encode,
    extends,
    read,
)
from edge_agent.buffer.ranges import Ranges

Fact = tuple[str, str, int, int, int, int]  # meter, register, at_ms, value, quality, time quality


@dataclass
class StreamTwin:
    """One epoch as the cloud has it."""

    rows: dict[int, Fact] = field(default_factory=dict)
    seen: Ranges = field(default_factory=Ranges)
    voids: Ranges = field(default_factory=Ranges)
    catalogs: dict[int, Catalog] = field(default_factory=dict)
    codecs: dict[int, Codec] = field(default_factory=dict)


@dataclass
class CloudTwin:
    """Takes messages, keeps rows, answers. `committed` may be switched off to lose what is in flight."""

    credit: int = 10_000
    now_ms: int = 0
    streams: dict[tuple[str, int], StreamTwin] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)
    duplicates: int = 0
    batches: int = 0
    received_bytes: int = 0
    latest_live_ms: int = 0
    backup: dict[tuple[str, int], StreamTwin] = field(default_factory=dict)

    def take(self, topic: str, payload: bytes) -> Iterator[tuple[str, bytes]]:
        """What the cloud answers to one message."""
        self.received_bytes += len(payload)
        try:
            parsed, message = read(topic, payload)
            answer = self._take(parsed.gateway, message)
        except DecodeError as error:
            self.quarantine.append(str(error))
            gateway = topic.split("/")[2]
            yield str(Topic(gateway, Down.REJECTION)), encode(Rejection(error.code, error.message[:500]))
            return
        if answer is not None:
            yield str(Topic(parsed.gateway, Down.RECEIPT)), encode(answer)

    def _take(self, gateway: str, message: object) -> Receipt | None:
        if isinstance(message, Status):
            self.statuses.append(message)
        elif isinstance(message, Health):
            self.health.append(message)
        elif isinstance(message, Catalog):
            return self._catalog(gateway, message)
        elif isinstance(message, Void):
            stream = self._stream(gateway, message.epoch)
            for first, last in message.ranges:
                stream.seen.add(first, last)
                stream.voids.add(first, last)
            return self.receipt(gateway, message.epoch)
        elif isinstance(message, Batch):
            return self._batch(gateway, message)
        return None

    def _stream(self, gateway: str, epoch: int) -> StreamTwin:
        return self.streams.setdefault((gateway, epoch), StreamTwin())

    def _catalog(self, gateway: str, catalog: Catalog) -> Receipt:
        stream = self._stream(gateway, catalog.epoch)
        for earlier in stream.catalogs.values():
            if earlier.version < catalog.version and not extends(catalog, earlier):
                self.conflicts.append(f"catalog {catalog.version} does not extend {earlier.version}")
        stream.catalogs[catalog.version] = catalog
        stream.codecs[catalog.version] = Codec(gateway, catalog)
        return self.receipt(gateway, catalog.epoch)

    def _batch(self, gateway: str, batch: Batch) -> Receipt:
        stream = self._stream(gateway, batch.epoch)
        codec = stream.codecs.get(batch.catalog_version)
        if codec is None:
            return self.receipt(gateway, batch.epoch, send_catalog=True)
        self.batches += 1
        for sequence, reading in codec.readings(batch):
            fact = (
                reading.meter,
                reading.register,
                reading.at_ms,
                reading.value,
                reading.quality,
                reading.time_quality,
            )
            stored = stream.rows.get(sequence)
            if stored is None:
                stream.rows[sequence] = fact
            elif stored == fact:
                self.duplicates += 1
            else:
                self.conflicts.append(f"{gateway} {batch.epoch} {sequence}: {stored} and {fact}")
            stream.seen.add(sequence, sequence)
            if not batch.lane:
                self.latest_live_ms = max(self.latest_live_ms, reading.at_ms)
        return self.receipt(gateway, batch.epoch)

    def given_up(self) -> int:
        """Readings of which the gateways said that they will never come."""
        streams = self.streams.values()
        return sum(
            number not in s.rows for s in streams for first, last in s.voids for number in range(first, last + 1)
        )

    def back_up(self) -> None:
        """Keep what is here now."""
        self.backup = copy.deepcopy(self.streams)

    def restore(self) -> None:
        """Only what the last backup has is left."""
        self.streams = copy.deepcopy(self.backup)

    def compare(self, gateway: str, status: Status) -> list[tuple[str, bytes]]:
        """A gateway holds receipts for more than is here: this cloud was restored, so ask for the rest again."""
        answers = []
        for epoch, receipted in status.streams:
            have = self._stream(gateway, epoch).seen
            lost = tuple(have.missing(1, receipted))[:1000]
            if lost:
                answers.append(self.receipt(gateway, epoch, send_catalog=True, resend=lost))
        return [(str(Topic(gateway, Down.RECEIPT)), encode(answer)) for answer in answers]

    def receipt(
        self, gateway: str, epoch: int, *, send_catalog: bool = False, resend: tuple[tuple[int, int], ...] = ()
    ) -> Receipt:
        """The state of a stream as the cloud would tell it."""
        seen = self._stream(gateway, epoch).seen
        contiguous = seen.prefix
        highest = max((last for _, last in seen), default=0)
        gaps = tuple(seen.missing(contiguous + 1, highest))[:1000]
        if len(gaps) == 1000:
            highest = gaps[-1][1]
        return Receipt(epoch, contiguous, highest, gaps, self.credit, self.now_ms, send_catalog, resend)

    def facts(self) -> list[Fact]:
        """All rows of all streams."""
        return [fact for stream in self.streams.values() for fact in stream.rows.values()]
