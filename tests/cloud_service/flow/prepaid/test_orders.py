"""What became of orders to connect and disconnect."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from cloud_service.flow.prepaid import finish_order
from cloud_service.store.customers import contract_changes
from cloud_service.store.receivables import gateway_commands
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.till import Till

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def order(till: Till) -> int:
    point = contract_changes.stored_contract(till.session, till.world.contracts[0]).service_point_id
    order_id = gateway_commands.queue_command(
        till.session, account_id=till.account, point_id=point, kind="disconnect", reason="empty", author="t", at=NOON,
        content={},
    )  # fmt: skip
    assert order_id is not None
    return order_id


@pytest.mark.parametrize(("failed", "state"), [(False, "done"), (True, "failed")])
def test_an_order_is_carried_out_once_by_a_person(till: Till, failed: bool, state: str) -> None:
    waiting = order(till)

    assert "disconnect" == finish_order(till.session, Scope(), waiting, failed=failed, now=NOON, author="t")
    row = till.session.execute(text("SELECT state, done_at FROM gateway_command")).one()
    assert (state, NOON) == (row.state, row.done_at)
    with pytest.raises(NotFoundError, match=f"no order {waiting} waits"):
        finish_order(till.session, Scope(), waiting, failed=False, now=NOON, author="t")


def test_an_order_of_another_company_does_not_exist(till: Till) -> None:
    waiting = order(till)
    others = Scope(entities=frozenset({till.world.entity + 1}))

    with pytest.raises(NotFoundError):
        finish_order(till.session, others, waiting, failed=False, now=NOON, author="t")
