"""Messages of gateways that were refused, told by kind; and that somebody has looked at them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

REFUSED = text(
    """
    SELECT q.reason, count(*) AS messages, min(q.created_at) AS first_at, max(q.created_at) AS last_at,
           (array_agg(q.detail ORDER BY q.id DESC))[1] AS detail
      FROM quarantine q
     WHERE q.gateway = :gateway
       AND q.gateway <> ''
       AND q.resolved = ''
     GROUP BY q.reason
     ORDER BY max(q.id) DESC
    """
)
FORGET = text("DELETE FROM quarantine WHERE register_id IS NULL AND created_at < :before")
LOOKED_AT = text(
    """
    UPDATE quarantine
       SET resolved = 'looked at'
     WHERE gateway = :gateway
       AND gateway <> ''
       AND resolved = ''
       AND created_at <= :until
    RETURNING id
    """
)


@dataclass(frozen=True, slots=True)
class RefusedKind:
    """All messages of one gateway that were refused for one reason and nobody has looked at."""

    reason: str
    messages: int
    first_at: datetime
    last_at: datetime
    detail: str  # of the newest


def refused_kinds(session: Session, gateway: str) -> list[RefusedKind]:
    """What was refused of a gateway, the newest kind first."""
    return [RefusedKind(**row) for row in session.execute(REFUSED, {"gateway": gateway}).mappings()]


def mark_looked_at(session: Session, gateway: str, until: datetime) -> int:
    """Take what was refused up to an instant off the lists; it stays in quarantine. How many messages."""
    return len(session.execute(LOOKED_AT, {"gateway": gateway, "until": until}).all())


def forget(session: Session, before: datetime) -> None:
    """Delete what was refused long ago; values that validation does not believe stay beside their readings."""
    session.execute(FORGET, {"before": before})
