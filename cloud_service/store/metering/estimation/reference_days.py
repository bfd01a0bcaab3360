"""The days from which the use of a gap is told: of the register, and of its predecessors at the same place."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation.reference_days import ReferenceDay
from cloud_service.domain.metering.vee.series import Ints
from common.reading import Quality

# Days that hang on an estimate by a rule tell nothing of the use. Of two meters on one day the register's own counts.
DAYS = text("""
WITH here AS (
  SELECT m.service_point_id, m.multiplier, r.id, r.name, r.quantity, r.direction, r.unit, s.timezone
    FROM register r
    JOIN meter_mount m ON m.meter_id = r.meter_id AND m.during && tstzrange(:gap_start, :gap_end)
    JOIN service_point p ON p.id = m.service_point_id
    JOIN site s ON s.id = p.site_id
   WHERE r.id = :register
   ORDER BY lower(m.during) DESC LIMIT 1)
SELECT DISTINCT ON (d.day) d.day, d.step_s, d."values", d.qualities, o.kind, n.multiplier AS theirs,
       h.multiplier AS ours
  FROM here h
  JOIN meter_mount n ON n.service_point_id = h.service_point_id
  JOIN register o ON o.meter_id = n.meter_id AND o.quantity = h.quantity AND o.direction = h.direction
   AND o.unit = h.unit AND (o.id = h.id OR o.name = h.name OR (o.billed AND NOT EXISTS (
       SELECT 1 FROM register q WHERE q.meter_id = o.meter_id AND q.id <> o.id AND q.billed
          AND q.direction = o.direction AND q.quantity = o.quantity)))
  JOIN interval_day d ON d.register_id = o.id AND d.missing = 0
   AND ((d.day >= :start AND d.day < :end) OR (d.day >= :year_start AND d.day < :year_end))
   AND n.during @> tstzrange(d.day::timestamp AT TIME ZONE h.timezone, (d.day + 1)::timestamp AT TIME ZONE h.timezone)
   AND coalesce((d.made_from->'entry'->>2)::int, 0) < 2 AND coalesce((d.made_from->'exit'->>2)::int, 0) < 2
 ORDER BY d.day, (o.id <> h.id), lower(n.during) DESC
""")


def reference_days(
    session: Session, register_id: int, gap: tuple[datetime, datetime], near: tuple[date, date], year: tuple[date, date]
) -> list[ReferenceDay]:
    """The days without a gap near an estimate and a year before, ascending; `near` and `year` end the day before."""
    values = {
        "register": register_id, "gap_start": gap[0], "gap_end": gap[1], "start": near[0], "end": near[1],
        "year_start": year[0], "year_end": year[1],
    }  # fmt: skip
    days = []
    for row in session.execute(DAYS, values):
        measured = not bytes(row.qualities).count(Quality.ESTIMATED)
        if measured or row.kind == "index":
            steps = _in_our_units(np.frombuffer(bytes(row.values), dtype="<i8"), row.theirs, row.ours)
            days.append(ReferenceDay(row.day, row.step_s, steps, measured))
    return days


def _in_our_units(steps: Ints, theirs: Decimal, ours: Decimal) -> Ints:
    """What a meter before counted, as this one would have, whose transformers have another ratio."""
    if theirs == ours:
        return steps.astype(np.int64)
    return np.array([int(value * theirs / ours) for value in steps.tolist()], dtype=np.int64)
