"""Rows of imports and of remembered columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

MadeIds = Mapping[str, Sequence[int]]  # table -> ids

KEEP = text(
    """
    INSERT INTO sheet_import (legal_entity_id, kind, name, sha256, author, new_rows, same_rows, refused_rows, made)
    VALUES (:entity, :kind, :name, :sha256, :author, :new_rows, :same_rows, :refused_rows, :made)
    RETURNING id
    """
)
LIST = text(
    """
    SELECT i.id, i.public_id, i.legal_entity_id AS entity_id, e.name AS entity, i.kind, i.name, i.author, i.new_rows,
           i.same_rows, i.refused_rows, i.made, i.created_at, i.undone_at, i.undone_by
      FROM sheet_import i
      JOIN legal_entity e ON e.id = i.legal_entity_id
     WHERE (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities))
       AND (cast(:public_id AS uuid) IS NULL OR i.public_id = :public_id)
       AND (cast(:id AS bigint) IS NULL OR i.id = :id)
       AND (cast(:sha256 AS bytea) IS NULL OR i.sha256 = :sha256)
     ORDER BY i.id DESC
     LIMIT :rows
    """
)
LOCK = text("SELECT id FROM sheet_import WHERE id = :id FOR UPDATE")
UNDONE = text("UPDATE sheet_import SET undone_at = :at, undone_by = :by WHERE id = :id")
REMEMBERED = text(
    "SELECT columns FROM sheet_columns WHERE legal_entity_id = :entity AND kind = :kind AND signature = :signature"
)
REMEMBER = text(
    """
    INSERT INTO sheet_columns (legal_entity_id, kind, signature, columns)
    VALUES (:entity, :kind, :signature, :columns)
    ON CONFLICT (legal_entity_id, kind, signature) DO UPDATE SET columns = excluded.columns
    """
)


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is kept of a file."""

    entity: int
    kind: str
    name: str
    sha256: bytes
    author: str
    new_rows: int
    same_rows: int
    refused_rows: int
    made: MadeIds


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import as people look back at it."""

    id: int
    public_id: UUID
    entity_id: int
    entity: str
    kind: str
    name: str
    author: str
    new_rows: int
    same_rows: int
    refused_rows: int
    made: dict[str, list[int]]
    created_at: datetime
    undone_at: datetime | None
    undone_by: str


def keep_import(session: Session, new: NewImport) -> int:
    """Keep what a file made; its id."""
    values = {name: getattr(new, name) for name in NewImport.__slots__}
    return int(session.execute(KEEP, values | {"made": Jsonb(dict(new.made))}).scalar_one())


def kept_imports(session: Session, scope: Scope, rows: int = 50) -> list[KeptImport]:
    """The newest imports that the reader may know of."""
    return _imports(session, scope, rows=rows)


def kept_import(
    session: Session, scope: Scope, *, public_id: UUID | None = None, import_id: int | None = None
) -> KeptImport:
    """One import by its number or address; NotFoundError where the reader has none."""
    imports = _imports(session, scope, public_id=public_id, import_id=import_id, rows=1)
    if not imports:
        raise NotFoundError("there is no such import", hint="`energy-cloud import list` shows them")
    return imports[0]


def earlier_import(session: Session, entity_id: int, sha256: bytes) -> KeptImport | None:
    """The last import of the very same file that still stands."""
    imports = _imports(session, Scope(entities=frozenset({entity_id})), sha256=sha256, rows=20)
    return next((earlier for earlier in imports if earlier.undone_at is None), None)


def _imports(
    session: Session, scope: Scope, *, rows: int, public_id: UUID | None = None, import_id: int | None = None,
    sha256: bytes | None = None,
) -> list[KeptImport]:  # fmt: skip
    values = {
        "entities": None if scope.entities is None else list(scope.entities), "rows": rows, "public_id": public_id,
        "id": import_id, "sha256": sha256,
    }  # fmt: skip
    return [KeptImport(**row) for row in session.execute(LIST, values).mappings()]


def lock_import(session: Session, import_id: int) -> None:
    """Two people may press the same button."""
    session.execute(LOCK, {"id": import_id})


def mark_undone(session: Session, import_id: int, at: datetime, by: str) -> None:
    """It was taken back."""
    session.execute(UNDONE, {"id": import_id, "at": at, "by": by})


def remembered_columns(session: Session, entity_id: int, kind: str, signature: str) -> dict[str, str]:
    """What was said for a file with this head."""
    key = {"entity": entity_id, "kind": kind, "signature": signature}
    columns: dict[str, str] | None = session.execute(REMEMBERED, key).scalar_one_or_none()
    return columns or {}


def remember_columns(session: Session, entity_id: int, kind: str, signature: str, columns: Mapping[str, str]) -> None:
    """Remember it for the next file with this head."""
    key = {"entity": entity_id, "kind": kind, "signature": signature}
    session.execute(REMEMBER, key | {"columns": Jsonb(dict(columns))})
