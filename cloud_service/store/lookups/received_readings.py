"""The readings of a register between two instants as they were received."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

READINGS = text("""
SELECT r.at, r.value, r.step_s, r.quality, r.source, r.received_at, coalesce(n.author, f.author, '') AS author,
       coalesce(n.reason, f.name, '') AS reason, b.source IS NOT NULL AS counts
  FROM reading r
  LEFT JOIN reading_best b ON b.register_id = :register AND b.at >= :start AND b.at < :end
       AND b.at = r.at AND b.source = r.source AND b.sequence = r.sequence
  LEFT JOIN reading_note n ON r.source = 0 AND n.id = r.sequence
  LEFT JOIN import_file f ON r.source < 0 AND f.id = -r.source
 WHERE r.register_id = :register AND r.at >= :start AND r.at < :end
 ORDER BY r.at, r.received_at
""")


@dataclass(frozen=True, slots=True)
class FiledReading:
    """A reading as it came; `value` in thousandths, `step_s` is 0 for an index."""

    at: datetime
    value: int
    step_s: int
    quality: int
    source: int  # of a gateway where it is above 0
    received_at: datetime
    author: str  # who entered it by hand or took its file in
    reason: str  # why by hand, or the file's name
    counts: bool


def readings_between(session: Session, register_id: int, instants: tuple[datetime, datetime]) -> Iterator[FiledReading]:
    """The readings from the first instant to the second, in their order."""
    start, end = instants
    rows = session.execute(READINGS, {"register": register_id, "start": start, "end": end}).mappings()
    return (FiledReading(**row) for row in rows)
