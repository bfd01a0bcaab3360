"""Signed-in browsers: their tokens are stored nowhere."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.identity import web_sessions
from cloud_service.store.identity.users import add_user

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def signed_in(session: Session, now: datetime = NOW) -> str:
    """The token of a new browser of Mary's."""
    person = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")
    token = web_sessions.open_session(
        session, person.fs_uniquifier, "data", now, lifetime=DAY, address="::1", browser="B" * 300
    )
    assert token is not None
    session.flush()
    return token


def test_a_token_opens_its_session_until_it_expires(session: Session) -> None:
    token = signed_in(session)

    assert web_sessions.load_session(session, token, NOW + DAY - timedelta(seconds=1)) is not None
    assert web_sessions.load_session(session, token, NOW + DAY) is None
    assert web_sessions.load_session(session, token + "x", NOW) is None


def test_the_database_never_sees_a_token(session: Session) -> None:
    token = signed_in(session)
    row = str(session.execute(text("SELECT web_session::text FROM web_session")).scalar_one())

    assert token.removeprefix(web_sessions.TOKEN_MARK) not in row
    assert web_sessions.token_hash(token).hex() in row


def test_nobody_gets_no_session(session: Session) -> None:
    assert web_sessions.open_session(session, "?", "", NOW, lifetime=DAY, address="", browser="") is None


def test_a_session_is_marked_as_seen_once_a_minute(session: Session) -> None:
    token = signed_in(session)
    session.execute(text("UPDATE web_session SET seen_at = :now"), {"now": NOW})
    session.expire_all()
    soon = web_sessions.load_session(session, token, NOW + timedelta(seconds=59))
    assert soon is not None
    seen_soon = soon.seen_at
    later = web_sessions.load_session(session, token, NOW + timedelta(seconds=61))
    assert later is not None

    assert (NOW, NOW + timedelta(seconds=61)) == (seen_soon, later.seen_at)


def test_what_a_session_remembers_is_written_and_a_closed_one_is_gone(session: Session) -> None:
    token = signed_in(session)
    web_sessions.keep_session(session, token, "more")
    row = web_sessions.load_session(session, token, NOW)
    assert row is not None
    remembered = row.data
    web_sessions.close_session(session, token)

    assert "more" == remembered
    assert web_sessions.load_session(session, token, NOW) is None


def test_signing_in_clears_failed_tries_and_sessions_that_are_over(session: Session) -> None:
    signed_in(session, NOW - 2 * DAY)
    person = web_sessions.load_session(session, "?", NOW)
    assert person is None
    (user,) = session.execute(text("SELECT fs_uniquifier FROM app_user")).scalars()
    web_sessions.open_session(session, user, "", NOW, lifetime=DAY, address="", browser="")
    session.flush()

    assert 1 == session.execute(text("SELECT count(*) FROM web_session")).scalar_one()


def test_the_browsers_of_a_person_are_listed_last_seen_first(session: Session) -> None:
    person = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")
    for name, seen_at in (("old", NOW), ("new", NOW + DAY)):
        web_sessions.open_session(session, person.fs_uniquifier, "", NOW, lifetime=DAY, address="", browser=name)
        session.flush()
        session.execute(
            text("UPDATE web_session SET seen_at = :at WHERE browser = :name"), {"at": seen_at, "name": name}
        )

    assert ["new", "old"] == [row.browser for row in web_sessions.sessions_of(session, person)]
