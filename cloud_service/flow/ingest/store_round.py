"""What a round brings, stored: each sequence of a stream once, what is known compared, what differs set aside.

An ordinary round brings nothing but news. It is copied first, and its streams are locked only from there to the commit,
so that processes whose rounds share gateways copy side by side. Under the lock the positions are looked at once more:
where another process was faster with the same sequences, `Overtaken` undoes the round, and it is done again with its
streams locked from the beginning. So is every round that brings a repetition, a late reading or a void.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from cloud_service.domain.metering.stream_position import StreamPosition, ranges_of
from cloud_service.flow.ingest.messages import BadMessageError
from cloud_service.flow.ingest.round import IngestRound, MessageQuarantine, VerifiedBatch
from cloud_service.store.database.errors import Refused
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, gateway_streams, readings
from cloud_service.store.metering.readings import ReadingColumns
from common.errors import InputError

Look = Callable[[Session, Mapping[int, int]], dict[int, StreamPosition]]


class Overtaken(Refused):
    """Another process has just stored sequences of this round: do it again, with the streams locked."""


def store_round(work: IngestRound, quarantine: MessageQuarantine, *, lock_first: bool) -> dict[int, StreamPosition]:
    """Store everything that is new. The positions of all streams that spoke, as they will be committed."""
    if lock_first or _advanced(work, seen := _positions(work, gateway_streams.positions, work.answers)) is None:
        before = _positions(work, gateway_streams.lock_positions, work.answers)
        after = _store_unseen(work, quarantine, before)
    else:
        _insert(work, [(batch, batch.rows) for batch in work.batches])
        before = seen | _positions(work, gateway_streams.lock_positions, {batch.stream for batch in work.batches})
        news = _advanced(work, before)
        if news is None:
            raise Overtaken("another process was faster")
        after = news
    gateway_streams.store_positions(
        work.session, {stream: position for stream, position in after.items() if position != before[stream]}
    )
    return after


def _positions(work: IngestRound, look: Look, streams: Collection[int]) -> dict[int, StreamPosition]:
    positions = look(work.session, {stream: work.answers[stream][1] for stream in streams})
    if len(positions) != len(streams):
        raise Refused("a stream is not where it was: the database has been replaced")
    return positions


def _advanced(work: IngestRound, before: dict[int, StreamPosition]) -> dict[int, StreamPosition] | None:
    """The positions after a round that brings nothing but news; None for any other."""
    after = dict(before)
    try:
        for batch in work.batches:
            if not after[batch.stream].unseen(batch.rows.sequence).all():
                return None
            after[batch.stream] = after[batch.stream].add(ranges_of(batch.rows.sequence))
    except InputError:
        return None
    return None if work.voids else after


def _store_unseen(
    work: IngestRound, quarantine: MessageQuarantine, before: dict[int, StreamPosition]
) -> dict[int, StreamPosition]:
    """Store what is new under the locks of the streams; compare what is known, set aside what differs."""
    after = dict(before)
    new: list[tuple[VerifiedBatch, ReadingColumns]] = []
    for batch in work.batches:
        try:
            fresh = _unseen_readings(work, batch, after[batch.stream], [rows for _, rows in new])
            if len(fresh):
                after[batch.stream] = after[batch.stream].add(ranges_of(fresh.sequence))
                new.append((batch, fresh))
        except InputError as error:
            bad = BadMessageError(error.code, error.message, batch.opened.message)
            quarantine.keep(work, batch.opened.incoming, bad)
    for stream, opened, ranges in work.voids:
        try:
            after[stream] = after[stream].give_up(ranges)
        except InputError as error:
            quarantine.keep(work, opened.incoming, BadMessageError(error.code, error.message, opened.message))
    _insert(work, new)
    return after


def _unseen_readings(
    work: IngestRound, batch: VerifiedBatch, position: StreamPosition, pending: Sequence[ReadingColumns]
) -> ReadingColumns:
    """The readings of a batch that are not stored yet; InputError if those that are say something else."""
    unseen = position.unseen(batch.rows.sequence) | position.voided(batch.rows.sequence)
    if unseen.all():
        return batch.rows
    repeated = batch.rows.where(~unseen)
    differing = readings.differing(work.session, repeated)
    if differing and pending:
        differing = _differing_from_pending(repeated, differing, readings.joined(pending))
    work.outcome.repeated += len(repeated) - len(differing)
    if differing:
        work.outcome.conflicts += len(differing)
        first, last = int(repeated.sequence[differing[0]]), int(repeated.sequence[differing[-1]])
        raise InputError(
            f"{len(differing)} readings between sequence {first} and {last} were received before with other content",
            code="conflict",
        )
    return batch.rows.where(unseen)


def _insert(work: IngestRound, new: Sequence[tuple[VerifiedBatch, ReadingColumns]]) -> None:
    """Readings in by COPY, and the days they touch marked."""
    if not new:
        return
    rows = readings.joined([rows for _, rows in new])
    zones: dict[int, str] = {}
    for meaning in {id(batch.meaning): batch.meaning for batch, _ in new}.values():
        zones |= meaning.zones
    readings.insert(work.session, rows)
    dirty_days.mark_dirty(work.session, rows, zones)
    work.outcome.stored += len(rows)


def _differing_from_pending(rows: ReadingColumns, places: Sequence[int], pending: ReadingColumns) -> list[int]:
    """Those places whose reading is not exactly one that is about to be stored in this very transaction."""
    of_stream = pending.where(pending.source == rows.source[0])
    of_stream = of_stream.where(np.argsort(of_stream.sequence, kind="stable"))
    compared = rows.where(np.array(places))
    matches = np.minimum(np.searchsorted(of_stream.sequence, compared.sequence), max(len(of_stream) - 1, 0))
    if not len(of_stream):
        return list(places)
    same = np.ones(len(compared), dtype=np.bool_)
    for name in ("sequence", "register_id", "at_ms", "value", "quality"):
        same &= getattr(of_stream, name)[matches] == getattr(compared, name)
    return [place for place, equal in zip(places, same.tolist(), strict=True) if not equal]
