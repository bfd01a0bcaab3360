from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.account_statement import ACTION
from common.errors import InputError
from tests.cloud_service.store.conftest import Office


def test_the_statement_waits_to_be_mailed(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    account, days = row_id("account", "number", "A-1"), {"from": "2026-01-01", "until": "2026-11-20"}

    assert RowChange("", "c-1@example.com") == ACTION.do(office.session, account, order(**days))
    assert "waiting" == office.session.execute(text("SELECT state FROM delivery WHERE kind = 'statement'")).scalar()
    office.session.execute(text("UPDATE client SET email = ''"))
    with pytest.raises(InputError, match="no e-mail address"):
        ACTION.do(office.session, account, order(**days))
