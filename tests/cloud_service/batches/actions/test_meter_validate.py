from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder
from cloud_service.batches.actions.meter_validate import ACTION
from common.errors import InputError
from tests.cloud_service.store.conftest import Office


def test_the_days_of_all_registers_wait_to_be_made_again(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    meter = row_id("meter", "serial", "M-1")
    office.session.execute(text("DELETE FROM dirty_day"))
    ACTION.do(office.session, meter, order(**{"from": "2026-11-01", "until": "2026-11-03"}))
    days = office.session.execute(text("SELECT day FROM dirty_day ORDER BY day")).scalars()

    assert ["2026-11-01", "2026-11-02", "2026-11-03"] == [str(day) for day in days]
    for last in ("2026-10-31", "2028-01-01"):
        with pytest.raises(InputError, match="cannot be made again at once"):
            ACTION.do(office.session, meter, order(**{"from": "2026-11-01", "until": last}))
