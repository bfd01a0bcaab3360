"""Days of registers that are not complete: those that nobody made as spans, those with holes with their steps."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.gap_runs import HoledDays
from cloud_service.domain.metering.energy.split_days import PackedDay
from cloud_service.domain.metering.energy.windows import RegisterWindow
from common.period import Span, local_day

ONE_DAY = timedelta(days=1)
ABSENT = text("""
WITH n AS MATERIALIZED (
     SELECT * FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS date[]), cast(:lasts AS date[]))
                AS n(register_id, first, last)
      WHERE (SELECT count(*) FROM interval_day d
              WHERE d.register_id = n.register_id AND d.day >= n.first AND d.day <= n.last) <= n.last - n.first),
     a AS (SELECT DISTINCT n.register_id, g.day::date AS day
             FROM n CROSS JOIN generate_series(n.first::timestamp, n.last::timestamp, interval '1 day') AS g(day)
            WHERE NOT EXISTS (SELECT 1 FROM interval_day d
                               WHERE d.register_id = n.register_id AND d.day = g.day::date)),
     i AS (SELECT register_id, day, day - (row_number() OVER (PARTITION BY register_id ORDER BY day))::int AS island
             FROM a)
SELECT register_id, min(day) AS start, max(day) + 1 AS "end" FROM i GROUP BY register_id, island ORDER BY 1, 2
""")
HOLED = text("""
SELECT DISTINCT d.register_id, d.day, d.step_s, d.qualities
  FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS date[]), cast(:lasts AS date[]))
    AS n(register_id, first, last)
  JOIN interval_day d ON d.register_id = n.register_id AND d.day >= n.first AND d.day <= n.last
 WHERE d.missing > 0 AND d.register_id = ANY(:registers) AND d.day >= :first AND d.day <= :last
""")


def holed_days(session: Session, windows: Iterable[RegisterWindow]) -> dict[int, HoledDays]:
    """Register -> its days within the windows that are not complete."""
    several = list(windows)
    if not several:
        return {}
    firsts = [local_day(window.first, window.register.timezone) for window in several]
    lasts = [_last_day(window) for window in several]
    values = {
        "registers": [window.register.register_id for window in several],
        "firsts": firsts,
        "lasts": lasts,
        "first": min(firsts),
        "last": max(lasts),
    }
    absent: dict[int, list[Span]] = {}
    for row in session.execute(ABSENT, values):
        absent.setdefault(row.register_id, []).append(Span(row.start, row.end))
    holed: dict[int, list[PackedDay]] = {}
    for row in session.execute(HOLED, values):
        holed.setdefault(row.register_id, []).append(PackedDay(row.day, row.step_s, b"", bytes(row.qualities)))
    return {
        register: HoledDays(tuple(absent.get(register, ())), tuple(holed.get(register, ())))
        for register in absent.keys() | holed.keys()
    }


def _last_day(window: RegisterWindow) -> date:
    return max((*window.split, *([window.end - ONE_DAY] if window.start < window.end else [])))
