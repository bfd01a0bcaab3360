"""Prepaid balances by commands."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, printed, refusal


@pytest.fixture
def prepaid_tenant(session: Session, named_database: str) -> World:
    """One tenant who pays before use and has paid nothing yet."""
    world = build(session)
    world.tenant(mode="prepaid")
    session.commit()
    return world


def test_a_balance_is_worked_out_and_listed(prepaid_tenant: World) -> None:
    call("account", "pay", "A1", "50.00", "--reference", "t1", "--kind", "top_up")
    call("prepaid", "tend")
    (row,) = call("prepaid", "list")

    assert ("A1", "Tenant 1", "EUR") == (row["account"], row["client"], row["currency"])
    assert ["ACCOUNT", "TENANT", "NAME", "BALANCE"] == printed("prepaid", "list").split()[:4]


def test_without_decisions_there_are_no_orders_for_gateways(prepaid_tenant: World) -> None:
    assert [] == call("prepaid", "commands")
    assert "" == printed("prepaid", "commands", "--state", "waiting")


def test_an_order_that_was_carried_out_waits_no_more(prepaid_tenant: World) -> None:
    sql = (
        "INSERT INTO gateway_command (service_point_id, meter_id, account_id, kind, reason, author)"
        " SELECT service_point_id, meter_id, :account, 'disconnect', 'nothing left', 'worker' FROM meter_mount"
    )
    prepaid_tenant.session.execute(text(sql), {"account": prepaid_tenant.accounts[0]})
    prepaid_tenant.session.commit()
    (order,) = call("prepaid", "commands")

    assert "disconnect: done\n" == printed("prepaid", "done", str(order["id"]))
    assert isinstance(refusal("prepaid", "done", str(order["id"])), NotFoundError)
    assert ["done"] == [row["state"] for row in call("prepaid", "commands")]
