"""One transaction of ingest: what it has taken so far, and what it sets aside."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cloud_service.domain.metering.stream_position import SequenceRange
from cloud_service.flow.ingest.messages import (
    BadMessageError,
    IncomingMessage,
    IngestOutcome,
    OpenedMessage,
    rejection,
    sender,
)
from cloud_service.store.database.session import Session
from cloud_service.store.metering import gateway_streams
from cloud_service.store.metering.gateway_streams import GatewayIdentity
from cloud_service.store.metering.readings import ReadingColumns
from cloud_service.store.metering.stream_catalogs import CatalogMeaning
from common.message import Status

QUARANTINED_PER_MINUTE = 200  # of one gateway; what is more is counted and logged, not kept
QUARANTINED_BYTES_PER_DAY = 20_000_000  # of one gateway, in each process
log = logging.getLogger("subscriber")


@dataclass(frozen=True, slots=True)
class VerifiedBatch:
    """A batch that verified, as readings of its stream."""

    opened: OpenedMessage
    stream: int
    rows: ReadingColumns
    meaning: CatalogMeaning


@dataclass(slots=True)
class IngestRound:
    """What one transaction has seen so far."""

    session: Session
    now: datetime
    gateways: dict[str, GatewayIdentity]
    outcome: IngestOutcome = field(default_factory=IngestOutcome)
    batches: list[VerifiedBatch] = field(default_factory=list)
    voids: list[tuple[int, OpenedMessage, Sequence[SequenceRange]]] = field(default_factory=list)  # of streams
    answers: dict[int, tuple[str, int, bool]] = field(default_factory=dict)  # stream -> gateway, epoch, send_catalog
    seen: set[int] = field(default_factory=set)
    reports: dict[int, dict[str, Any]] = field(default_factory=dict)
    online: list[tuple[GatewayIdentity, Status]] = field(default_factory=list)  # gateways that have just connected

    def may_speak(self, gateway: str) -> bool:
        """Whether a gateway is known and not revoked."""
        return gateway in self.gateways and self.gateways[gateway].state != "revoked"


class MessageQuarantine:
    """Where bad messages go. A gateway that sends nothing else fills no disk: so many a minute, so many bytes a day."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], int] = {}
        self._bytes: dict[tuple[str, date], int] = {}

    def keep(self, work: IngestRound, incoming: IncomingMessage, bad: BadMessageError) -> None:
        """Keep the message with its reason, and tell a known sender."""
        work.outcome.refused += 1
        gateway = sender(incoming.topic)
        minute = int(work.now.timestamp()) // 60
        self._kept = {key: count for key, count in self._kept.items() if key[1] == minute}
        count = self._kept[gateway, minute] = self._kept.get((gateway, minute), 0) + 1
        if count <= QUARANTINED_PER_MINUTE and self._has_room(gateway, work.now.date(), len(incoming.payload)):
            gateway_streams.quarantine(
                work.session,
                gateway=gateway,
                topic=incoming.topic[:200].replace("\0", "?"),
                reason=bad.code,
                detail=bad.detail.replace("\0", "?"),
                body=incoming.payload,
            )
        if gateway and bad.code != "unknown_gateway":
            work.outcome.replies.append(rejection(gateway, incoming, bad))

    def _has_room(self, gateway: str, day: date, size: int) -> bool:
        """Whether a message may still be kept today; the first one that may not is told of in the log."""
        self._bytes = {key: size_before for key, size_before in self._bytes.items() if key[1] == day}
        before = self._bytes.get((gateway, day), 0)
        self._bytes[gateway, day] = before + size
        if before <= QUARANTINED_BYTES_PER_DAY < before + size:
            log.warning("gateway %r: its bad messages of %s are not kept any more", gateway, day)
        return before + size <= QUARANTINED_BYTES_PER_DAY
