"""What the database promises of people and their rights."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.identity.users import add_user


def test_a_grant_of_the_portal_names_its_client(session: Session) -> None:
    person = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")

    with pytest.raises(IntegrityError, match="ck_user_grant_client"):
        session.execute(text("INSERT INTO user_grant (user_id, role) VALUES (:id, 'client')"), {"id": person.id})


def test_two_people_do_not_share_an_address_in_another_case(session: Session) -> None:
    add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")

    with pytest.raises(IntegrityError, match="uq_app_user_email"):
        session.execute(text("INSERT INTO app_user (email, name, fs_uniquifier) VALUES ('MARY@example.com', 'M', 'x')"))


def test_browsers_and_grants_go_with_the_person(session: Session) -> None:
    person = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")
    session.execute(text("DELETE FROM app_user WHERE id = :id"), {"id": person.id})

    assert 0 == session.execute(text("SELECT count(*) FROM user_grant")).scalar_one()
