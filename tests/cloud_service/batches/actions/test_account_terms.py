from collections.abc import Callable

import pytest

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.account_terms import ACTION
from cloud_service.store.customers.clients import account_terms
from common.errors import ConflictError, InputError
from tests.cloud_service.store.conftest import Office

RowId = Callable[[str, str, str], int]
Ordered = Callable[..., BatchOrder]


def test_only_what_was_typed_changes(office: Office, row_id: RowId, order: Ordered) -> None:
    account = row_id("account", "number", "A-1")
    before = account_terms(office.session, account)
    change = ACTION.do(office.session, account, order(payment_terms_days="30", delivery="post", billing_cycle=""))
    after = account_terms(office.session, account)

    assert RowChange("14 days, email", "30 days, post") == change
    assert (30, "post", before.billing_cycle, before.billing_day, before.settings) == (
        after.payment_terms_days, after.delivery, after.billing_cycle, after.billing_day, after.settings,
    )  # fmt: skip


def test_nothing_typed_and_nothing_new_are_refused(office: Office, row_id: RowId, order: Ordered) -> None:
    account = row_id("account", "number", "A-1")

    with pytest.raises(InputError, match="say what is to change"):
        ACTION.do(office.session, account, order())
    with pytest.raises(ConflictError, match="already"):
        ACTION.do(office.session, account, order(payment_terms_days="14"))
    with pytest.raises(InputError, match="within a year"):
        ACTION.do(office.session, account, order(payment_terms_days="366"))
