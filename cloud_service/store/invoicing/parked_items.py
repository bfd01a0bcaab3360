"""Items that runs have parked for want of readings: which may come back, and which have waited long enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.unbilled_days import EARLIER_UNBILLED, HISTORY_CHANGED, TERMS_CHANGED
from common.period import Span

WANT_OF_READINGS = ("missing_days", "missing_intervals", "missing_index", "no_meter")
# what may be right at another try: changed between rating and issuing, or built on days that were not billed yet
AGAIN = ("readings_changed", TERMS_CHANGED, HISTORY_CHANGED, EARLIER_UNBILLED)
AT_ONCE = 5000

PARKED = """
    SELECT b.id, b.contract_id, lower(b.during) AS start, upper(b.during) AS end, b.reason
      FROM billing_run r
      JOIN billing_item b ON b.billing_run_id = r.id AND b.state = 'parked' AND b.code <> ''
     WHERE r.legal_entity_id = :entity AND NOT r.dry_run AND r.state <> 'cancelled' AND upper(b.during) > :since
"""
# a day that was made while an item was being rated may not have been seen: some minutes are looked at twice
BETTER = text(
    f"""
    {PARKED}
       AND (b.code = ANY(:again) OR (b.code = ANY(:codes) AND EXISTS (
           SELECT 1
             FROM contract c
             JOIN meter_mount m ON m.service_point_id = c.service_point_id
             JOIN register g ON g.meter_id = m.meter_id AND g.billed
             JOIN interval_day d ON d.register_id = g.id AND d.day >= lower(b.during) AND d.day < upper(b.during)
            WHERE c.id = b.contract_id AND d.made_at > b.parked_at - interval '15 minutes')))
     ORDER BY b.id
     LIMIT :limit
    """  # noqa: S608 - put together from this module's own words
)
OVERDUE = text(
    f"""
    {PARKED}
       AND b.code = ANY(:codes) AND upper(b.during) <= :until
     ORDER BY b.id
     LIMIT :limit
    """
)
SUPERSEDE = text(
    """
    UPDATE billing_item SET state = 'cancelled', reason = 'it can be billed now: a later run bills these days'
     WHERE id = ANY(:ids) AND state = 'parked'
    RETURNING id
    """
)
EMPTIED = text(
    """
    UPDATE billing_run r SET state = 'done', finished_at = now()
     WHERE r.id IN (SELECT billing_run_id FROM billing_item WHERE id = ANY(:ids)) AND r.state = 'rated'
       AND NOT EXISTS (SELECT 1 FROM billing_item b
                        WHERE b.billing_run_id = r.id AND b.state IN ('waiting', 'rated', 'parked'))
    """
)


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """A contract and days that a run has parked."""

    id: int
    contract_id: int
    span: Span
    reason: str


def with_new_readings(session: Session, entity_id: int, since: date) -> list[ParkedItem]:
    """Those whose days changed since they were parked; `since`: their days end after it."""
    values = {"entity": entity_id, "since": since, "codes": list(WANT_OF_READINGS), "again": list(AGAIN)}
    return _items(session, BETTER, values)


def overdue(session: Session, entity_id: int, since: date, until: date) -> list[ParkedItem]:
    """Those that lack readings, of days that ended by a day."""
    values = {"entity": entity_id, "since": since, "until": until, "codes": list(WANT_OF_READINGS)}
    return _items(session, OVERDUE, values)


def _items(session: Session, query: TextClause, values: dict[str, object]) -> list[ParkedItem]:
    rows = session.execute(query, values | {"limit": AT_ONCE})
    return [ParkedItem(row.id, row.contract_id, Span(row.start, row.end), row.reason) for row in rows]


def supersede(session: Session, ids: Sequence[int]) -> int:
    """A later run bills their days: they are parked no more, and a run with nothing left is over. How many were."""
    superseded = len(session.execute(SUPERSEDE, {"ids": list(ids)}).all())
    session.execute(EMPTIED, {"ids": list(ids)})
    return superseded
