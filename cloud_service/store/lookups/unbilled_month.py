"""Companies that have billed nothing of a month that is over, though connections are billed by the month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNTED = 10_000  # connections; more are as good a reason

UNBILLED = text(
    """
    SELECT e.public_id, e.name, n.connections
      FROM legal_entity e
     CROSS JOIN LATERAL (SELECT count(*) AS connections
                           FROM (SELECT 1
                                   FROM contract k
                                   JOIN account a ON a.id = k.account_id
                                   JOIN client c ON c.id = a.client_id
                                  WHERE c.legal_entity_id = e.id AND k.during @> cast(:last_day AS date)
                                    AND a.billing_cycle = 'monthly'
                                  LIMIT :counted) k) n
     WHERE e.id = ANY(:entities) AND n.connections > 0
       AND NOT EXISTS (SELECT 1
                         FROM billing_run r
                        WHERE r.legal_entity_id = e.id AND NOT r.dry_run AND r.state <> 'cancelled'
                          AND r.during @> cast(:last_day AS date))
     ORDER BY e.id
    """
)


@dataclass(frozen=True, slots=True)
class UnbilledMonth:
    """A company with connections that are billed by the month, and no run of theirs."""

    public_id: UUID
    name: str
    connections: int


def unbilled_months(session: Session, entity_ids: Sequence[int], last_day: date) -> list[UnbilledMonth]:
    """The companies of these that no run bills on the last day of a month."""
    values = {"entities": list(entity_ids), "last_day": last_day, "counted": COUNTED}
    return [UnbilledMonth(**row) for row in session.execute(UNBILLED, values).mappings()]
