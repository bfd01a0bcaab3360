"""Prepaid balances by commands."""

import pytest
from sqlalchemy.orm import Session

from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, printed


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
