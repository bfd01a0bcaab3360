"""Time between two indexes that were read: how it was spread over the days is estimated, the energy between is not."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.windows import RegisterWindow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EDGE = timedelta(days=1)  # an index read within a day of a span's edge counts as read there
# Days with the same last reading (`exit`) lie between it and the next one; a gap that the window cuts is no bridge.
# On the day of a reading itself the one before it (`entry`) has a say too.
BRIDGED = text("""
WITH w AS MATERIALIZED (
     SELECT * FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS date[]), cast(:afters AS date[]),
                          cast(:from_ms AS bigint[]), cast(:until_ms AS bigint[]), cast(:places AS bigint[]))
                AS w(register_id, first, after, from_ms, until_ms, place)),
     o AS (
     SELECT w.place, coalesce((d.made_from->'exit'->>0)::bigint, 0) AS exit_ms,
            coalesce((d.made_from->'entry'->>0)::bigint, w.from_ms) AS entry_ms,
            coalesce((d.made_from->'exit'->>2)::int, 0) AS exit_quality,
            coalesce((d.made_from->'entry'->>2)::int, 0) AS entry_quality, d.step_s,
            encode(d.qualities, 'hex') AS codes
       FROM w JOIN interval_day d ON d.register_id = w.register_id AND d.day >= w.first AND d.day < w.after
      WHERE d.register_id = ANY(:registers) AND d.day >= :first AND d.day < :after
        AND ltrim(d.qualities, '\\x00'::bytea) <> ''),
     d AS (
     SELECT place, exit_ms, entry_ms, max(exit_quality) AS exit_quality, max(entry_quality) AS entry_quality,
            sum((length(codes) - length(replace(codes, '02', ''))) / 2 * step_s::bigint) AS estimated_s
       FROM o GROUP BY place, exit_ms, entry_ms),
     e AS (
     SELECT place, exit_ms, lead(exit_ms) OVER p AS next_ms, lead(max(exit_quality)) OVER p AS next_quality
       FROM d GROUP BY place, exit_ms WINDOW p AS (PARTITION BY place ORDER BY exit_ms))
SELECT d.place, sum(d.estimated_s) AS bridged_s
  FROM d JOIN e ON e.place = d.place AND e.exit_ms = d.exit_ms JOIN w ON w.place = d.place
  LEFT JOIN interval_day n ON e.next_ms IS NULL AND n.register_id = w.register_id AND n.day = w.after
       AND (n.made_from->'exit'->>0)::bigint > d.exit_ms
 WHERE d.exit_quality = 0 AND coalesce(e.next_quality, (n.made_from->'exit'->>2)::int, 0) = 0
   AND d.exit_ms >= w.from_ms - :edge_ms
   AND (d.entry_ms = d.exit_ms OR d.exit_ms <= w.from_ms + :edge_ms
        OR (d.entry_quality = 0 AND d.entry_ms >= w.from_ms - :edge_ms))
   AND (e.next_ms IS NOT NULL OR d.exit_ms >= w.until_ms - :edge_ms
        OR (n.made_from->'exit'->>0)::bigint <= w.until_ms + :edge_ms)
 GROUP BY d.place
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
