import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.sheets import imports
from tests.books.world import build

JOB = "INSERT INTO sheet_job (legal_entity_id, author, kind, name, content, task, asked_on, state) VALUES"


def test_an_import_stays_as_it_was_kept_but_for_being_taken_back(session: Session) -> None:
    new = imports.NewImport(build(session).entity, "sites", "a", b"1", "mary", 1, 0, 0, {})
    import_id = imports.keep_import(session, new)
    session.execute(text("UPDATE sheet_import SET undone_by = 'x' WHERE id = :id"), {"id": import_id})

    for change in ("UPDATE sheet_import SET made = '{}'", "DELETE FROM sheet_import"):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(change))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(("task", "state"), [("guess", "waiting"), ("look", "lost")])
def test_a_job_has_a_task_and_a_state_that_are_known(session: Session, task: str, state: str) -> None:
    entity = build(session).entity
    with pytest.raises(DBAPIError, match="ck_sheet_job"):
        session.execute(
            text(f"{JOB} (:entity, 'm', 'sites', 'a', '', :task, now(), :state)"),
            {"entity": entity, "task": task, "state": state},
        )
