from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.meter_register import ACTION
from common.errors import ConflictError, NotFoundError
from tests.cloud_service.store.conftest import Office


def test_a_register_is_billed_or_not_from_now_on(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    meter = row_id("meter", "serial", "M-1")

    assert RowChange("billed", "not billed") == ACTION.do(office.session, meter, order(register="import", billed="no"))
    assert (
        office.session.execute(text("SELECT billed FROM register WHERE meter_id = :id"), {"id": meter}).scalar()
        is False
    )
    with pytest.raises(ConflictError, match="not billed already"):
        ACTION.do(office.session, meter, order(register="import", billed="no"))
    with pytest.raises(NotFoundError, match="no register gas"):
        ACTION.do(office.session, meter, order(register="gas", billed="no"))
