"""Splits of common costs as rows, their members' contracts and who else had the same flats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.cost_stays import PlacedContract
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
GET = text("SELECT name, document, legal_entity_id FROM cost_split WHERE id = :id FOR UPDATE")
FIND = text(
    """
    SELECT id
      FROM cost_split
     WHERE name = :name AND (cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity)
     ORDER BY id
     LIMIT 2
    """
)
_PLACED = """
    SELECT k.id, k.number, k.service_point_id AS point_id, p.name AS place, lower(k.during) AS start,
           upper(k.during) AS end, k.vacancy, a.currency
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
      JOIN service_point p ON p.id = k.service_point_id
"""
MEMBERS = text(f"{_PLACED} WHERE k.number = ANY(:numbers) AND c.legal_entity_id = :entity")
NEIGHBOURS = text(
    f"""
    {_PLACED}
     WHERE k.service_point_id = ANY(:points) AND k.during && daterange(:start, :end)
     ORDER BY lower(k.during)
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


def find_split(session: Session, name: str, entity_id: int | None = None) -> int:
    """The split of that name; one that several companies have is refused unless one of them is named."""
    ids = [row.id for row in session.execute(FIND, {"name": name, "entity": entity_id})]
    if not ids:
        raise NotFoundError(f"there is no split {name}")
    if len(ids) > 1:
        raise InputError(
            f"several companies have a split {name}", path="name", hint="say which by --entity: `entity list`"
        )
    return int(ids[0])


def members_of(session: Session, entity_id: int, numbers: Sequence[str]) -> list[PlacedContract]:
    """The contracts of a legal entity by their numbers, in that order; an unknown number is refused."""
    rows = session.execute(MEMBERS, {"numbers": list(numbers), "entity": entity_id}).mappings()
    by_number = {row["number"]: PlacedContract(**row) for row in rows}
    missing = sorted(set(numbers) - set(by_number))
    if missing:
        raise InputError(f"there is no contract {missing[0]}", path="members")
    return [by_number[number] for number in numbers]


def neighbours_of(session: Session, members: Sequence[PlacedContract], span: Span) -> list[PlacedContract]:
    """The other contracts that run at the members' service points in a span."""
    points = sorted({member.point_id for member in members})
    rows = session.execute(NEIGHBOURS, {"points": points, "start": span.start, "end": span.end}).mappings()
    ids = {member.id for member in members}
    return [PlacedContract(**row) for row in rows if row["id"] not in ids]
