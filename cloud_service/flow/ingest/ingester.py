"""The rounds of ingest: each message looked up and taken apart, the round stored in one transaction, then answered."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime

import msgspec

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.flow.ingest.messages import (
    BadMessageError,
    IncomingMessage,
    IngestOutcome,
    OpenedMessage,
    add_outcome,
    instant,
    open_all,
)
from cloud_service.flow.ingest.receipts import receipt, resend_requests
from cloud_service.flow.ingest.round import IngestRound, MessageQuarantine, VerifiedBatch
from cloud_service.flow.ingest.store_round import store_round
from cloud_service.store.database.errors import Refused, fault_of, guarded
from cloud_service.store.database.session import Engine, transaction
from cloud_service.store.metering import gateway_streams, readings
from cloud_service.store.metering.gateway_streams import GatewayIdentity
from cloud_service.store.metering.stream_catalogs import Catalogs
from common.errors import DecodeError, InputError, UnavailableError
from common.message import Batch, Catalog, Health, Status, Void
from common.reading import OLDEST_MS

AHEAD_MS = 86_400_000  # readings do not come from more than a day ahead
ROWS_AT_ONCE = 300_000  # of one transaction; a message more than that begins the next one
log = logging.getLogger("subscriber")
Bad = tuple[IncomingMessage, BadMessageError]


class Ingester:
    """Takes messages for one process. Not for several threads at once."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC), *, hold_s: float = 0.0
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.hold_s = hold_s  # how long a batch waits for its catalog, which another process may be storing right now
        self.catalogs = Catalogs()
        self.quarantine = MessageQuarantine()
        self._months: set[date] = set()

    def take(self, messages: Sequence[IncomingMessage]) -> IngestOutcome:
        """Store what can be stored, set the rest aside, and say what to answer."""
        opened, refused = open_all(messages)
        outcome = IngestOutcome()
        for portion in _portions(opened):
            add_outcome(outcome, self._take(portion, refused))
            refused = []
        return outcome

    def _take(self, opened: Sequence[OpenedMessage], refused: Sequence[Bad]) -> IngestOutcome:
        """One round; if the database refuses it, once more, looked up anew and locked; then each message alone."""
        for lock_first in (False, True):
            try:
                return self._take_round(opened, refused, lock_first=lock_first)
            except UnavailableError:
                self.catalogs.roll_back()
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it keeps no other message back
                self.catalogs.forget()
                bad = _why_refused(error)
        alone = [*(message.incoming for message in opened), *(incoming for incoming, _ in refused)]
        if len(alone) == 1:
            return self._set_aside(alone[0], bad)
        outcome = IngestOutcome()
        for message in opened:
            add_outcome(outcome, self._take([message], []))
        for unread in refused:
            add_outcome(outcome, self._take([], [unread]))
        return outcome

    def _take_round(
        self, opened: Sequence[OpenedMessage], refused: Sequence[Bad], *, lock_first: bool
    ) -> IngestOutcome:
        """One round: what it needs to know in a transaction that is soon over, then all of it stored in another."""
        with guarded(), transaction(self.engine) as session:
            now = self.clock()
            speakers = gateway_streams.gateways(session, {message.topic.gateway for message in opened})
            work = IngestRound(session, now, speakers)
            bad = [*refused, *self._store_catalogs(work, opened), *self._prepare_all(work, opened)]
        self.catalogs.commit()
        self._make_months(work)
        with guarded(), transaction(self.engine) as session:
            work.session = session
            for incoming, fault in bad:
                self.quarantine.keep(work, incoming, fault)
            moved = store_round(work, self.quarantine, lock_first=lock_first)
            gateway_streams.mark_seen(session, work.seen, now)
            gateway_streams.merge_health(
                session, {gateway: msgspec.json.encode(health).decode() for gateway, health in work.reports.items()}
            )
            work.outcome.replies += resend_requests(session, work.online, int(now.timestamp() * 1000))
        self._answer(work, moved)
        return work.outcome

    def _store_catalogs(self, work: IngestRound, opened: Sequence[OpenedMessage]) -> list[Bad]:
        """New streams and catalogs, in an order of their own: no two processes lock each other. The bad ones."""
        spoken = {
            (work.gateways[opened_message.topic.gateway].id, opened_message.message.epoch)
            for opened_message in opened
            if isinstance(opened_message.message, Catalog | Batch | Void)
            and work.may_speak(opened_message.topic.gateway)
        }
        catalogs = [
            (work.gateways[opened_message.topic.gateway], opened_message.message, opened_message)
            for opened_message in opened
            if isinstance(opened_message.message, Catalog) and work.may_speak(opened_message.topic.gateway)
        ]
        explained = {(gateway.id, catalog.epoch) for gateway, catalog, _ in catalogs}
        self.catalogs.look_up(work.session, spoken, anew=explained)
        bad = []
        for gateway, catalog, opened_message in sorted(catalogs, key=lambda each: (each[0].id, each[1].version)):
            try:
                self._store_catalog(work, gateway, opened_message, catalog)
            except BadMessageError as fault:
                bad.append((opened_message.incoming, fault))
        return bad

    def _prepare_all(self, work: IngestRound, opened: Sequence[OpenedMessage]) -> list[Bad]:
        """Everything but catalogs as the round stores it; those that cannot be taken."""
        bad = []
        for message in opened:
            try:
                self._prepare(work, message)
            except BadMessageError as fault:
                bad.append((message.incoming, fault))
        return bad

    def _make_months(self, work: IngestRound) -> None:
        """New months are made apart, since making one keeps all others waiting until it is committed."""
        needed = {month for batch in work.batches for month in readings.months_of(batch.rows.at_ms)} - self._months
        if needed:
            with guarded(), transaction(self.engine) as session:
                readings.make_months(session, needed)
            self._months |= needed

    def _prepare(self, work: IngestRound, opened: OpenedMessage) -> None:
        """Take one message apart; BadMessageError if it cannot be taken."""
        gateway = work.gateways.get(opened.topic.gateway)
        if gateway is None:
            raise BadMessageError("unknown_gateway", f"no gateway {opened.topic.gateway} is registered", opened.message)
        if gateway.state == "revoked":
            raise BadMessageError("revoked", f"gateway {gateway.name} is revoked", opened.message)
        work.seen.add(gateway.id)
        message = opened.message
        if isinstance(message, Catalog):
            return  # stored already, see `_store_catalogs`
        if isinstance(message, Batch):
            self._prepare_batch(work, gateway, opened, message)
        elif isinstance(message, Void):
            stream = self.catalogs.stream(gateway, message.epoch)
            work.voids.append((stream, opened, message.ranges))
            work.answers.setdefault(stream, (gateway.name, message.epoch, False))
        elif isinstance(message, Status | Health):
            key = "status" if isinstance(message, Status) else "report"
            health = {key: {name: getattr(message, name) for name in message.__struct_fields__}}
            work.reports.setdefault(gateway.id, {}).update(health)
            if isinstance(message, Status) and message.state == "online":
                work.online.append((gateway, message))
        else:
            raise BadMessageError("unknown_kind", f"a gateway does not say {type(message).__name__.lower()}", message)

    def _store_catalog(
        self, work: IngestRound, gateway: GatewayIdentity, opened: OpenedMessage, catalog: Catalog
    ) -> None:
        """Keep the catalog; the answer tells the gateway where it stands."""
        stream = self.catalogs.stream(gateway, catalog.epoch)
        try:
            self.catalogs.add(work.session, gateway, stream, catalog, opened.incoming.payload)
        except InputError as error:
            raise BadMessageError(error.code, error.message, catalog) from None
        work.answers[stream] = (gateway.name, catalog.epoch, False)

    def _prepare_batch(self, work: IngestRound, gateway: GatewayIdentity, opened: OpenedMessage, batch: Batch) -> None:
        """The batch as columns of readings; without its catalog it has to come again."""
        stream = self.catalogs.stream(gateway, batch.epoch)
        meaning = self.catalogs.meaning(work.session, gateway, stream, batch.catalog_version)
        if meaning is None and time.monotonic() - opened.incoming.received_s < self.hold_s:
            work.outcome.held.append(opened.incoming)
            return
        if meaning is None:
            work.answers[stream] = (gateway.name, batch.epoch, True)
            return
        try:
            rows = meaning.columns(batch, stream)
        except DecodeError as error:
            raise BadMessageError(error.code, error.message, batch) from None
        low, high = int(rows.at_ms.min()), int(rows.at_ms.max())
        if low < OLDEST_MS or high > work.now.timestamp() * 1000 + AHEAD_MS:
            raise BadMessageError("bad_time", f"readings of {instant(low)} to {instant(high)}", batch)
        work.batches.append(VerifiedBatch(opened, stream, rows, meaning))
        work.answers.setdefault(stream, (gateway.name, batch.epoch, False))

    def _answer(self, work: IngestRound, positions: dict[int, StreamPosition]) -> None:
        """Receipts for every stream that spoke, true as of the commit that has just happened."""
        now_ms = int(work.now.timestamp() * 1000)
        for stream, (gateway, epoch, send_catalog) in work.answers.items():
            work.outcome.replies.append(
                receipt(gateway, epoch, positions[stream], now_ms=now_ms, send_catalog=send_catalog)
            )

    def _set_aside(self, incoming: IncomingMessage, bad: BadMessageError) -> IngestOutcome:
        """The one message that the database refuses."""
        with guarded(), transaction(self.engine) as session:
            work = IngestRound(session, self.clock(), {})
            self.quarantine.keep(work, incoming, bad)
        return work.outcome


def _why_refused(error: Exception) -> BadMessageError:
    """A refusal of the database, or a fault of ours by its text."""
    if isinstance(error, Refused):
        return BadMessageError("refused", str(error))
    log.error("a message could not be stored", exc_info=error)
    return BadMessageError("fault", fault_of(error))


def _portions(opened: Sequence[OpenedMessage]) -> Iterator[Sequence[OpenedMessage]]:
    """The messages in order, in parts that one transaction takes; one part at least."""
    first = rows = 0
    for place, message in enumerate(opened):
        rows += message.message.count if isinstance(message.message, Batch) else 0
        if rows >= ROWS_AT_ONCE:
            yield opened[first : place + 1]
            first, rows = place + 1, 0
    if first < len(opened) or not opened:
        yield opened[first:]
