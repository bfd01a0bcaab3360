"""Finished days: read back by what they end with, written by COPY and one upsert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import BelievedReading, RegisterDay
from cloud_service.store.database.bulk_rows import driver

BEFORE = text("""
SELECT DISTINCT ON (n.register_id) n.register_id, d.day, d.made_from FROM
 unnest(cast(:ids AS bigint[]), cast(:days AS date[])) AS n(register_id, day)
 JOIN interval_day d ON d.register_id = n.register_id AND d.day < n.day ORDER BY n.register_id, d.day DESC
""")
STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS staged_day (LIKE interval_day INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
UPSERT = """
INSERT INTO interval_day (register_id, day, step_s, "values", qualities, total, missing, made_from, made_at)
SELECT register_id, day, step_s, "values", qualities, total, missing, made_from, now() FROM staged_day s
 WHERE s.missing < octet_length(s.qualities)  -- a day of which nothing is known is written only where it was known once
    OR s.made_from ? 'rejected'
    OR EXISTS (SELECT 1 FROM interval_day d WHERE d.register_id = s.register_id AND d.day = s.day)
    ON CONFLICT (register_id, day) DO UPDATE SET step_s = excluded.step_s, "values" = excluded."values",
       qualities = excluded.qualities, total = excluded.total, missing = excluded.missing,
       made_from = excluded.made_from, made_at = excluded.made_at
 WHERE (interval_day.step_s, interval_day."values", interval_day.qualities, interval_day.made_from)
       IS DISTINCT FROM (excluded.step_s, excluded."values", excluded.qualities, excluded.made_from)
"""


@dataclass(frozen=True, slots=True)
class LastFinishedDay:
    """The newest finished day before a window: what its energy ends with."""

    day: date
    entry: BelievedReading | None
    exit: BelievedReading | None


def last_finished_days(session: Session, days: Mapping[int, date]) -> dict[int, LastFinishedDay]:
    """For each register the newest finished day before the given one."""
    rows = session.execute(BEFORE, {"ids": list(days), "days": list(days.values())})
    return {
        row.register_id: LastFinishedDay(row.day, _point(row.made_from.get("entry")), _point(row.made_from.get("exit")))
        for row in rows
    }


def _point(parts: Sequence[int] | None) -> BelievedReading | None:
    return BelievedReading(*parts) if parts else None


def store_days(session: Session, days: Sequence[RegisterDay]) -> int:
    """Write finished days; those that are as they were are not touched. How many changed."""
    if not days:
        return 0
    with driver(session).cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("TRUNCATE staged_day")
        columns = '(register_id, day, step_s, "values", qualities, total, missing, made_from)'
        with cursor.copy(f"COPY staged_day {columns} FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "date", "int2", "bytea", "bytea", "int8", "int2", "jsonb"])
            for day in days:
                copy.write_row(
                    (
                        day.register_id,
                        day.day,
                        day.step_s,
                        day.values,
                        day.qualities,
                        day.total,
                        day.missing,
                        _made_from(day),
                    )
                )
        cursor.execute(UPSERT)
        return cursor.rowcount


def _made_from(day: RegisterDay) -> Jsonb:
    origin: dict[str, Any] = {"readings": day.count}
    if day.entry:
        origin["entry"] = [day.entry.at_ms, day.entry.value, day.entry.quality]
    if day.exit:
        origin["exit"] = [day.exit.at_ms, day.exit.value, day.exit.quality]
    if day.rejected:
        origin["rejected"] = day.rejected
    if day.shared:
        origin["shared"] = [[shared_step.step, shared_step.mounted_ms, shared_step.value] for shared_step in day.shared]
    return Jsonb(origin)
