"""What is known around registers, to say how complete their days are and why they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.completeness import (
    EVERYWHERE,
    NOTHING_OPEN,
    CollectionState,
    Completeness,
    DayQualities,
    Gap,
    gaps_to_settle,
    measure,
    settle_causes,
)
from cloud_service.domain.metering.stream_position import SequenceRange, StreamPosition
from cloud_service.domain.metering.vee.series import FOREVER_MS
from common.message import DeviceHealth
from common.period import Span

# the newest reading tells which stream, and so which gateway, reads a register
REGISTERS = text("""
SELECT r.id AS register_id, t.name AS meter, r.name AS register, r.step_s, s.timezone AS zone,
       array_agg(lower(m.during) ORDER BY lower(m.during)) AS mounted,
       array_agg(upper(m.during) ORDER BY lower(m.during)) AS dismounted,
       (SELECT min(at) FROM reading_kept WHERE register_id = r.id) AS first_at,
       (SELECT source FROM reading WHERE register_id = r.id AND at >= :since
         ORDER BY at DESC LIMIT 1) AS stream_id,
       array(SELECT day FROM dirty_day WHERE register_id = r.id) AS waiting,
       array(SELECT at FROM quarantine WHERE register_id = r.id AND resolved = '' AND at >= :since) AS refused
  FROM register r JOIN meter t ON t.id = r.meter_id JOIN meter_mount m ON m.meter_id = t.id
  JOIN service_point p ON p.id = m.service_point_id JOIN site s ON s.id = p.site_id
 WHERE r.kind IN ('index', 'interval') AND r.billed AND (cast(:meters AS text[]) IS NULL OR t.name = ANY(:meters))
   AND m.during && tstzrange(:since, :until) GROUP BY r.id, t.name, s.timezone ORDER BY t.name, r.name
""")
STREAMS = text("""
SELECT m.id, m.contiguous, m.received, g.name, g.last_seen_at, g.health->'report'->'devices' AS devices
  FROM stream m JOIN gateway g ON g.id = m.gateway_id WHERE m.id = ANY(:ids)
""")
DAYS = text("""
SELECT register_id, day, step_s, qualities FROM interval_day
 WHERE register_id = ANY(:ids) AND day >= :start AND day < :end
""")
# the last sequence of a register before a gap, and the first one after it
AROUND = text("""
SELECT g.place, before.sequence AS before, after.sequence AS after
  FROM unnest(cast(:starts AS timestamptz[]), cast(:ends AS timestamptz[])) WITH ORDINALITY g(start, until, place)
  LEFT JOIN LATERAL (SELECT sequence FROM reading WHERE register_id = :register AND source = :stream
     AND at <= g.start ORDER BY at DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL (SELECT sequence FROM reading WHERE register_id = :register AND source = :stream
     AND at >= g.until ORDER BY at LIMIT 1) after ON true ORDER BY g.place
""")


def completeness(
    session: Session, span: Span, now: datetime, meters: Sequence[str] | None = None
) -> list[Completeness]:
    """Every billed register that was mounted in the span, or those of some meters."""
    collected = collected_registers(session, span, meters)
    days: dict[int, dict[date, DayQualities]] = {}
    ids = [register.state.register_id for register in collected]
    for row in session.execute(DAYS, {"ids": ids, "start": span.start, "end": span.end}):
        days.setdefault(row.register_id, {})[row.day] = DayQualities(row.step_s, bytes(row.qualities))
    now_ms = _ms(now) or 0
    measured = []
    for register in collected:
        measured.append(measure(register.state, days.get(register.state.register_id, {}), span, now_ms))
        settle_gaps(session, measured[-1], register.stream_id)
    return measured


@dataclass(frozen=True, slots=True)
class CollectedRegister:
    """What is known around a register, and the stream that reads it."""

    state: CollectionState
    stream_id: int | None


def collected_registers(session: Session, span: Span, meters: Sequence[str] | None = None) -> list[CollectedRegister]:
    """Every billed register that was mounted in the span, or those of some meters."""
    since = datetime(span.start.year, span.start.month, span.start.day, tzinfo=UTC)
    until = datetime(span.end.year, span.end.month, span.end.day, tzinfo=UTC)
    values = {"since": since, "until": until, "meters": list(meters) if meters else None}
    rows = list(session.execute(REGISTERS, values))
    stream_ids = sorted({row.stream_id for row in rows if (row.stream_id or 0) > 0})
    streams = {row.id: row for row in session.execute(STREAMS, {"ids": stream_ids})}
    return [CollectedRegister(_collection_state(row, streams.get(row.stream_id)), row.stream_id) for row in rows]


def settle_gaps(session: Session, measured: Completeness, stream_id: int | None) -> None:
    """Find out whether holes of the stream explain the gaps that they may explain."""
    gaps = gaps_to_settle(measured)
    if gaps and stream_id is not None:
        settle_causes(measured, _around(session, measured.state.register_id, stream_id, gaps))


def _around(session: Session, register_id: int, stream_id: int, gaps: Sequence[Gap]) -> dict[Gap, SequenceRange]:
    """The sequences that lie between a register's readings before and after each gap."""
    values = {
        "register": register_id,
        "stream": stream_id,
        "starts": [datetime.fromtimestamp(gap.start_ms / 1000, UTC) for gap in gaps],
        "ends": [datetime.fromtimestamp(gap.end_ms / 1000, UTC) for gap in gaps],
    }
    low, high = EVERYWHERE
    return {
        gap: (low if row.before is None else row.before + 1, high if row.after is None else row.after - 1)
        for gap, row in zip(gaps, session.execute(AROUND, values), strict=True)
    }


def _collection_state(row: Any, stream: Any) -> CollectionState:
    return CollectionState(
        register_id=row.register_id,
        meter=row.meter,
        register=row.register,
        step_s=row.step_s,
        zone=row.zone,
        mounted=[
            (_ms(start) if start else -FOREVER_MS, _ms(end) if end else FOREVER_MS)  # type: ignore[misc]  # not None
            for start, end in zip(row.mounted, row.dismounted, strict=True)
        ],
        first_ms=_ms(row.first_at),
        gateway=stream.name if stream else "",
        heard_ms=_ms(stream.last_seen_at) if stream else None,
        failing_since_ms=_failing(stream.devices or (), row.meter) if stream else None,
        position=StreamPosition.from_row(stream.contiguous, stream.received) if stream else NOTHING_OPEN,
        waiting_days=frozenset(row.waiting),
        refused_ms=[at_ms for at in row.refused if (at_ms := _ms(at)) is not None],
    )


def _failing(devices: Sequence[Sequence[Any]], meter: str) -> int | None:
    """Since when the gateway reports that it cannot read a meter; devices are stored as they travel, as arrays."""
    for device in devices:
        health = dict(zip(DeviceHealth.__struct_fields__, device, strict=False))
        if health.get("meter") == meter and health.get("failing_since_ms"):
            return int(health["failing_since_ms"])
    return None


def _ms(at: datetime | None) -> int | None:
    if at is None:
        return None
    past = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * 1000 + past.microseconds // 1000
