from datetime import date
from decimal import Decimal

import pytest

from cloud_service.flow.collect.take_over import EarlierBill, balance_of_day, take_back, take_over
from cloud_service.flow.collect.take_over_deposit import take_over_deposit
from cloud_service.sheets.heads.columns import KINDS
from cloud_service.store.sheets.export import QUERIES, rows_of
from tests.books.world import World, build

ON = date(2026, 11, 1)


@pytest.fixture
def world(session: object) -> World:
    return build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session


@pytest.mark.parametrize("kind", list(QUERIES))
def test_a_row_has_keys_of_its_sheet_and_of_its_company_alone(world: World, kind: str) -> None:
    take_over(world.session, world.accounts[0], balance_of_day("A1", Decimal(5), ON), today=ON, author="t")
    rows = list(rows_of(world.session, kind, world.entity))

    assert all(set(row) <= set(KINDS[kind].keys) for row in rows)
    assert [] == [row for row in rows_of(world.session, kind, world.entity + 1) if kind != "meters"]


def test_what_was_taken_over_is_as_it_was_then_and_what_was_taken_back_is_not_there(world: World) -> None:
    account = world.accounts[0]

    def take(bill: EarlierBill) -> int:
        invoice_id = take_over(world.session, account, bill, today=ON, author="t")
        assert invoice_id is not None
        return invoice_id

    take(balance_of_day("A1", Decimal(-5), ON))
    take(EarlierBill("X", Decimal(9), date(2026, 8, 1), date(2026, 9, 1), ON, Decimal(2), "t"))
    take_back(world.session, take(EarlierBill("Y", Decimal(9), ON, ON, ON)), day=ON, author="t")
    take_over_deposit(world.session, account, Decimal(50), on=ON, today=ON, author="t")

    balances = [(row["balance"], row["deposit"]) for row in rows_of(world.session, "balances", world.entity)]
    assert [(Decimal(-5), None), (None, Decimal(50))] == balances
    (item,) = rows_of(world.session, "items", world.entity)
    assert ("X", Decimal(9), Decimal(2), ON, "t") == tuple(
        item[key] for key in ("item", "item_amount", "item_paid", "balance_day", "item_text")
    )
