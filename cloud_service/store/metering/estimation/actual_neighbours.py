"""The actual readings next to a span: between two of them estimates are judged together."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.reading_blocks import instant_text

# each register by an index of its own, as far as an estimate may reach; 2 is estimated, 3 an unsure clock, 4 taken back
AROUND = text("""
SELECT w.register_id, (extract(epoch FROM before.at) * 1000)::bigint AS before,
       (extract(epoch FROM after.at) * 1000)::bigint AS after
  FROM unnest(cast(:ids AS bigint[]), cast(:firsts AS timestamptz[]), cast(:lasts AS timestamptz[]))
    AS w(register_id, first_at, last_at)
  LEFT JOIN LATERAL (
    SELECT r.at FROM reading_kept r
     WHERE r.register_id = w.register_id AND r.at < w.first_at AND r.at > w.first_at - interval '400 days'
       AND r.quality < 2 AND r.time_quality <> 3
       AND NOT EXISTS (SELECT 1 FROM reading o WHERE o.register_id = r.register_id AND o.at = r.at
                          AND o.source = 0 AND o.quality = 4)
     ORDER BY r.at DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL (
    SELECT r.at FROM reading_kept r
     WHERE r.register_id = w.register_id AND r.at > w.last_at AND r.at < w.last_at + interval '400 days'
       AND r.quality < 2 AND r.time_quality <> 3
       AND NOT EXISTS (SELECT 1 FROM reading o WHERE o.register_id = r.register_id AND o.at = r.at
                          AND o.source = 0 AND o.quality = 4)
     ORDER BY r.at LIMIT 1) after ON true
""")


def actual_around(session: Session, spans: Mapping[int, tuple[int, int]]) -> dict[int, tuple[int | None, int | None]]:
    """Register -> when it was last really read before a span, and first after it, in milliseconds.

    `spans`: register id -> first and last instant in milliseconds.
    """
    values = {
        "ids": list(spans),
        "firsts": [instant_text(first) for first, _last in spans.values()],
        "lasts": [instant_text(last) for _first, last in spans.values()],
    }
    return {row.register_id: (row.before, row.after) for row in session.execute(AROUND, values)}
