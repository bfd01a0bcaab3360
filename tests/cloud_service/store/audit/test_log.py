"""The chain of changes: what it says, and that it shows where it was touched."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.audit.log import AuditChange, changes, has_hash, held_back, note, note_change, record, verify
from cloud_service.store.database.session import sessions, transaction


def test_each_row_carries_on_the_chain(session: Session) -> None:
    record(session, [AuditChange("mary", "client.change", f"client:{n}", {}, {"n": n}) for n in range(20)])
    chain = verify(session)

    assert (20, None) == (chain.rows, chain.broken_id)
    assert has_hash(session, chain.head)
    assert not has_hash(session, "00" * 32)


def test_an_empty_chain_holds(session: Session) -> None:
    assert (0, "", None) == (verify(session).rows, verify(session).head, verify(session).broken_id)


def test_a_row_that_was_rewritten_is_named(session: Session, owner: psycopg.Connection[Any]) -> None:
    for n in range(3):
        note(session, "mary", "client.add", f"client:{n}", number=n)
    session.commit()
    owner.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    owner.execute("""UPDATE audit SET actor = 'nobody' WHERE subject = 'client:1'""")
    chain = verify(session)

    assert ("client:1", "its content was changed") == (chain.subject, chain.fault)


def test_a_row_that_was_taken_out_is_missed(session: Session, owner: psycopg.Connection[Any]) -> None:
    for n in range(3):
        note(session, "mary", "client.add", f"client:{n}", number=n)
    session.commit()
    owner.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    owner.execute("DELETE FROM audit WHERE subject = 'client:1'")

    assert ("client:2", "rows are missing before it") == (verify(session).subject, verify(session).fault)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_application_cannot_change_the_chain(session: Session, statement: str) -> None:
    note(session, "mary", "client.add", "client:1")

    with pytest.raises(DBAPIError):
        session.execute(text(statement))


def test_a_change_says_only_what_differs(session: Session) -> None:
    change = AuditChange(
        "mary", "client.change", "client:1", {"name": "A", "email": "x"}, {"name": "B", "email": "x"}, "typo"
    )

    assert ["name"] == note_change(session, change)
    (row,) = changes(session)
    assert ({"name": "A"}, {"name": "B"}, "typo", "mary") == (row.before, row.after, row.reason, row.actor)


def test_no_difference_leaves_no_row(session: Session) -> None:
    assert [] == note_change(session, AuditChange("mary", "client.change", "client:1", {"name": "A"}, {"name": "A"}))
    assert [] == changes(session)


def test_the_newest_changes_come_first_and_of_one_subject_where_asked(session: Session) -> None:
    for n in range(4):
        note(session, "mary", f"step {n}", f"client:{n % 2}")

    assert ["step 3", "step 2", "step 1", "step 0"] == [row.action for row in changes(session)]
    assert ["step 3", "step 1"] == [row.action for row in changes(session, subject="client:1")]
    assert ["step 1"] == [row.action for row in changes(session, limit=1, offset=2)]


def test_what_is_held_back_waits_for_the_end(session: Session) -> None:
    with held_back(session) as waiting:
        note(session, "mary", "client.add", "client:1", number=1)
        note(session, "mary", "client.add", "client:2", number=2)
        assert (2, 0) == (len(waiting), verify(session).rows)
        del waiting[1:]
    record(session, waiting)
    note(session, "mary", "client.add", "client:3", number=3)

    assert ["client:3", "client:1"] == [change.subject for change in changes(session)]


def test_doors_write_their_rows_at_the_commit_and_not_what_was_taken_back(session: Session, engine: Engine) -> None:
    with transaction(engine) as door:
        note(door, "mary", "client.add", "client:1")
        with door.begin_nested():
            note(door, "mary", "client.add", "client:2")
            with door.begin_nested() as savepoint:
                note(door, "mary", "client.add", "client:3")
                savepoint.rollback()
        note(door, "mary", "client.add", "client:4")
        assert 0 == verify(session).rows
        session.rollback()

    assert ["client:4", "client:2", "client:1"] == [change.subject for change in changes(session)]


def test_a_door_that_rolls_back_leaves_no_row_for_its_next_transaction(session: Session, engine: Engine) -> None:
    door = sessions(engine)()
    note(door, "mary", "client.add", "client:1")
    door.rollback()
    note(door, "mary", "client.add", "client:2")
    door.close()
    note(door, "mary", "client.add", "client:3")
    door.commit()

    assert ["client:3"] == [change.subject for change in changes(session)]
