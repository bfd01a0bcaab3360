from datetime import date

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.customers import resting_accounts
from common.errors import NotFoundError
from tests.books.world import build


def test_an_account_rests_until_the_day_that_was_said(session: Session) -> None:
    first, second = build(session, tenants=2).accounts
    resting_accounts.rest_until(session, first, date(2027, 1, 15))

    assert date(2027, 1, 15) == resting_accounts.rests_until(session, first)
    assert resting_accounts.rests_until(session, second) is None
    with pytest.raises(NotFoundError):
        resting_accounts.rests_until(session, 999)
