from sqlalchemy.orm import Session

from cloud_service.store.identity.staff_names import staff_by_role
from cloud_service.store.identity.tables import Grant, User
from tests.books.world import build


def person(session: Session, name: str, role: str, entity: int | None, *, active: bool = True) -> None:
    user = User(email=f"{name}@example.com", name=name, fs_uniquifier=name, active=active)
    session.add(user)
    session.flush()
    session.add(Grant(user_id=user.id, role=role, legal_entity_id=entity))
    session.flush()


def test_staff_of_a_company_and_of_all_are_named_by_role_who_may_not_sign_in_is_not(session: Session) -> None:
    first, second = build(session).entity, build(session).entity
    person(session, "root", "admin", None)
    person(session, "mary", "billing", first)
    person(session, "otto", "billing", second)
    person(session, "gone", "billing", first, active=False)

    assert {"admin": ["root"], "billing": ["mary"]} == staff_by_role(session, [first])
    assert {"admin": ["root"], "billing": ["mary", "otto"]} == staff_by_role(session, [first, second])
