from datetime import UTC, datetime

from sqlalchemy import text

from cloud_service.store.customers import contract_changes
from cloud_service.store.receivables import gateway_commands, prepaid
from tests.cloud_service.till import Till

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def test_one_order_for_a_meter_is_queued_at_a_time_and_can_be_withdrawn(till: Till) -> None:
    session, account = till.session, till.account
    (contract,) = prepaid.accounts(session, [account], NOON)[0].contracts
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


def test_a_point_is_cut_for_somebody_else_unless_who_is_supplied_there_is_prepaid_and_cut(till: Till) -> None:
    session = till.session
    point = contract_changes.stored_contract(session, till.world.contracts[0]).service_point_id
    gateway_commands.queue_command(
        session, account_id=till.account, point_id=point, kind="disconnect", reason="empty", author="t", at=NOON,
        content={},
    )  # fmt: skip
    assert {point} == gateway_commands.cut_points(session, [point])
    assert [till.account] == [cut.account_id for cut in gateway_commands.cut_for_others(session, NOON)]

    session.execute(
        text("INSERT INTO prepaid_state (account_id, state) VALUES (:a, 'disconnected')"), {"a": till.account}
    )
    assert 1 == len(gateway_commands.cut_for_others(session, NOON))  # but pays by bill
    session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    assert [] == gateway_commands.cut_for_others(session, NOON)
    session.execute(text("UPDATE contract SET during = '[2026-01-01,2026-11-05)'"))  # nobody is supplied there
    session.execute(text("DELETE FROM prepaid_state"))
    assert [] == gateway_commands.cut_for_others(session, NOON)
