from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.books.world import build

VISIT = text(
    "INSERT INTO unread_visit (register_id, cause, author, client_key, at)"
    " VALUES (:register, 'locked', 'm', :key, now())"
)


def test_a_visit_that_a_phone_sends_twice_is_one(session: Session) -> None:
    world = build(session, tenants=1)
    values = {"register": world.registers[0], "key": uuid4()}
    session.execute(VISIT, values)

    with pytest.raises(IntegrityError, match="client_key"), session.begin_nested():
        session.execute(VISIT, values)
    session.execute(VISIT, values | {"key": uuid4()})
