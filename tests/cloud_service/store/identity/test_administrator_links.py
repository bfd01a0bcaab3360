"""The first administrator's link: at most one is good, once, for a day; its token is stored nowhere."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.identity.administrator_links import LIFETIME, has_administrator, keep_link, use_link
from cloud_service.store.identity.users import add_user, set_active, user_by_email

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_link_is_good_once(session: Session) -> None:
    keep_link(session, "the token", NOW)

    assert not use_link(session, "another token", NOW)
    assert use_link(session, "the token", NOW)
    assert not use_link(session, "the token", NOW)


def test_a_link_is_good_for_a_day(session: Session) -> None:
    keep_link(session, "the token", NOW)

    assert not use_link(session, "the token", NOW + LIFETIME)
    assert use_link(session, "the token", NOW + LIFETIME - SECOND)


def test_a_new_link_makes_those_before_worthless_and_keeps_the_used_ones(session: Session) -> None:
    keep_link(session, "first", NOW)
    use_link(session, "first", NOW)
    keep_link(session, "second", NOW)
    keep_link(session, "third", NOW)

    assert not use_link(session, "second", NOW)
    assert 2 == session.execute(text("SELECT count(*) FROM administrator_link")).scalar_one()


def test_the_database_never_sees_the_token(session: Session) -> None:
    keep_link(session, "the token", NOW)

    assert "the token" not in str(session.execute(text("SELECT a::text FROM administrator_link a")).scalar_one())


def test_only_an_administrator_who_may_sign_in_is_one(session: Session) -> None:
    add_user(session, email="brian@example.com", name="Brian", role="billing", actor="test")
    assert not has_administrator(session)

    mary = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")
    assert has_administrator(session)
    set_active(session, mary, active=False, actor="test")
    session.flush()

    assert not has_administrator(session)
    assert user_by_email(session, "mary@example.com") is mary
