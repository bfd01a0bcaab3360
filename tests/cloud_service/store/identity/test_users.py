"""People who may sign in, and the trace that changes of their rights leave."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.audit.log import changes
from cloud_service.store.identity import users
from cloud_service.store.identity.tables import User, WebSession
from cloud_service.store.lookups.ids_by_name import client_id as client_id_of
from common.errors import ConflictError, InputError
from tests.books.world import build


def mary(session: Session, role: str = "billing") -> User:
    """A member of staff who comes in by one-time links."""
    return users.add_user(session, email="mary@example.com", name="Mary", role=role, actor="test")


def test_a_password_is_stored_as_an_argon2id_hash_only() -> None:
    stored = users.hash_password("correct horse battery")

    assert stored.startswith("$argon2id$")
    assert PasswordHasher().verify(stored, "correct horse battery")


def test_a_short_password_is_refused() -> None:
    with pytest.raises(InputError, match="has 11 characters, at least 12 are needed"):
        users.hash_password("x" * 11)


def test_a_new_person_has_one_grant_and_an_audit_row(session: Session) -> None:
    person = mary(session)

    assert ["billing"] == [grant.role for grant in person.grants]
    assert ("user.add", {"email": "mary@example.com", "role": "billing"}) == (
        changes(session)[0].action,
        changes(session)[0].after,
    )


def test_an_address_signs_in_once_whatever_its_case(session: Session) -> None:
    person = mary(session)

    assert person is users.user_by_email(session, " MARY@example.com ")
    with pytest.raises(ConflictError, match="can already sign in"):
        users.add_user(session, email="Mary@Example.com", name="", role="admin", actor="test")


@pytest.mark.parametrize(("email", "role"), [("nobody", "billing"), ("a@example.com", "king")])
def test_what_is_no_sign_in_is_refused(session: Session, email: str, role: str) -> None:
    with pytest.raises(InputError, match="is no sign-in"):
        users.add_user(session, email=email, name="", role=role, actor="test")


def test_the_role_client_needs_a_client_and_no_other_role_has_one(session: Session) -> None:
    for role, client_id in (("client", None), ("billing", 1)):
        with pytest.raises(InputError, match="belongs to a client"):
            users.add_user(session, email="a@example.com", name="", role=role, client_id=client_id, actor="test")


def test_another_role_signs_all_browsers_out(session: Session) -> None:
    person = mary(session)
    cookie = person.fs_uniquifier
    session.add(WebSession(token_hash=b"x", user_id=person.id, data="", expires_at=person.created_at))
    users.set_role(session, person, "auditor", actor="test")

    assert ["auditor"] == [grant.role for grant in person.grants]
    assert 0 == session.execute(text("SELECT count(*) FROM web_session")).scalar_one()
    assert cookie != person.fs_uniquifier


def test_staff_does_not_become_a_client(session: Session) -> None:
    with pytest.raises(InputError, match="staff roles only"):
        users.set_role(session, mary(session), "client", actor="test")


def test_a_person_who_is_kept_out_is_signed_out_and_comes_back_with_a_clean_count(session: Session) -> None:
    person = mary(session)
    person.failed_count = 4
    users.set_active(session, person, active=False, actor="test")
    users.set_active(session, person, active=True, actor="test")

    assert (True, 0, None) == (person.active, person.failed_count, person.locked_until)
    assert ["user.active", "user.active", "user.add"] == [row.action for row in changes(session)]


def test_staff_is_listed_before_clients(session: Session) -> None:
    world = build(session, tenants=1)
    client_id = client_id_of(session, "C1")
    users.add_user(session, email="a@example.com", name="Aaron", role="client", client_id=client_id, actor="test")
    mary(session)

    assert ["Mary", "Aaron"] == [person.name for person in users.users(session)]
    assert 1 == len(world.accounts)


def test_unknown_people_and_clients_are_told_as_such(session: Session) -> None:
    person = mary(session)

    assert person is users.user_by_public_id(session, person.public_id)
