from collections.abc import Callable
from datetime import date

import pytest

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.account_rest import ACTION
from cloud_service.store.customers.resting_accounts import rests_until
from common.errors import ConflictError, InputError
from tests.cloud_service.conftest import Office


def test_an_account_rests_until_a_day_and_is_reminded_again_without_one(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    account = row_id("account", "number", "A-1")

    assert RowChange("", "2026-12-24") == ACTION.do(office.session, account, order(rest_until="2026-12-24"))
    assert date(2026, 12, 24) == rests_until(office.session, account)
    with pytest.raises(ConflictError, match="already"):
        ACTION.do(office.session, account, order(rest_until="2026-12-24"))
    with pytest.raises(InputError, match="not after today"):
        ACTION.do(office.session, account, order(rest_until="2026-11-20"))
    assert RowChange("2026-12-24", "") == ACTION.do(office.session, account, order())
    assert rests_until(office.session, account) is None
