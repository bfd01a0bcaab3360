"""A transaction an account: what one raises is said at the end, when all others are done."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cloud_service.store.database.session import transaction
from cloud_service.store.receivables.account_by_account import account_by_account
from common.errors import InputError
from tests.books.world import World, build

WHO = {1: "A1", 2: "A2", 3: "A3"}


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=3)
    session.commit()
    return world


def mark(session: Session, account_id: int) -> Sequence[int]:
    session.execute(text("UPDATE account SET payment_terms_days = 9 WHERE id = :id"), {"id": account_id})
    if account_id == 1:
        raise InputError("no rate", path="rate", hint="enter one")
    return [account_id]


def test_the_others_are_done_and_the_first_refusal_names_who_was_left_out(world: World, engine: Engine) -> None:
    with pytest.raises(InputError, match="no rate") as caught:
        account_by_account(lambda: transaction(engine), WHO, mark)

    assert ("rate", "enter one; left out: A1; all others are done") == (caught.value.path, caught.value.hint)
    days = world.session.execute(text("SELECT payment_terms_days = 9 FROM account ORDER BY id")).scalars()
    assert [False, True, True] == list(days)


def test_a_database_that_is_away_ends_the_work(world: World, engine: Engine) -> None:
    def away(_session: Session, _account: int) -> Sequence[int]:
        raise OperationalError("SELECT 1", None, Exception("gone"), connection_invalidated=True)

    with pytest.raises(OperationalError):
        account_by_account(lambda: transaction(engine), WHO, away)
