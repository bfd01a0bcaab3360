from flask import g
from sqlalchemy import text

from cloud_service.web.database import current_session, engine, session
from tests.cloud_service.web.conftest import Console


def test_a_request_has_one_session_and_none_before_it_is_asked_for(console: Console) -> None:
    with console.app.test_request_context():
        assert "session" not in g
        assert session() is session()
        assert session() is current_session._get_current_object()
        assert console.engine is engine()


def test_what_is_not_committed_is_gone_with_the_request(fresh: Console) -> None:
    with fresh.app.test_request_context():
        session().execute(text("UPDATE client SET name = 'Nobody'"))
    with fresh.app.test_request_context():
        assert 0 == session().scalar(text("SELECT count(*) FROM client WHERE name = 'Nobody'"))
