import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

FILE = text(
    "INSERT INTO import_file (sha256, name, format, rows, undone_at) VALUES ('x', 'a', 'csv', 1, :undone) RETURNING id"
)


def test_a_file_counts_once_and_again_after_it_was_undone(session: Session) -> None:
    session.execute(FILE, {"undone": None})
    with pytest.raises(IntegrityError, match="uq_import_file_sha256"), session.begin_nested():
        session.execute(FILE, {"undone": None})

    session.execute(text("UPDATE import_file SET undone_at = now()"))
    session.execute(FILE, {"undone": None})
    assert 2 == session.execute(text("SELECT count(*) FROM import_file")).scalar_one()
