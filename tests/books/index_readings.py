"""Readings of counters as they come in, for a small operator: stored, and made into days."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from cloud_service.flow.validate import make_changed_days
from cloud_service.store.metering import dirty_days, readings
from cloud_service.store.metering.readings import ReadingColumns
from common.period import zone
from common.reading import Quality
from tests.books.world import ZONE

AHEAD = datetime(2100, 1, 1, tzinfo=UTC)  # no mark waits any more


def at(text: str, zone_name: str = ZONE) -> datetime:
    """The instant of a wall clock's time; the earlier one of an hour that comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=zone(zone_name))


def every(minutes: int, first: str, last: str, zone_name: str = ZONE) -> list[datetime]:
    """Instants from one time to another, both included."""
    start, end, step = at(first, zone_name), at(last, zone_name), timedelta(minutes=minutes)
    count = int((end.timestamp() - start.timestamp()) // step.total_seconds())
    return [
        datetime.fromtimestamp(start.timestamp() + number * minutes * 60, start.tzinfo) for number in range(count + 1)
    ]


def counter(instants: Iterable[datetime], wh_an_hour: int = 400) -> list[tuple[datetime, int]]:
    """What a counter that begins with 0 in September shows, counting evenly."""
    start = at("2026-09-01T00:00").timestamp()
    return [(instant, int((instant.timestamp() - start) * wh_an_hour) // 3600) for instant in instants]


def take(
    session: Session,
    register: int,
    rows: Iterable[tuple[datetime, int]],
    *,
    quality: Quality = Quality.ACTUAL,
    step_s: int = 0,
    zone_name: str = ZONE,
) -> None:
    """Store readings in thousandths and make the days that they change; `step_s` is of intervals."""
    points = sorted(dict(rows).items())
    count = len(points)
    note = readings.add_note(session, "t", "test", None)
    columns = ReadingColumns(
        register_id=np.full(count, register, dtype=np.int64),
        at_ms=np.array([int(instant.timestamp() * 1000) for instant, _ in points], dtype=np.int64),
        value=np.array([value for _, value in points], dtype=np.int64),
        quality=np.full(count, quality, dtype=np.int16),
        time_quality=np.zeros(count, dtype=np.int16),
        source=np.zeros(count, dtype=np.int64),
        sequence=np.full(count, note, dtype=np.int64),
        step_s=np.full(count, step_s, dtype=np.int16),
    )
    readings.ensure_months(session, columns.at_ms)
    readings.insert(session, columns)
    dirty_days.mark_dirty(session, columns, {register: zone_name})
    changed = dirty_days.take_changed_days(session, AHEAD, timedelta(0), 10)
    _windows, problems, _count = make_changed_days(session, changed)
    assert {} == problems
