"""How tables of readings were read before, by their header line."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope

READ = text("""
SELECT mapping FROM reading_table_mapping WHERE header = :header AND legal_entity_id IS NOT DISTINCT FROM :entity
""")
KEEP = text("""
INSERT INTO reading_table_mapping (legal_entity_id, header, mapping, author)
VALUES (:entity, :header, cast(:mapping AS jsonb), :author)
    ON CONFLICT (legal_entity_id, header) DO UPDATE SET mapping = excluded.mapping, author = excluded.author
""")


def remembered(session: Session, scope: Scope, header: Sequence[str]) -> dict[str, str]:
    """What was chosen for a table with these columns; nothing where none was read yet."""
    values = {"header": json.dumps(list(header), ensure_ascii=False), "entity": _owner(scope)}
    mapping: dict[str, str] | None = session.execute(READ, values).scalar_one_or_none()
    return mapping or {}


def remember(session: Session, scope: Scope, header: Sequence[str], mapping: Mapping[str, str], author: str) -> None:
    """Keep what was chosen; the newest choice counts."""
    values = {"header": json.dumps(list(header), ensure_ascii=False), "entity": _owner(scope)}
    session.execute(KEEP, values | {"mapping": json.dumps(dict(mapping)), "author": author})


def _owner(scope: Scope) -> int | None:
    """The entity whose people share it; those who see several share one of their own."""
    entities = scope.entities or frozenset()
    return next(iter(entities)) if len(entities) == 1 else None
