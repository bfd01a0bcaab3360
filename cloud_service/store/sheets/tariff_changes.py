"""Tariffs of connections as sheets change them: which connection a row means, what is planned, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

CONNECTIONS = text(
    """
    SELECT k.id, k.number, lower(k.during) AS start, upper(k.during) AS end
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
     WHERE c.legal_entity_id = :entity
       AND (:number = '' OR k.number = :number)
       AND (cast(:point AS bigint) IS NULL OR k.service_point_id = :point)
     ORDER BY k.during @> cast(:day AS date) DESC, k.id
     LIMIT 1
    """
)
ASSIGNMENTS = text(
    """
    SELECT x.id, x.tariff_id, t.code AS tariff, lower(x.during) AS start
      FROM tariff_assignment x
      JOIN tariff t ON t.id = x.tariff_id
     WHERE x.contract_id = :contract AND x.role = 'supply' AND (upper(x.during) IS NULL OR upper(x.during) > :day)
     ORDER BY x.during
    """
)
TAKE_OUT = text(
    """
    DELETE FROM tariff_assignment
     WHERE id = :id
    RETURNING contract_id AS contract, role, lower(during) AS start, upper(during) AS end
    """
)
GO_ON = text(
    """
    UPDATE tariff_assignment
       SET during = daterange(lower(during), :end)
     WHERE contract_id = :contract AND role = :role AND tariff_id = :tariff AND upper(during) = :start
    RETURNING id
    """
)
PUT_IN = text(
    """
    INSERT INTO tariff_assignment (contract_id, tariff_id, role, during)
    VALUES (:contract, :tariff, :role, daterange(:start, :end))
    """
)


@dataclass(frozen=True, slots=True)
class KnownConnection:
    """A connection with its days."""

    id: int
    number: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class KnownAssignment:
    """Which tariff prices a connection from a day on."""

    id: int
    tariff_id: int
    tariff: str
    start: date


def connection_of(
    session: Session, entity_id: int, *, number: str, point_id: int | None, day: date
) -> KnownConnection | None:
    """The connection of that number, or at that service point: one that runs on the day, where there is one."""
    values = {"entity": entity_id, "number": number, "point": point_id, "day": day}
    row = session.execute(CONNECTIONS, values).mappings().one_or_none()
    return KnownConnection(**row) if row else None


def assignments_from(session: Session, contract_id: int, day: date) -> list[KnownAssignment]:
    """The tariff of that day, and those that are planned after it."""
    rows = session.execute(ASSIGNMENTS, {"contract": contract_id, "day": day}).mappings()
    return [KnownAssignment(**row) for row in rows]


def put_back(session: Session, changes: Sequence[tuple[int, int]]) -> None:
    """Of each (assignment, tariff before it), the newest first: the days have the tariff before it again."""
    for assignment_id, tariff_id in changes:
        row = session.execute(TAKE_OUT, {"id": assignment_id}).mappings().one_or_none()
        if row is not None:
            span = {**row, "tariff": tariff_id}
            if session.execute(GO_ON, span).first() is None:
                session.execute(PUT_IN, span)
