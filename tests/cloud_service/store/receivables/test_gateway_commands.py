from datetime import UTC, datetime

from cloud_service.store.receivables import gateway_commands, prepaid
from tests.cloud_service.till import PAID, Till

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def test_one_order_for_a_meter_is_queued_at_a_time_and_can_be_withdrawn(till: Till) -> None:
    session, account = till.session, till.account
    (contract,) = prepaid.accounts(session, [account], PAID)[0].contracts
    point = contract.service_point_id

    def queue(kind: str, at: datetime = NOON) -> bool:
        command = gateway_commands.queue_command(
            session, account_id=account, point_id=point, kind=kind, reason="empty", author="t", at=at, content={}
        )
        return command is not None

    assert [True, False] == [queue("disconnect"), queue("reconnect")]
    assert ["disconnect"] == gateway_commands.cancel_waiting(session, [point], NOON)
    assert [True, False] == [queue("reconnect"), queue("disconnect", datetime(2020, 1, 1, tzinfo=UTC))]
    assert [("reconnect", "waiting"), ("disconnect", "cancelled")] == [
        (order.kind, order.state) for order in gateway_commands.gateway_orders(session)
    ]
