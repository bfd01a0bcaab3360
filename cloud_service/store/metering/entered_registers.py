"""The registers of a meter that comes or goes, with the readings next to that moment."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.mount_entry import EnteredRegister
from cloud_service.domain.metering.vee.series import BelievedReading
from cloud_service.store.metering.register_rules import rules_of

LOOK = timedelta(days=800)  # a reading further away is none to compare with
# estimates give way to an index that a person saw, and what is in quarantine is not believed
_BELIEVED = """
SELECT b.at, b.value FROM reading_best b WHERE b.register_id = r.id AND b.quality <= 1 AND NOT EXISTS (SELECT 1
  FROM quarantine q WHERE q.register_id = r.id AND q.at = b.at AND q.value = b.value AND q.resolved = '')
"""
REGISTERS = text(f"""
SELECT r.id, r.name, before.at AS before_at, before.value AS before, after.at AS after_at, after.value AS after
  FROM register r
  LEFT JOIN LATERAL ({_BELIEVED} AND b.at >= :since AND b.at < :at ORDER BY b.at DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL ({_BELIEVED} AND b.at > :at AND b.at <= :until ORDER BY b.at LIMIT 1) after ON true
 WHERE r.meter_id = :meter ORDER BY r.id
""")  # noqa: S608 - put together from this module's own words


def entered_registers(
    session: Session, meter_id: int, at: datetime, *, mounted: datetime | None = None
) -> list[EnteredRegister]:
    """The registers of a meter at a moment; readings from before its mount are not of this life of the meter."""
    since = max(mounted, at - LOOK) if mounted else at - LOOK
    values = {"meter": meter_id, "at": at, "since": since, "until": at + LOOK}
    rows = session.execute(REGISTERS, values).all()
    rules = rules_of(session, [row.id for row in rows])
    return [
        EnteredRegister(row.name, rules[row.id], _reading(row.before_at, row.before), _reading(row.after_at, row.after))
        for row in rows
    ]


def _reading(at: datetime | None, value: int | None) -> BelievedReading | None:
    return None if at is None or value is None else BelievedReading(int(at.timestamp() * 1000), value, 0)
