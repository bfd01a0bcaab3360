"""Splits of common costs as rows, and what meters of members and masters counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import convert
from psycopg.types.json import Jsonb
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SharedStep, SpanReadings
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from common.period import Span
from common.reading import Kind

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
# its site's time says. Days on which the meter hung all day are summed here, the others step by step below.
_COUNTED = """
      JOIN site s ON s.id = p.site_id
      JOIN meter_mount m ON m.service_point_id = p.id
      JOIN register r ON r.meter_id = m.meter_id AND r.billed AND r.direction = 'import'
      JOIN interval_day d ON d.register_id = r.id AND d.day >= :start AND d.day < :end
     CROSS JOIN LATERAL (SELECT tstzrange(d.day::timestamp AT TIME ZONE s.timezone,
                                          (d.day + 1)::timestamp AT TIME ZONE s.timezone) AS whole) day
"""
_OF_CONTRACTS = (
    "FROM contract c JOIN service_point p ON p.id = c.service_point_id"
    + _COUNTED
    + "WHERE c.id = ANY(:ids) AND c.during @> d.day"
)
_AT_POINT = "FROM service_point p" + _COUNTED + "WHERE (p.name = :name OR p.grid_id = :name)"
_WHOLE = "sum(d.total * m.multiplier) / 1000 AS used"
_PART = """
    lower(m.during) AS mounted, upper(m.during) AS dismounted, m.multiplier, d.register_id, d.day, d.step_s, d."values",
    d.made_from->'shared' AS shared, s.timezone AS zone
"""
USED_BY_CONTRACTS = text(f"SELECT c.id AS owner, {_WHOLE} {_OF_CONTRACTS} AND m.during @> day.whole GROUP BY c.id")
PARTS_OF_CONTRACTS = text(
    f"SELECT c.id AS owner, {_PART} {_OF_CONTRACTS} AND m.during && day.whole AND NOT m.during @> day.whole"
)
USED_AT_POINT = text(f"SELECT p.id AS owner, {_WHOLE} {_AT_POINT} AND m.during @> day.whole GROUP BY p.id")
PARTS_AT_POINT = text(
    f"SELECT p.id AS owner, {_PART} {_AT_POINT} AND m.during && day.whole AND NOT m.during @> day.whole"
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
    values = {"ids": list(ids), "start": span.start, "end": span.end}
    return _used(session, USED_BY_CONTRACTS, PARTS_OF_CONTRACTS, values)


def point_consumption(session: Session, name: str, span: Span) -> Decimal:
    """What the meter at a service point counted."""
    values = {"name": name, "start": span.start, "end": span.end}
    used = _used(session, USED_AT_POINT, PARTS_AT_POINT, values)
    if not used:
        raise InputError(f"nothing was counted at {name!r} in these days", path="master")
    if len(used) > 1:
        raise InputError(
            f"{len(used)} service points are called {name!r}", path="master", hint="name it by its grid id"
        )
    return next(iter(used.values()))


def _used(session: Session, whole: TextClause, parts: TextClause, values: dict[str, Any]) -> dict[int, Decimal]:
    """Owner -> what was counted: whole days, and of the days of an exchange each mount's own steps."""
    used = {row.owner: Decimal(row.used) for row in session.execute(whole, values)}
    for row in session.execute(parts, values):
        used[row.owner] = used.get(row.owner, Decimal(0)) + _part_of_day(row)
    return used


def _part_of_day(row: Any) -> Decimal:
    """What a register counted on a day while it hung there, times the multiplier of that mount."""
    register = MountedRegister(
        register_id=row.register_id, name="", quantity="", direction="import", unit="", kind=Kind.INDEX, digits=None,
        step_s=row.step_s, meter="", mounted=row.mounted, dismounted=row.dismounted, multiplier=row.multiplier,
        opening=None, closing=None,
    )  # fmt: skip
    packed = PackedDays((row.day,), row.step_s, bytes(row.values), (0,))
    shared = {(row.register_id, row.day): convert(row.shared, list[SharedStep])} if row.shared else {}
    span = Span(row.day, row.day + timedelta(days=1))
    usage = interval_usage([register], SpanReadings(span, row.zone, {row.register_id: packed}, {}, True, shared))
    return Decimal(int(usage.values.sum())).scaleb(-usage.scale)
