"""What the database promises of long pieces of work."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.audit.tables import Progress


def test_a_piece_of_work_begins_running_with_nothing_done(session: Session) -> None:
    session.add(Progress(key="run:1", title="March"))
    session.flush()
    session.expire_all()
    progress = session.get_one(Progress, "run:1")

    assert ("running", 0, 0, 0, "") == (progress.state, progress.done, progress.parked, progress.total, progress.error)


def test_a_key_names_one_piece_of_work(session: Session) -> None:
    session.add(Progress(key="run:1", title="March"))
    session.flush()

    with pytest.raises(IntegrityError, match="pk_progress"):
        session.execute(text("INSERT INTO progress (key, title) VALUES ('run:1', 'again')"))
