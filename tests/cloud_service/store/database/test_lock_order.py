"""Accounts by their ids, then number series, then the audit chain: another order is told of."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.store.database.lock_order import ACCOUNT, AUDIT, NUMBERS, take
from cloud_service.store.database.session import transaction


def test_locks_in_their_order_are_no_fault_nor_is_one_taken_twice(engine: Engine) -> None:
    with transaction(engine) as session:
        for kind, ids in ((ACCOUNT, [1, 7]), (ACCOUNT, [7, 9]), (NUMBERS, [0]), (ACCOUNT, [1]), (AUDIT, [0])):
            take(session, kind, ids)


@pytest.mark.parametrize("first", [(ACCOUNT, [7]), (NUMBERS, [0]), (AUDIT, [0])])
def test_an_earlier_lock_after_a_later_one_is_told_of(engine: Engine, first: tuple[int, list[int]]) -> None:
    with transaction(engine) as session:
        take(session, *first)
        with pytest.raises(AssertionError, match="accounts 5 locked after"):
            take(session, ACCOUNT, [5])


def test_what_a_savepoint_took_is_free_when_it_is_rolled_back_and_all_is_at_the_end(engine: Engine) -> None:
    with transaction(engine) as session:
        take(session, ACCOUNT, [2])
        with session.begin_nested() as savepoint:
            take(session, NUMBERS)
            savepoint.rollback()
        take(session, ACCOUNT, [3])
        session.commit()
        take(session, ACCOUNT, [1])


def test_a_session_that_is_no_door_s_may_do_as_it_likes(session: Session) -> None:
    take(session, NUMBERS)
    take(session, ACCOUNT, [5])
