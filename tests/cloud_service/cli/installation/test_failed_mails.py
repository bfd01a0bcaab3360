"""Letters that did not arrive, by commands."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from tests.books.world import build
from tests.cloud_service.cli.commands import call, printed, refusal


@pytest.fixture
def letter(session: Session, named_database: str) -> int:
    build(session, tenants=1)
    query = text(
        "INSERT INTO delivery (account_id, kind, recipient, message_id, state, error)"
        " SELECT id, 'statement', 'old@example.com', '<s@example.org>', 'failed', 'full' FROM account RETURNING id"
    )
    id_ = int(session.execute(query).scalar_one())
    session.commit()
    return id_


def test_what_did_not_arrive_is_listed_and_sent_once_more(letter: int) -> None:
    (mail,) = call("mail", "failed", code=6)

    assert (letter, "statement", "full") == (mail["id"], mail["kind"], mail["error"])
    assert "old@example.com" in printed("mail", "failed", code=6)
    assert {"letter": letter, "to": "tenant1@example.com"} == call("mail", "again", str(letter))
    assert [] == call("mail", "failed")
    assert isinstance(refusal("mail", "again", "77"), NotFoundError)
