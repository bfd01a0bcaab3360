from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.contract_close import ACTION
from common.errors import ConflictError
from tests.cloud_service.store.conftest import Office


def test_a_connection_ends_on_the_day_once(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    contract = row_id("contract", "number", "K-1")

    assert RowChange("", "2026-12-01") == ACTION.do(office.session, contract, order(day="2026-12-01"))
    end = office.session.execute(text("SELECT upper(during) FROM contract WHERE id = :id"), {"id": contract}).scalar()
    assert "2026-12-01" == str(end)
    with pytest.raises(ConflictError, match="ends on 2026-12-01 already"):
        ACTION.do(office.session, contract, order(day="2026-12-05"))
