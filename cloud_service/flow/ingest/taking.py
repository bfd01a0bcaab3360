"""The one transaction of ingest: what is new is stored, what is known compared, what is bad set aside."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from cloud_service.domain.stream_position import Position, ranges_of
from cloud_service.flow.ingest.messages import (
    BadMessageError,
    Incoming,
    Opened,
    Outcome,
    add_up,
    instant,
    open_all,
    rejection,
    sender,
)
from cloud_service.flow.ingest.receipts import asked_again, receipt
from cloud_service.store import readings, streams
from cloud_service.store.failures import Refused, guarded
from cloud_service.store.readings import Columns
from cloud_service.store.session import Engine, Session, transaction
from cloud_service.store.stream_catalogs import Catalogs, Meaning
from cloud_service.store.streams import GatewayFacts
from common.errors import DecodeError, InputError, UnavailableError
from common.message import Batch, Catalog, Health, Status, Void

OLDEST_MS = 946_684_800_000  # 2000-01-01: an instant before that is a clock that was never set
AHEAD_MS = 86_400_000  # nor do readings come from more than a day ahead
GATEWAY_TTL_S = 30  # a revoked gateway is cut off within this time
QUARANTINED_PER_MINUTE = 200  # of one gateway; what is more is counted and logged, not kept


@dataclass(slots=True)
class _Round:
    """One transaction: what it has seen so far."""

    session: Session
    now: datetime
    gateways: dict[str, GatewayFacts]
    outcome: Outcome = field(default_factory=Outcome)
    batches: list[tuple[Opened, int, Columns, Meaning]] = field(default_factory=list)
    voids: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    answers: dict[int, tuple[str, int, bool]] = field(default_factory=dict)  # stream -> gateway, epoch, send_catalog
    seen: set[int] = field(default_factory=set)
    reports: dict[int, dict[str, Any]] = field(default_factory=dict)
    online: list[tuple[GatewayFacts, Status]] = field(default_factory=list)  # gateways that have just connected


class Ingest:
    """Takes messages for one process. Not for several threads at once."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC), *, hold_s: float = 0.0
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.hold_s = hold_s  # how long a batch waits for its catalog, which another process may be storing right now
        self.catalogs = Catalogs()
        self._gateways: dict[str, tuple[datetime, GatewayFacts]] = {}
        self._kept: dict[tuple[str, int], int] = {}

    def take(self, messages: Sequence[Incoming]) -> Outcome:
        """Store what can be stored, set the rest aside, and say what to answer."""
        try:
            return self._together(messages)
        except UnavailableError:
            self.catalogs.roll_back()
            raise
        except Refused:
            self.catalogs.forget()
        if len(messages) == 1:
            return self._alone(messages[0])
        outcome = Outcome()
        for message in messages:
            add_up(outcome, self.take([message]))
        return outcome

    def _alone(self, message: Incoming) -> Outcome:
        """The one message that was refused, once more with everything looked up anew; then it is set aside."""
        try:
            return self._together([message])
        except UnavailableError:
            self.catalogs.roll_back()
            raise
        except Refused as error:
            self.catalogs.forget()
            return self._set_aside(message, BadMessageError("refused", str(error)))

    def _together(self, messages: Sequence[Incoming]) -> Outcome:
        opened, refused = open_all(messages)
        with guarded(), transaction(self.engine) as session:
            now = self.clock()
            work = _Round(session, now, self._known(session, {one.topic.gateway for one in opened}, now))
            catalogs = self._meet(work, opened)
        self.catalogs.commit()
        with guarded(), transaction(self.engine) as session:
            work.session = session
            for incoming, bad in (*refused, *catalogs):
                self._quarantine(work, incoming, bad)
            for one in opened:
                try:
                    self._prepare(work, one)
                except BadMessageError as bad:
                    self._quarantine(work, one.incoming, bad)
            moved = self._store(work)
            streams.seen(session, work.seen, now)
            streams.report(session, {one: msgspec.json.encode(facts).decode() for one, facts in work.reports.items()})
            work.outcome.replies += asked_again(session, work.online, int(now.timestamp() * 1000))
        self.catalogs.commit()
        self._answer(work, moved)
        return work.outcome

    def _meet(self, work: _Round, opened: Sequence[Opened]) -> list[tuple[Incoming, BadMessageError]]:
        """New streams and catalogs, in a transaction and an order of their own: no two processes lock each other."""
        spoken = {
            (work.gateways[one.topic.gateway].id, one.message.epoch)
            for one in opened
            if isinstance(one.message, Catalog | Batch | Void) and _may_speak(work, one.topic.gateway)
        }
        catalogs = [one for one in opened if isinstance(one.message, Catalog) and _may_speak(work, one.topic.gateway)]
        explained = {(work.gateways[one.topic.gateway].id, getattr(one.message, "epoch", 0)) for one in catalogs}
        self.catalogs.know(work.session, spoken, anew=explained)
        refused = []
        for one in sorted(
            catalogs, key=lambda one: (work.gateways[one.topic.gateway].id, getattr(one.message, "version", 0))
        ):
            gateway = work.gateways[one.topic.gateway]
            if isinstance(one.message, Catalog):
                try:
                    self._catalog(work, gateway, one, one.message)
                except BadMessageError as bad:
                    refused.append((one.incoming, bad))
        return refused

    def _known(self, session: Session, names: set[str], now: datetime) -> dict[str, GatewayFacts]:
        """The gateways of this round; what is known of one is asked again after a while."""
        stale = {name for name in names if not self._fresh(name, now)}
        if stale:
            found = streams.gateways(session, stale)
            for name in stale:
                self._gateways.pop(name, None)
            self._gateways |= {name: (now, facts) for name, facts in found.items()}
        return {name: self._gateways[name][1] for name in names if name in self._gateways}

    def _fresh(self, name: str, now: datetime) -> bool:
        return name in self._gateways and (now - self._gateways[name][0]).total_seconds() < GATEWAY_TTL_S

    def _prepare(self, work: _Round, one: Opened) -> None:
        """Take one message apart; BadMessageError if it cannot be taken."""
        gateway = work.gateways.get(one.topic.gateway)
        if gateway is None:
            raise BadMessageError("unknown_gateway", f"no gateway {one.topic.gateway} is registered", one.message)
        if gateway.state == "revoked":
            raise BadMessageError("revoked", f"gateway {gateway.name} is revoked", one.message)
        work.seen.add(gateway.id)
        message = one.message
        if isinstance(message, Catalog):
            return  # stored already, see `_meet`
        if isinstance(message, Batch):
            self._batch(work, gateway, one, message)
        elif isinstance(message, Void):
            stream = self.catalogs.stream(gateway, message.epoch)
            work.voids.setdefault(stream, []).extend(message.ranges)
            work.answers.setdefault(stream, (gateway.name, message.epoch, False))
        elif isinstance(message, Status | Health):
            key = "status" if isinstance(message, Status) else "report"
            facts = {key: {name: getattr(message, name) for name in message.__struct_fields__}}
            work.reports.setdefault(gateway.id, {}).update(facts)
            if isinstance(message, Status) and message.state == "online":
                work.online.append((gateway, message))
        else:
            raise BadMessageError("unknown_kind", f"a gateway does not say {type(message).__name__.lower()}", message)

    def _catalog(self, work: _Round, gateway: GatewayFacts, one: Opened, catalog: Catalog) -> None:
        """Keep the catalog; the answer tells the gateway where it stands."""
        stream = self.catalogs.stream(gateway, catalog.epoch)
        try:
            self.catalogs.add(work.session, gateway, stream, catalog, one.incoming.payload)
        except InputError as error:
            raise BadMessageError(error.code, error.message, catalog) from None
        work.answers[stream] = (gateway.name, catalog.epoch, False)

    def _batch(self, work: _Round, gateway: GatewayFacts, one: Opened, batch: Batch) -> None:
        """The batch as columns of readings; without its catalog it has to come again."""
        stream = self.catalogs.stream(gateway, batch.epoch)
        meaning = self.catalogs.meaning(work.session, gateway, stream, batch.catalog_version)
        if meaning is None and time.monotonic() - one.incoming.received_s < self.hold_s:
            work.outcome.held.append(one.incoming)
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
        work.batches.append((one, stream, rows, meaning))
        work.answers.setdefault(stream, (gateway.name, batch.epoch, False))

    def _store(self, work: _Round) -> dict[int, Position]:
        """Everything that is new, under the locks of the streams; their positions afterwards."""
        before = streams.lock(work.session, {stream: epoch for stream, (_, epoch, _) in work.answers.items()})
        if len(before) != len(work.answers):
            raise Refused("a stream is not where it was: the database has been replaced")
        after = dict(before)
        new: list[Columns] = []
        zones: dict[int, str] = {}
        for one, stream, rows, meaning in work.batches:
            unseen = after[stream].unseen(rows.sequence)
            if not unseen.all():
                late = after[stream].voided(rows.sequence)
                if not self._repeats(work, one, rows.where(~unseen & ~late), new):
                    continue
                work.outcome.stored += self._store_late(work, rows.where(~unseen & late), meaning)
            fresh = rows if unseen.all() else rows.where(unseen)
            if len(fresh):
                new.append(fresh)
                zones |= meaning.zones
                after[stream] = after[stream].add(ranges_of(fresh.sequence))
        for stream, ranges in work.voids.items():
            after[stream] = after[stream].give_up(ranges)
        if new:
            rows = readings.joined(new)
            readings.insert(work.session, rows)
            readings.mark_dirty(work.session, rows, zones)
            work.outcome.stored += len(rows)
        streams.move(
            work.session, {stream: position for stream, position in after.items() if position != before[stream]}
        )
        return after

    def _store_late(self, work: _Round, rows: Columns, meaning: Meaning) -> int:
        """Readings that their gateway had given up, and that came after all."""
        if len(rows):
            readings.mark_dirty(work.session, rows, meaning.zones)
        return readings.insert_missing(work.session, rows)

    def _repeats(self, work: _Round, one: Opened, rows: Columns, new: Sequence[Columns]) -> bool:
        """Whether these readings, whose keys were received before, say the same again; if not, the alarm."""
        differing = readings.differing(work.session, rows)
        if differing and new:
            differing = not_among(rows, differing, readings.joined(new))
        work.outcome.repeated += len(rows) - len(differing)
        if not differing:
            return True
        first, last = int(rows.sequence[differing[0]]), int(rows.sequence[differing[-1]])
        detail = (
            f"{len(differing)} readings between sequence {first} and {last} were received before with other content"
        )
        work.outcome.conflicts += len(differing)
        self._quarantine(work, one.incoming, BadMessageError("conflict", detail, one.message))
        return False

    def _answer(self, work: _Round, positions: dict[int, Position]) -> None:
        """Receipts for every stream that spoke, true as of the commit that has just happened."""
        now_ms = int(work.now.timestamp() * 1000)
        for stream, (gateway, epoch, send_catalog) in work.answers.items():
            work.outcome.replies.append(
                receipt(gateway, epoch, positions[stream], now_ms=now_ms, send_catalog=send_catalog)
            )

    def _quarantine(self, work: _Round, incoming: Incoming, bad: BadMessageError) -> None:
        """Keep the message with its reason, and tell a known sender."""
        work.outcome.refused += 1
        gateway = sender(incoming.topic)
        minute = int(work.now.timestamp()) // 60
        self._kept = {key: count for key, count in self._kept.items() if key[1] == minute}
        count = self._kept[gateway, minute] = self._kept.get((gateway, minute), 0) + 1
        if count <= QUARANTINED_PER_MINUTE:
            streams.quarantine(
                work.session,
                gateway=gateway,
                topic=incoming.topic[:200].replace("\0", "?"),
                reason=bad.code,
                detail=bad.detail.replace("\0", "?"),
                body=incoming.payload,
            )
        if gateway and bad.code != "unknown_gateway":
            work.outcome.replies.append(rejection(gateway, incoming, bad))

    def _set_aside(self, incoming: Incoming, bad: BadMessageError) -> Outcome:
        """The one message that the database refuses."""
        with guarded(), transaction(self.engine) as session:
            work = _Round(session, self.clock(), {})
            self._quarantine(work, incoming, bad)
        return work.outcome


def _may_speak(work: _Round, gateway: str) -> bool:
    """Whether a gateway is known and not revoked."""
    return gateway in work.gateways and work.gateways[gateway].state != "revoked"


def not_among(rows: Columns, places: Sequence[int], pending: Columns) -> list[int]:
    """Those places whose reading is not exactly one that is about to be stored in this very transaction."""
    mine = pending.where(pending.source == rows.source[0])
    mine = mine.where(np.argsort(mine.sequence, kind="stable"))
    asked = rows.where(np.array(places))
    found = np.minimum(np.searchsorted(mine.sequence, asked.sequence), max(len(mine) - 1, 0))
    if not len(mine):
        return list(places)
    same = np.ones(len(asked), dtype=np.bool_)
    for name in ("sequence", "register_id", "at_ms", "value", "quality"):
        same &= getattr(mine, name)[found] == getattr(asked, name)
    return [place for place, equal in zip(places, same.tolist(), strict=True) if not equal]
