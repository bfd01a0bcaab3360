"""What registers counted, for rating: packed days as one block of bytes per register, or indexes where no days are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.register_readings import PackedDays
from cloud_service.store.database.bulk_rows import driver
from common.period import Span

DAYS = (
    'SELECT register_id, day, step_s, "values", missing FROM interval_day'
    " WHERE register_id = ANY(%s) AND day >= %s AND day < %s ORDER BY register_id, day"
)
NOW = text("SELECT clock_timestamp()")
INDEXES = text(
    "SELECT register_id, at, value FROM reading_best"
    " WHERE register_id = ANY(:ids) AND at >= :start AND at <= :end AND quality <= 2 ORDER BY register_id, at"
)
MONTHS = text(
    "SELECT register_id, date_trunc('month', day)::date AS month, sum(total) AS total FROM interval_day"
    " WHERE register_id = ANY(:ids) AND day >= :start AND day < :end GROUP BY 1, 2 ORDER BY 1, 2"
)


def snapshot_time(session: Session) -> datetime:
    """The database's time before anything is read: what is made later was not seen."""
    found: datetime = session.execute(NOW).scalar_one()
    return found


def packed_days(session: Session, registers: Sequence[int], span: Span) -> dict[int, PackedDays]:
    """Validated days of many registers in one read."""
    found: dict[int, list[Any]] = {}
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(DAYS, (list(registers), span.start, span.end), prepare=False)
        for register, day, step_s, values, missing in cursor:
            kept = found.get(register)
            if kept is None:
                kept = found[register] = [[], step_s, False, [], []]
            kept[0].append(day)
            kept[2] = kept[2] or step_s != kept[1]
            kept[3].append(values)
            kept[4].append(missing)
    return {
        register: PackedDays(tuple(days), step_s, mixed, b"".join(parts), tuple(missing))
        for register, (days, step_s, mixed, parts, missing) in found.items()
    }


def indexes(
    session: Session, registers: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[tuple[datetime, int]]]:
    """Trusted indexes of registers between two instants, in order; one an instant, the best and newest."""
    rows = session.execute(INDEXES, {"ids": list(registers), "start": start, "end": end})
    found: dict[int, list[tuple[datetime, int]]] = {}
    for row in rows:
        found.setdefault(row.register_id, []).append((row.at, row.value))
    return found


def monthly_totals(session: Session, registers: Sequence[int], span: Span) -> dict[int, list[tuple[date, int]]]:
    """Register -> (first day of month, sum in thousandths) of the validated days."""
    rows = session.execute(MONTHS, {"ids": list(registers), "start": span.start, "end": span.end})
    found: dict[int, list[tuple[date, int]]] = {}
    for row in rows:
        found.setdefault(row.register_id, []).append((row.month, int(row.total)))
    return found
