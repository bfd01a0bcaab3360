from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from cloud_service.store.sheets import imports
from common.errors import NotFoundError
from tests.books.world import build


def kept(session: Session, entity: int, name: str = "a.csv", sha256: bytes = b"1") -> int:
    return imports.keep_import(
        session, imports.NewImport(entity, "sites", name, sha256, "mary", 1, 2, 3, {"site": [7]})
    )


def test_an_import_is_kept_with_what_it_made_and_seen_by_its_company_alone(session: Session) -> None:
    entity = build(session).entity
    import_id = kept(session, entity)

    row = imports.kept_import(session, Scope(entities=frozenset({entity})), import_id=import_id)
    assert ({"site": [7]}, (1, 2, 3), None) == (
        row.made, (row.new_rows, row.same_rows, row.refused_rows), row.undone_at,
    )  # fmt: skip
    assert [] == imports.kept_imports(session, Scope(entities=frozenset({entity + 1})))
    with pytest.raises(NotFoundError):
        imports.kept_import(session, Scope(entities=frozenset({entity + 1})), public_id=row.public_id)


def test_the_newest_come_first_and_no_more_than_asked_for(session: Session) -> None:
    entity = build(session).entity
    for name in "abc":
        kept(session, entity, name)

    assert ["c", "b"] == [row.name for row in imports.kept_imports(session, Scope(), 2)]


def test_the_same_file_is_known_until_it_is_taken_back(session: Session) -> None:
    entity = build(session).entity
    import_id = kept(session, entity)
    imports.lock_import(session, import_id)
    assert imports.earlier_import(session, entity, b"1") is not None
    assert imports.earlier_import(session, entity, b"2") is None

    imports.mark_undone(session, import_id, datetime.now(UTC), "mary")

    assert imports.earlier_import(session, entity, b"1") is None


def test_columns_are_remembered_by_head_and_kind_the_last_word_counts(session: Session) -> None:
    entity = build(session).entity
    assert {} == imports.remembered_columns(session, entity, "sites", "x")
    for name in ("Haus", "Objekt"):
        imports.remember_columns(session, entity, "sites", "x", {"site": name})

    assert {"site": "Objekt"} == imports.remembered_columns(session, entity, "sites", "x")
    assert {} == imports.remembered_columns(session, entity, "points", "x")
