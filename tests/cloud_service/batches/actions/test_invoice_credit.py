from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder
from cloud_service.batches.actions.invoice_credit import ACTION
from common.errors import ConflictError, InputError
from tests.cloud_service.store.conftest import Office


def test_a_bill_is_credited_whole_and_once_with_a_reason(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    invoice = row_id("invoice", "number", "INV-1")
    with pytest.raises(InputError, match="needs a reason"):
        ACTION.do(office.session, invoice, order())
    change = ACTION.do(office.session, invoice, order(reason="wrong meter"))
    (note,) = office.session.execute(text("SELECT number, total FROM invoice WHERE kind = 'credit_note'")).all()

    assert ACTION.approval
    assert change.after.startswith(f"{note.number} · KES -100")
    with pytest.raises(ConflictError, match="credited already"):
        ACTION.do(office.session, invoice, order(reason="wrong meter"))
