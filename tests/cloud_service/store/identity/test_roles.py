import re

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.identity.roles import ROLES, STAFF_ROLES
from cloud_service.web import access


def test_pages_know_what_each_role_may_do() -> None:
    assert ROLES == tuple(access.ROLES)


def test_the_database_takes_these_roles_and_no_others(session: Session) -> None:
    check = session.execute(
        text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_user_grant_role'")
    ).scalar_one()

    assert set(ROLES) == set(re.findall(r"'(\w+)'", check))


def test_a_client_is_no_member_of_staff() -> None:
    assert {"client"} == set(ROLES) - set(STAFF_ROLES)
