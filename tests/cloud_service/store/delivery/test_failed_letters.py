"""A letter that was given up, and whose it is."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import failed_letters
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import build

LETTER = text(
    "INSERT INTO delivery (account_id, kind, recipient, message_id, state)"
    " SELECT id, 'statement', 'old@example.com', '<s-1@example.org>', 'failed' FROM account RETURNING id"
)


def test_it_goes_to_the_address_of_today_under_a_new_name(session: Session) -> None:
    world = build(session, tenants=1)
    letter = failed_letters.letter_of(session, session.execute(LETTER).scalar_one(), Scope())
    failed_letters.queue(session, letter)
    row = session.execute(text("SELECT recipient, message_id, state, attempts FROM delivery")).one()

    assert ("tenant1@example.com", "waiting", 0) == (row.recipient, row.state, row.attempts)
    assert row.message_id != "<s-1@example.org>"
    assert row.message_id.endswith("@example.org>")
    with pytest.raises(NotFoundError):
        failed_letters.letter_of(session, letter.id, Scope(frozenset({world.entity + 1})))
