"""Tariffs and their dated versions as people publish them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope

FIND = text("SELECT id, currency FROM tariff WHERE legal_entity_id = :entity AND code = :code FOR UPDATE")
ADD = text(
    "INSERT INTO tariff (legal_entity_id, code, name, currency) VALUES (:entity, :code, :name, :currency) RETURNING id"
)
RENAME = text("UPDATE tariff SET name = :name WHERE id = :id AND name <> :name")
VERSIONS = text("""
SELECT id, lower(during) AS start, upper(during) AS until, hash, billed FROM tariff_version WHERE tariff_id = :id
 ORDER BY lower(during)
""")
ADD_VERSION = text("""
INSERT INTO tariff_version (tariff_id, during, document, hash)
 VALUES (:tariff, daterange(:start, :until), :document, :hash) RETURNING id
""")
END_VERSION = text("UPDATE tariff_version SET during = daterange(lower(during), :day) WHERE id = :id")
DROP_VERSION = text("DELETE FROM tariff_version WHERE id = :id")
BILLED_UNTIL = text("""
SELECT max(upper(b.during * g.during)) FROM tariff_assignment g
 JOIN invoice_span b ON b.contract_id = g.contract_id AND NOT b.credited AND b.during && g.during
 WHERE g.tariff_id = :id
""")


NAMES = text("""
SELECT code, name || ', ' || currency AS name FROM tariff
 WHERE cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities) ORDER BY name LIMIT :rows
""")


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A stored version; `billed` ones cannot be changed, only ended."""

    id: int
    start: date | None
    until: date | None
    hash: str
    billed: bool


def names(session: Session, scope: Scope, rows: int = 300) -> list[tuple[str, str]]:
    """(code, name and currency) of tariffs, for a person to choose from."""
    entities = None if scope.entities is None else list(scope.entities)
    return [(row.code, row.name) for row in session.execute(NAMES, {"entities": entities, "rows": rows})]


def find(session: Session, entity_id: int, code: str) -> tuple[int, str] | None:
    """(id, currency) of a tariff; its row is locked until the transaction ends."""
    row = session.execute(FIND, {"entity": entity_id, "code": code}).one_or_none()
    return (row.id, row.currency) if row else None


def add(session: Session, entity_id: int, code: str, name: str, currency: str) -> int:
    """A new tariff, without versions yet."""
    values = {"entity": entity_id, "code": code, "name": name, "currency": currency}
    return int(session.execute(ADD, values).scalar_one())


def rename(session: Session, tariff_id: int, name: str) -> None:
    """Its name for people."""
    session.execute(RENAME, {"id": tariff_id, "name": name})


def versions(session: Session, tariff_id: int) -> list[PublishedVersion]:
    """Its versions, the oldest first."""
    return [PublishedVersion(**row) for row in session.execute(VERSIONS, {"id": tariff_id}).mappings()]


def add_version(
    session: Session,
    tariff_id: int,
    days: tuple[date, date | None],
    document: Mapping[str, Any],
    hash_: str,
) -> int:
    """A new version for the days `(first, end)`; the database refuses two on one day."""
    start, until = days
    values = {"tariff": tariff_id, "start": start, "until": until, "document": Jsonb(dict(document)), "hash": hash_}
    return int(session.execute(ADD_VERSION, values).scalar_one())


def end_version(session: Session, version_id: int, day: date) -> None:
    """Its last day is the one before."""
    session.execute(END_VERSION, {"id": version_id, "day": day})


def drop_version(session: Session, version_id: int) -> None:
    """Take a version back that nothing was billed by; the database refuses it otherwise."""
    session.execute(DROP_VERSION, {"id": version_id})


def billed_until(session: Session, tariff_id: int) -> date | None:
    """The first day that no live invoice bills by this tariff; None where none does."""
    end: date | None = session.execute(BILLED_UNTIL, {"id": tariff_id}).scalar_one_or_none()
    return end
