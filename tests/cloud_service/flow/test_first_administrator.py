"""The first administrator comes in by a link, or not at all."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.flow.first_administrator import NewAdministrator, make_administrator, offer_link
from cloud_service.store.database.session import transaction
from common.errors import ConflictError, EnergyError, ForbiddenError, InputError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = "four quiet words here"


def entry(token: str, **change: str) -> NewAdministrator:
    return replace(NewAdministrator(token, "Mary", "mary@example.com", WORDS, WORDS), **change)


def offered(session: Session) -> str:
    return offer_link(session, NOW, actor="cli:mary")


def test_the_link_makes_an_administrator_of_all_and_both_leave_a_trace(session: Session) -> None:
    person = make_administrator(session, entry(offered(session)), NOW)
    trace = session.execute(text("SELECT actor, action FROM audit ORDER BY id")).all()

    assert [("admin", None)] == [(grant.role, grant.legal_entity_id) for grant in person.grants]
    assert str(person.password).startswith("$argon2id$")
    assert [("cli:mary", "user.first_link"), ("first link", "user.add")] == [tuple(row) for row in trace]


def test_a_link_that_is_used_or_old_or_wrong_makes_nobody(session: Session) -> None:
    token = offered(session)

    for wrong, now in ((token + "x", NOW), ("", NOW), (token, NOW + timedelta(days=1))):
        with pytest.raises(ForbiddenError, match="used, older than a day or not"):
            make_administrator(session, entry(wrong), now)
    make_administrator(session, entry(token), NOW)
    with pytest.raises(ForbiddenError):
        make_administrator(session, entry(token, email="eve@example.com"), NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"password_again": "other words entirely"}, "password_again", id="two passwords"),
        pytest.param({"password": "short", "password_again": "short"}, "password", id="a short password"),
        pytest.param({"email": "mary"}, "email", id="no address"),
        pytest.param({"name": " "}, "name", id="no name"),
    ],
)
def test_bad_input_is_said_at_its_field_and_leaves_the_link_good(
    session: Session, change: dict[str, str], field: str
) -> None:
    token = offered(session)
    session.commit()

    with pytest.raises(InputError) as refused:
        make_administrator(session, entry(token, **change), NOW)
    session.rollback()

    assert field == refused.value.path
    assert make_administrator(session, entry(token), NOW)


def test_there_is_no_link_once_there_is_an_administrator(session: Session) -> None:
    make_administrator(session, entry(offered(session)), NOW)

    with pytest.raises(ConflictError, match="an administrator already"):
        offered(session)


def test_of_two_who_come_with_one_link_at_once_one_gets_in(engine: Engine) -> None:
    with transaction(engine) as session:
        token = offered(session)
    made: list[str] = []
    together = threading.Barrier(2)

    def come(email: str) -> None:
        together.wait()
        try:
            with transaction(engine) as session:
                made.append(make_administrator(session, entry(token, email=email), NOW).email)
        except EnergyError:
            pass

    visitors = [threading.Thread(target=come, args=(f"{name}@example.com",)) for name in ("mary", "eve")]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()

    assert 1 == len(made)
