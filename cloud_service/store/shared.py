"""Splits of common costs as rows, and what meters of members and masters counted."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import InputError, NotFoundError
from common.period import Span

PUT = text(
    "INSERT INTO cost_split (legal_entity_id, name, document, author) VALUES (:entity, :name, :document, :author)"
    " ON CONFLICT (legal_entity_id, name) DO UPDATE SET document = :document, author = :author RETURNING id"
)
GET = text("SELECT name, document FROM cost_split WHERE id = :id")
FIND = text("SELECT id FROM cost_split WHERE name = :name ORDER BY id LIMIT 1")
CONTRACTS = text("SELECT number, id FROM contract WHERE number = ANY(:numbers)")
COUNTED = (
    # Import registers of the meters mounted on a day, times their multiplier; thousandths of the unit.
    "SELECT {owner} AS owner, sum(d.total * m.multiplier) / 1000 AS used, sum(d.missing) AS missing"
    " FROM {start_table} JOIN service_point p ON p.id = {point} JOIN site s ON s.id = p.site_id"
    " JOIN meter_mount m ON m.service_point_id = p.id"
    " JOIN register r ON r.meter_id = m.meter_id AND r.billed AND r.direction = 'import'"
    " JOIN interval_day d ON d.register_id = r.id AND d.day >= :start AND d.day < :end"
    "  AND m.during && tstzrange(d.day::timestamp AT TIME ZONE s.timezone,"
    "      (d.day + 1)::timestamp AT TIME ZONE s.timezone)"
    " WHERE {which} GROUP BY 1"
)
MINE = "c.id = ANY(:ids) AND c.during @> d.day"
THERE = "q.name = :name OR q.grid_id = :name"
OF_CONTRACTS = text(COUNTED.format(owner="c.id", start_table="contract c", point="c.service_point_id", which=MINE))
OF_POINT = text(COUNTED.format(owner="q.id", start_table="service_point q", point="q.id", which=THERE))


def put_split(session: Session, entity_id: int, name: str, document: dict[str, Any], author: str) -> int:
    """Keep a document under its name."""
    values = {"entity": entity_id, "name": name, "document": Jsonb(document), "author": author}
    return int(session.execute(PUT, values).scalar_one())


def get_split(session: Session, split_id: int) -> tuple[str, dict[str, Any]]:
    """(name, document)."""
    row = session.execute(GET, {"id": split_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no split {split_id}")
    return row.name, row.document


def find_split(session: Session, name: str) -> int:
    """The split of that name."""
    found: int | None = session.execute(FIND, {"name": name}).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"there is no split {name}")
    return found


def contract_ids(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Number -> id; an unknown number is refused."""
    found = {row.number: row.id for row in session.execute(CONTRACTS, {"numbers": list(numbers)})}
    missing = sorted(set(numbers) - set(found))
    if missing:
        raise InputError(f"there is no contract {missing[0]}", path="members")
    return {number: found[number] for number in numbers}


def consumption(session: Session, ids: Sequence[int], span: Span) -> dict[int, Decimal]:
    """What the contracts' meters counted on their days of the span."""
    rows = session.execute(OF_CONTRACTS, {"ids": list(ids), "start": span.start, "end": span.end})
    return {row.owner: Decimal(row.used) for row in rows}


def point_consumption(session: Session, name: str, span: Span) -> Decimal:
    """What the meter at a service point counted."""
    row = session.execute(OF_POINT, {"name": name, "start": span.start, "end": span.end}).one_or_none()
    if row is None:
        raise InputError(f"nothing was counted at {name!r} in these days", path="master")
    return Decimal(row.used)
