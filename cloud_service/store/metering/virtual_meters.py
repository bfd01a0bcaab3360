"""Virtual meters: registers that are sums and differences of others, made again whenever a part of them was."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.virtual import VirtualTerm, virtual_day
from cloud_service.store.metering.interval_days import store_days

DEPTH_MAX = 8  # virtual meters of virtual meters; a ring would never end
AFFECTED = text("""
SELECT DISTINCT v.register_id, n.day FROM virtual_meter v
 JOIN unnest(cast(:ids AS bigint[]), cast(:days AS date[])) AS n(register_id, day) ON v.during @> n.day
 WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(v.terms->'terms') AS t WHERE (t->>0)::bigint = n.register_id)
""")
TERMS = text("SELECT register_id, terms FROM virtual_meter WHERE register_id = ANY(:ids)")
PARTS = text("""
SELECT register_id, day, step_s, "values", qualities FROM interval_day
 WHERE register_id = ANY(:ids) AND day = ANY(:days)
""")


def remake_virtual_days(session: Session, windows: Iterable[WindowDays]) -> int:
    """Make the virtual days that days just made are part of; how many."""
    changed = [(day.register_id, day.day) for window in windows for day in window.days]
    count = 0
    for _ in range(DEPTH_MAX):
        changed = _make(session, changed)
        count += len(changed)
        if not changed:
            break
    return count


def _make(session: Session, changed: Sequence[tuple[int, date]]) -> list[tuple[int, date]]:
    values = {"ids": [register for register, _ in changed], "days": [day for _, day in changed]}
    affected = [(row.register_id, row.day) for row in session.execute(AFFECTED, values)]
    if not affected:
        return []
    terms = {
        row.register_id: [VirtualTerm(int(register_id), str(factor)) for register_id, factor in row.terms["terms"]]
        for row in session.execute(TERMS, {"ids": [register for register, _ in affected]})
    }
    ids = sorted({term.register_id for many in terms.values() for term in many})
    rows = session.execute(PARTS, {"ids": ids, "days": sorted({day for _, day in affected})})
    steps_by_day = {(row.register_id, row.day): (row.step_s, bytes(row.values), bytes(row.qualities)) for row in rows}
    days = [virtual_day(register, day, terms[register], steps_by_day) for register, day in affected]
    store_days(session, [day for day in days if day])
    return [(day.register_id, day.day) for day in days if day]
