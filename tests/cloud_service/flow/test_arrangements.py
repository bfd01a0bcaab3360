from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import arrangements, collect
from cloud_service.flow.issue import issue
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.ledger import balances
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import ConflictError, InputError, NotFoundError
from tests.books.operations import rated
from tests.books.world import World, build

BILLED = date(2026, 11, 2)  # due on 16 November
FIRST, SECOND = date(2026, 11, 23), date(2026, 12, 7)
WHOLE = Decimal("119.00")


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=2)


@pytest.fixture
def bills(world: World) -> list[WrittenInvoice]:
    """An invoice of 119.00 of each client."""
    return [
        issue(world.session, [rated(contract, account, date(2026, 10, 1), Decimal(100))], bill_date=BILLED, author="t")[
            0
        ]
        for contract, account in zip(world.contracts, world.accounts, strict=True)
    ]


def test_instalments_sum_to_what_is_open_and_a_broken_plan_is_dunned_again(
    world: World, bills: list[WrittenInvoice]
) -> None:
    plan = arrangements.agree_plan(world.session, [bills[0].id], 7, date(2026, 12, 1), reason="asked", author="t")

    assert Decimal("119.00") == sum(instalment.amount for instalment in plan.instalments)
    assert {} == arrangements.review_plans(world.session, date(2026, 12, 8), author="t")
    assert {plan.id: "broken"} == arrangements.review_plans(world.session, date(2026, 12, 9), author="t")


def test_an_invoice_is_in_one_plan_at_a_time(world: World, bills: list[WrittenInvoice]) -> None:
    plan = arrangements.agree_plan(world.session, [bills[0].id], 7, date(2026, 12, 1), reason="asked", author="t")
    with pytest.raises(ConflictError, match="INV-2026-00001 is in a payment plan"):
        arrangements.agree_plan(world.session, [bills[0].id], 3, date(2026, 12, 1), reason="again", author="t")
    assert {plan.id: "broken"} == arrangements.review_plans(world.session, date(2026, 12, 9), author="t")

    assert arrangements.agree_plan(world.session, [bills[0].id], 3, date(2026, 12, 20), reason="again", author="t").id


def test_a_paid_plan_is_kept(world: World, bills: list[WrittenInvoice]) -> None:
    plan = arrangements.agree_plan(world.session, [bills[0].id], 2, date(2026, 12, 1), reason="asked", author="t")
    collect.pay(
        world.session, world.accounts[0], Decimal("119.00"), provider="bank", reference="1", day=SECOND, author="t"
    )

    assert {plan.id: "kept"} == arrangements.review_plans(world.session, date(2027, 3, 1), author="t")


def test_a_write_off_books_the_loss_and_closes_the_invoice(world: World, bills: list[WrittenInvoice]) -> None:
    arrangements.write_off(world.session, bills[0].id, Decimal("19.00"), reason="goodwill", day=FIRST, author="t")
    arrangements.write_off(world.session, bills[0].id, Decimal(100), reason="insolvent", day=FIRST, author="t")
    world.session.commit()

    assert Decimal("119.00") == balances(world.session)["write_off", "EUR"]
    assert WHOLE == balances(world.session)["receivable", "EUR"]
    assert all(one.agrees for one in reconcile(world.session, FIRST))
    assert 2 == world.session.execute(text("SELECT count(*) FROM audit WHERE action = 'invoice.write_off'")).scalar()


def test_more_than_is_open_is_not_written_off(world: World, bills: list[WrittenInvoice]) -> None:
    arrangements.write_off(world.session, bills[0].id, Decimal("19.00"), reason="goodwill", day=FIRST, author="t")

    with pytest.raises(ConflictError, match=r", 100\.00 EUR is open"):
        arrangements.write_off(world.session, bills[0].id, Decimal("100.01"), reason="lost", day=FIRST, author="t")
    with pytest.raises(ConflictError, match=r"0.005 cannot be written off"):
        arrangements.write_off(world.session, bills[0].id, Decimal("0.005"), reason="lost", day=FIRST, author="t")
    with pytest.raises(NotFoundError):
        arrangements.write_off(world.session, 4711, Decimal(1), reason="lost", day=FIRST, author="t")


def test_nothing_is_given_up_contested_or_settled_without_a_reason(world: World, bills: list[WrittenInvoice]) -> None:
    with pytest.raises(InputError, match="a reason is needed"):
        arrangements.write_off(world.session, bills[0].id, Decimal(1), reason=" ", day=FIRST, author="t")
    with pytest.raises(InputError, match="a reason is needed"):
        arrangements.dispute(world.session, bills[0].id, reason="", day=FIRST, author="t")
    with pytest.raises(InputError, match="a reason is needed"):
        arrangements.close_dispute(world.session, bills[0].id, outcome="", day=FIRST, author="t")


def test_an_invoice_is_disputed_once_until_the_dispute_is_closed(world: World, bills: list[WrittenInvoice]) -> None:
    arrangements.dispute(world.session, bills[0].id, reason="wrong meter", day=BILLED, author="t")

    with pytest.raises(ConflictError, match="disputed already"):
        arrangements.dispute(world.session, bills[0].id, reason="again", day=BILLED, author="t")
    arrangements.close_dispute(world.session, bills[0].id, outcome="right meter", day=FIRST, author="t")
    with pytest.raises(ConflictError, match="not disputed"):
        arrangements.close_dispute(world.session, bills[0].id, outcome="again", day=FIRST, author="t")
    arrangements.dispute(world.session, bills[0].id, reason="still wrong", day=SECOND, author="t")


def test_a_plan_is_for_invoices_of_one_account(world: World, bills: list[WrittenInvoice]) -> None:
    with pytest.raises(InputError, match="invoices of one account"):
        arrangements.agree_plan(world.session, [bill.id for bill in bills], 2, SECOND, reason="asked", author="t")
