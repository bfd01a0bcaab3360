"""What is known around gaps: visits that read nothing, when a register was read, messages that were refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# the last visit in each gap
VISITS = text("""
SELECT g.place, v.cause
  FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS timestamptz[]), cast(:afters AS timestamptz[]))
       WITH ORDINALITY AS g(register_id, first, after, place)
  JOIN LATERAL (SELECT cause FROM unread_visit u
                 WHERE u.register_id = g.register_id AND u.at >= g.first AND u.at <= g.after
                 ORDER BY u.at DESC LIMIT 1) v ON true
""")
LAST_READINGS = text("""
SELECT r.id, array(SELECT DISTINCT at FROM reading_kept k WHERE k.register_id = r.id ORDER BY at DESC LIMIT 5) AS times
  FROM unnest(cast(:registers AS bigint[])) AS r(id)
""")
REFUSED = text("""
SELECT g.place
  FROM unnest(cast(:gateways AS text[]), cast(:firsts AS timestamptz[]), cast(:afters AS timestamptz[]))
       WITH ORDINALITY AS g(gateway, first, after, place)
 WHERE g.gateway <> '' AND EXISTS (
       SELECT 1 FROM quarantine q
        WHERE q.gateway = g.gateway AND q.gateway <> '' AND q.resolved = '' AND q.register_id IS NULL
          AND q.created_at >= g.first AND q.created_at <= g.after + interval '1 day')
""")


def unread_causes(session: Session, gaps: Sequence[tuple[int, datetime, datetime]]) -> dict[int, str]:
    """Place of a gap (register, first, after) -> why somebody who stood there could not read the meter."""
    registers, firsts, afters = zip(*gaps, strict=True)
    values = {"registers": list(registers), "firsts": list(firsts), "afters": list(afters)}
    return {row.place - 1: row.cause for row in session.execute(VISITS, values)}


def last_readings(session: Session, registers: Iterable[int]) -> dict[int, list[datetime]]:
    """Register -> when it was read last, the newest first."""
    rows = session.execute(LAST_READINGS, {"registers": sorted(set(registers))})
    return {row.id: list(row.times) for row in rows}


def refused_in(session: Session, gaps: Sequence[tuple[str, datetime, datetime]]) -> set[int]:
    """Places of the gaps (gateway, first, after) in which a message of the gateway was refused."""
    gateways, firsts, afters = zip(*gaps, strict=True)
    values = {"gateways": list(gateways), "firsts": list(firsts), "afters": list(afters)}
    return {row.place - 1 for row in session.execute(REFUSED, values)}
