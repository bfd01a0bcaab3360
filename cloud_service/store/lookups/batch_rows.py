"""What an action on many rows has to know of one of them beforehand."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

CONTRACT_ON = text("""
SELECT c.legal_entity_id AS entity_id, coalesce(t.code, '') AS tariff, upper(k.during) AS "end",
       EXISTS (SELECT 1 FROM tariff_assignment l
                WHERE l.contract_id = k.id AND l.role = 'supply' AND lower(l.during) > :day) AS later_tariff
  FROM contract k
  JOIN account a ON a.id = k.account_id
  JOIN client c ON c.id = a.client_id
  LEFT JOIN tariff_assignment x ON x.contract_id = k.id AND x.role = 'supply' AND x.during @> cast(:day AS date)
  LEFT JOIN tariff t ON t.id = x.tariff_id
 WHERE k.id = :id
""")


@dataclass(frozen=True, slots=True)
class ContractOnDay:
    """A contract on a day: whose it is, by which tariff, when it ends, and whether another tariff follows."""

    entity_id: int
    tariff: str
    end: date | None
    later_tariff: bool


def contract_on(session: Session, contract_id: int, day: date) -> ContractOnDay:
    """The contract as it stands on that day."""
    return ContractOnDay(**session.execute(CONTRACT_ON, {"id": contract_id, "day": day}).mappings().one())
