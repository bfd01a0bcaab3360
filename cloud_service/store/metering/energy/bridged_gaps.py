"""Time between two indexes that were read: how it was spread over the days is estimated, the energy between is not."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.windows import RegisterWindow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EDGE = timedelta(days=1)  # an index read within a day of a span's edge counts as read there
# Days with the same last reading (`exit`) lie between it and the next one; a gap that the window cuts is no bridge.
BRIDGED = text("""
WITH w AS MATERIALIZED (
     SELECT * FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS date[]), cast(:afters AS date[]),
                          cast(:from_ms AS bigint[]), cast(:until_ms AS bigint[]), cast(:places AS bigint[]))
                AS w(register_id, first, after, from_ms, until_ms, place)),
     d AS (
     SELECT w.place, coalesce((d.made_from->'exit'->>0)::bigint, 0) AS exit_ms,
            max(coalesce((d.made_from->'exit'->>2)::int, 0)) AS exit_quality,
            max(coalesce((d.made_from->'entry'->>2)::int, 0)) AS entry_quality,
            min((d.made_from->'entry'->>0)::bigint) AS entry_ms,
            sum((length(encode(d.qualities, 'hex')) - length(replace(encode(d.qualities, 'hex'), '02', ''))) / 2
                * d.step_s::bigint) AS estimated_s
       FROM w JOIN interval_day d ON d.register_id = w.register_id AND d.day >= w.first AND d.day < w.after
      WHERE d.register_id = ANY(:registers) AND d.day >= :first AND d.day < :after
        AND ltrim(d.qualities, '\\x00'::bytea) <> ''
      GROUP BY w.place, 2),
     g AS (
     SELECT d.*, lead(exit_ms) OVER p AS next_ms, lead(exit_quality) OVER p AS next_quality,
            row_number() OVER p AS number
       FROM d WINDOW p AS (PARTITION BY place ORDER BY exit_ms))
SELECT g.place, sum(g.estimated_s) AS bridged_s
  FROM g JOIN w ON w.place = g.place
  LEFT JOIN interval_day n ON g.next_ms IS NULL AND n.register_id = w.register_id AND n.day = w.after
       AND (n.made_from->'exit'->>0)::bigint > g.exit_ms
 WHERE g.exit_quality = 0 AND g.entry_quality = 0
   AND coalesce(g.next_quality, (n.made_from->'exit'->>2)::int, 0) = 0
   AND (g.number > 1 OR coalesce(g.entry_ms, w.from_ms) >= w.from_ms - :edge_ms OR g.exit_ms <= w.from_ms + :edge_ms)
   AND (g.number > 1 OR g.exit_ms >= w.from_ms - :edge_ms)
   AND (g.next_ms IS NOT NULL OR g.exit_ms >= w.until_ms - :edge_ms
        OR (n.made_from->'exit'->>0)::bigint <= w.until_ms + :edge_ms)
 GROUP BY g.place
""")


def bridged_seconds(session: Session, windows: Mapping[int, RegisterWindow]) -> dict[int, int]:
    """Key of a window of an index register -> the seconds of it that lie between two indexes that were read."""
    if not windows:
        return {}
    several = list(windows.values())
    values = {
        "registers": [window.register.register_id for window in several],
        "firsts": [window.start for window in several],
        "afters": [window.end for window in several],
        "from_ms": [_ms(window.first) for window in several],
        "until_ms": [_ms(window.after) for window in several],
        "places": list(windows),
        "first": min(window.start for window in several),
        "after": max(window.end for window in several),
        "edge_ms": EDGE // timedelta(milliseconds=1),
    }
    return {row.place: int(row.bridged_s) for row in session.execute(BRIDGED, values)}


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
