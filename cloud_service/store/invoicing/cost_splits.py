"""Splits of common costs as rows, and what meters of members and masters counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from common.period import Span

PUT = text(
    """
    INSERT INTO cost_split (legal_entity_id, name, document, author)
    VALUES (:entity, :name, :document, :author)
    ON CONFLICT (legal_entity_id, name) DO UPDATE SET document = :document, author = :author
    RETURNING id
    """
)
GET = text("SELECT name, document, legal_entity_id FROM cost_split WHERE id = :id")
FIND = text("SELECT id FROM cost_split WHERE name = :name ORDER BY id LIMIT 1")
CONTRACTS = text(
    """
    SELECT k.number, k.id
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
     WHERE k.number = ANY(:numbers) AND c.legal_entity_id = :entity
    """
)
SPLITS = text(
    """
    SELECT id, name, document
      FROM cost_split
     WHERE cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities)
     ORDER BY name
    """
)
# Both count the billed import registers of the meters mounted on each day, times their multiplier; a day lies where
# its site's time says.
USED_BY_CONTRACTS = text(
    """
    SELECT c.id AS owner, sum(d.total * m.multiplier) / 1000 AS used
      FROM contract c
      JOIN service_point p ON p.id = c.service_point_id
      JOIN site s ON s.id = p.site_id
      JOIN meter_mount m ON m.service_point_id = p.id
      JOIN register r ON r.meter_id = m.meter_id AND r.billed AND r.direction = 'import'
      JOIN interval_day d ON d.register_id = r.id AND d.day >= :start AND d.day < :end
       AND m.during && tstzrange(d.day::timestamp AT TIME ZONE s.timezone,
                                 (d.day + 1)::timestamp AT TIME ZONE s.timezone)
     WHERE c.id = ANY(:ids) AND c.during @> d.day
     GROUP BY c.id
    """
)
USED_AT_POINT = text(
    """
    SELECT p.id AS owner, sum(d.total * m.multiplier) / 1000 AS used
      FROM service_point p
      JOIN site s ON s.id = p.site_id
      JOIN meter_mount m ON m.service_point_id = p.id
      JOIN register r ON r.meter_id = m.meter_id AND r.billed AND r.direction = 'import'
      JOIN interval_day d ON d.register_id = r.id AND d.day >= :start AND d.day < :end
       AND m.during && tstzrange(d.day::timestamp AT TIME ZONE s.timezone,
                                 (d.day + 1)::timestamp AT TIME ZONE s.timezone)
     WHERE p.name = :name OR p.grid_id = :name
     GROUP BY p.id
    """
)


def put_split(session: Session, entity_id: int, name: str, document: dict[str, Any], author: str) -> int:
    """Keep a document under its name."""
    values = {"entity": entity_id, "name": name, "document": Jsonb(document), "author": author}
    return int(session.execute(PUT, values).scalar_one())


@dataclass(frozen=True, slots=True)
class StoredSplit:
    """A split as it is kept."""

    name: str
    document: dict[str, Any]  # a `domain.invoicing.cost_allocation.CostSplit`
    legal_entity_id: int


@dataclass(frozen=True, slots=True)
class ListedSplit:
    """A split in the list of them all."""

    id: int
    name: str
    document: dict[str, Any]  # a `domain.invoicing.cost_allocation.CostSplit`


def get_split(session: Session, split_id: int) -> StoredSplit:
    """The split of that id."""
    row = session.execute(GET, {"id": split_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no split {split_id}")
    return StoredSplit(**row)


def splits(session: Session, scope: Scope) -> list[ListedSplit]:
    """All splits that the reader may know of, by name."""
    rows = session.execute(SPLITS, {"entities": None if scope.entities is None else list(scope.entities)})
    return [ListedSplit(**row) for row in rows.mappings()]


def find_split(session: Session, name: str) -> int:
    """The split of that name."""
    split_id: int | None = session.execute(FIND, {"name": name}).scalar_one_or_none()
    if split_id is None:
        raise NotFoundError(f"there is no split {name}")
    return split_id


def contract_ids(session: Session, entity_id: int, numbers: Sequence[str]) -> dict[str, int]:
    """Number -> id of the contracts of a legal entity; an unknown number is refused."""
    values = {"numbers": list(numbers), "entity": entity_id}
    ids = {row.number: row.id for row in session.execute(CONTRACTS, values)}
    missing = sorted(set(numbers) - set(ids))
    if missing:
        raise InputError(f"there is no contract {missing[0]}", path="members")
    return {number: ids[number] for number in numbers}


def consumption(session: Session, ids: Sequence[int], span: Span) -> dict[int, Decimal]:
    """What the contracts' meters counted on their days of the span."""
    rows = session.execute(USED_BY_CONTRACTS, {"ids": list(ids), "start": span.start, "end": span.end})
    return {row.owner: Decimal(row.used) for row in rows}


def point_consumption(session: Session, name: str, span: Span) -> Decimal:
    """What the meter at a service point counted."""
    row = session.execute(USED_AT_POINT, {"name": name, "start": span.start, "end": span.end}).one_or_none()
    if row is None:
        raise InputError(f"nothing was counted at {name!r} in these days", path="master")
    return Decimal(row.used)
