from collections.abc import Callable

from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.invoice_send import ACTION
from tests.cloud_service.store.conftest import Office


def test_a_bill_waits_to_be_mailed_to_the_present_address(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    office.session.execute(text("UPDATE client SET email = 'new@example.com' WHERE number = 'C-1'"))

    assert RowChange("", "new@example.com") == ACTION.do(office.session, row_id("invoice", "number", "INV-1"), order())
    (row,) = office.session.execute(text("SELECT recipient, state FROM delivery")).all()
    assert ("new@example.com", "waiting") == tuple(row)
