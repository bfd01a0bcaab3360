from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.dunning.reminders_off import set_reminders_off
from common.errors import NotFoundError
from tests.books.world import build

UNTIL = date(2027, 1, 15)


def test_resting_is_said_once_and_audited_with_its_reason(session: Session) -> None:
    world = build(session, tenants=1)

    assert set_reminders_off(session, world.accounts[0], UNTIL, author="boss", reason="in talks")
    assert not set_reminders_off(session, world.accounts[0], UNTIL, author="boss")
    assert set_reminders_off(session, world.accounts[0], None, author="boss")
    assert [({"until": None}, {"until": "2027-01-15"}, "in talks"), ({"until": "2027-01-15"}, {"until": None}, "")] == [
        tuple(row) for row in session.execute(text("SELECT before, after, reason FROM audit ORDER BY id"))
    ]


def test_an_unknown_account_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        set_reminders_off(session, 999, UNTIL, author="t")
