"""What to send next, decided without any network: catalogs, live readings, voids, then the backlog against credit.

Rows stay owed until a receipt names them. What was sent and not receipted in time is sent again, ever more slowly. All
of it works on the guard and a given monotonic time, so a simulation can drive it through any history.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple

from common.errors import EnergyError
from common.message import Codec, Lane, Receipt, Rejection, Up, Void, encode
from edge_agent.buffer import Buffer, BufferGuard, BufferStream, Ranges
from edge_agent.uplink.batch_rows import dated_rows, wire_columns
from edge_agent.uplink.cloud_session import CloudSession, Flight
from edge_agent.uplink.rejection_log import RejectionLog
from edge_agent.uplink.restore_detection import RestoreDetector, stored_ranges

log = logging.getLogger(__name__)
BATCH_ROWS = 2000
LIVE_ROWS = 1000
LIVE_WINDOW_ROWS = 5000  # live readings on their way without a receipt; beyond it they wait
VOID_RANGES = 500
PATIENCE_S, PATIENCE_MAX_S = 30.0, 300.0
HOLD_REJECTED_S = 3600.0
OF_SINGLE_READINGS = ("bad_time", "conflict")  # rejections that one reading of a batch can cause


class UplinkMessage(NamedTuple):
    """One message to publish."""

    kind: Up
    payload: bytes


class HeldRange(NamedTuple):
    """Sequences of a stream that the cloud rejected: not sent again before `until_s` (monotonic seconds)."""

    stream: int
    first: int
    last: int
    until_s: float


class UplinkOutbox:
    """One gateway's debts to the cloud."""

    def __init__(self, guard: BufferGuard, gateway: str) -> None:
        self.guard = guard
        self.gateway = gateway
        self.session = CloudSession()
        self.patience_s = PATIENCE_S
        self.live_from = guard.buffer.current.last + 1
        self.generation = guard.generation
        self.held: list[HeldRange] = []
        self.pieces: dict[tuple[int, int], int] = {}  # (stream, first) -> last: not to be sent with what follows
        self.restore_detector = RestoreDetector()
        self.restored = False  # the cloud has lost what it had: it must be told again what we hold receipts for
        self.rejections = 0
        self.last_rejection = ""
        self.rejection_log = RejectionLog()
        self._codec: tuple[int, int, Codec] | None = None

    # what happened

    def connected(self, now_s: float) -> None:
        """A new connection: nothing is on its way, everything so far is backlog."""
        self.session = CloudSession(heard_s=now_s, asked_s=now_s)
        self.pieces = {key: last for key, last in self.pieces.items() if key[0] in self.guard.buffer.streams}
        self.live_from = self.guard.buffer.current.last + 1
        self.generation = self.guard.generation

    def receipt(self, receipt: Receipt, now_s: float) -> None:
        """Note what the cloud has."""
        stream = self._stream(receipt.epoch)
        if stream is None:
            return
        self.session.hear(stream, receipt, now_s)
        if stream is self.guard.buffer.current and receipt.highest > stream.last:
            log.error("the cloud has more of this stream than the buffer: it is an old copy; beginning a new epoch")
            self.guard.do(Buffer.begin_stream)
            self.guard.generation += 1
            return
        if receipt.highest > stream.last:
            self.guard.do(lambda buffer: buffer.extend_stream(stream, receipt.highest))
        self.guard.do(lambda buffer: buffer.receive(stream, stored_ranges(receipt)))
        forgotten = self.restore_detector.lost(stream, receipt, now_s)
        if forgotten:
            log.warning("the cloud has lost readings that it had receipted: sending them again")
            self.restored = True
        lost = (*receipt.resend, *forgotten)
        if lost:
            self.guard.do(lambda buffer: buffer.reopen(stream, lost))
        if self.session.land(stream, receipt.highest, now_s):
            self.patience_s = PATIENCE_S

    def rejection(self, rejection: Rejection, now_s: float) -> None:
        """The cloud could not take a message: keep its rows, but do not try them again at once."""
        self.rejections += 1
        self.last_rejection = f"{rejection.code}: {rejection.reason}"
        self.rejection_log.note(rejection, now_s)
        stream = self._stream(rejection.epoch)
        if stream and rejection.first_sequence:
            first, last = rejection.first_sequence, max(rejection.last_sequence, rejection.first_sequence)
            self.session.forget_flight(stream.number, first, last)
            if rejection.code in OF_SINGLE_READINGS and first < last:
                middle = (first + last) // 2  # halves, and halves of those, until the guilty reading is alone
                self.pieces |= {(stream.number, first): middle, (stream.number, middle + 1): last}
            else:
                self.held.append(HeldRange(stream.number, first, last, now_s + HOLD_REJECTED_S))

    # what to do

    def next(self, now_s: float) -> UplinkMessage | None:
        """The most urgent message that may be sent now."""
        if self.generation != self.guard.generation:
            self.connected(now_s)
        self._expire_flights(now_s)
        try:
            streams = self.guard.streams()
            return (
                self._catalog(streams, now_s)
                or self._live(now_s)
                or self._first_message(self._void, streams, now_s)
                or self._first_message(self._backlog, streams, now_s)
            )
        except EnergyError as error:
            if error.code != "buffer_damaged":
                raise
            self.guard.replace(str(error))
            return None

    def _first_message(
        self, source: Callable[[BufferStream, float], UplinkMessage | None], streams: list[BufferStream], now_s: float
    ) -> UplinkMessage | None:
        return next((message for stream in streams if (message := source(stream, now_s))), None)

    @property
    def owes(self) -> bool:
        """Whether the cloud lacks a reading or a catalog: then there may be something to send."""
        buffer, catalogs = self.guard.buffer, self.session.catalogs
        return any(
            stream.pending or catalogs.get(stream.number) != buffer.directory.version for stream in self.guard.streams()
        )

    @property
    def backlog_in_flight(self) -> int:
        """Backlog rows without a receipt."""
        return self.session.rows_in_flight(Lane.BACKLOG)

    def _catalog(self, streams: list[BufferStream], now_s: float) -> UplinkMessage | None:
        """Whatever the cloud has not been told in this session, and a question where it has long said nothing."""
        session, buffer = self.session, self.guard.buffer
        if session.is_silent(now_s) and any(stream.pending for stream in streams):
            session.ask(now_s)
        doubted = None if self.guard.salvaging else self.restore_detector.stream_in_doubt(now_s)
        if doubted in buffer.streams:
            session.catalogs.pop(doubted, None)
            streams = [buffer.streams[doubted], *streams]
        for stream in streams:
            if session.catalogs.get(stream.number) != buffer.directory.version:
                session.catalogs[stream.number] = buffer.directory.version
                return UplinkMessage(Up.CATALOG, encode(buffer.catalog(stream)))
        return None

    def _live(self, now_s: float) -> UplinkMessage | None:
        stream = self.guard.buffer.current
        window = LIVE_WINDOW_ROWS - self.session.rows_in_flight(Lane.LIVE)
        if self.live_from > stream.last or window <= 0:
            return None
        sent = self._batch(stream, Lane.LIVE, (self.live_from, stream.last), min(LIVE_ROWS, window), now_s)
        if sent:
            self.live_from = sent[1] + 1
        return sent[0] if sent else None

    def _void(self, stream: BufferStream, now_s: float) -> UplinkMessage | None:
        """What will never come, once it is known what the cloud has: what was taken for lost may be there."""
        if stream.number not in self.session.answered:
            return None
        busy = self._in_flight_or_held(stream)
        for reason, voids in stream.voids.items():
            owed = [
                gap
                for first, last in voids
                for open_ in stream.done.missing(first, last)
                for gap in busy.missing(*open_)
            ][:VOID_RANGES]
            if owed:
                self.guard.buffer.dirty = True
                for first, last in owed:
                    stream.announced.add(first, last)
                    self.session.flights.append(Flight(stream.number, first, last, 0, None, now_s))
                return UplinkMessage(Up.VOID, encode(Void(stream.epoch, tuple(owed), reason)))
        return None

    def _backlog(self, stream: BufferStream, now_s: float) -> UplinkMessage | None:
        room = min(BATCH_ROWS, self.session.credit - self.backlog_in_flight)
        is_current = stream is self.guard.buffer.current
        last = self.live_from - 1 if is_current else stream.last
        if room <= 0 or not stream.pending:
            return None
        busy = self._in_flight_or_held(stream)
        for voids in stream.voids.values():
            for gap in voids:
                busy.add(*gap)
        for open_ in stream.done.missing(1, last):
            for first, open_end in busy.missing(*open_):
                end = min(open_end, self.pieces.get((stream.number, first), open_end))
                sent = self._batch(stream, Lane.BACKLOG, (first, end), room, now_s)
                return sent[0] if sent else None
        return None

    def _batch(
        self, stream: BufferStream, lane: Lane, span: tuple[int, int], limit: int, now_s: float
    ) -> tuple[UplinkMessage, int] | None:
        """The payload of the first rows of a range and its last sequence; None where their time is not known yet."""
        buffer = self.guard.buffer
        first, last = span
        rows = buffer.rows(stream, first, min(last, first + limit - 1), limit)
        dated = dated_rows(buffer, rows)
        if not dated:
            return None
        end = dated[-1].sequence
        self.session.flights.append(Flight(stream.number, first, end, len(dated), lane, now_s))
        payload = self._codec_of(stream).encode(lane, wire_columns(dated))
        return UplinkMessage(Up.LIVE if lane is Lane.LIVE else Up.BACKLOG, payload), end

    def _codec_of(self, stream: BufferStream) -> Codec:
        version = self.guard.buffer.directory.version
        if self._codec is None or self._codec[:2] != (stream.number, version):
            codec = Codec(self.gateway, self.guard.buffer.catalog(stream))
            self._codec = (stream.number, version, codec)
        return self._codec[2]

    def _in_flight_or_held(self, stream: BufferStream) -> Ranges:
        """What is on its way, or held after a rejection."""
        busy = Ranges((f.first, f.last) for f in self.session.flights if f.stream == stream.number)
        for held in self.held:
            if held.stream == stream.number:
                busy.add(held.first, held.last)
        return busy

    def _expire_flights(self, now_s: float) -> None:
        """Flights that got no receipt in time are owed again; each such time waits longer."""
        if self.session.forget_late(now_s, self.patience_s):
            self.patience_s = min(self.patience_s * 2, PATIENCE_MAX_S)
        self.held = [held for held in self.held if held.until_s > now_s]

    def _stream(self, epoch: int) -> BufferStream | None:
        return next((stream for stream in self.guard.buffer.streams.values() if stream.epoch == epoch), None)
