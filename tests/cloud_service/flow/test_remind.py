from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import arrangements, collect, remind
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.ledger import balances
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLED = date(2026, 11, 2)  # due on 16 November
FIRST, SECOND = date(2026, 11, 23), date(2026, 12, 7)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


@pytest.fixture
def bills(world: World) -> list[WrittenInvoice]:
    rated = [one.rated for one in rate_contracts(world.session, world.contracts, OCTOBER) if one.rated]
    return issue(world.session, rated, bill_date=BILLED, author="test")


@pytest.fixture
def base_rates(world: World) -> None:
    for start in (date(2026, 7, 1), date(2027, 1, 1)):
        remind.enter_base_rate(world.session, "DE", start, Decimal("1.27"), author="t")


def pay(world: World, account: int) -> None:
    amount = Decimal("118.29")
    collect.pay(world.session, account, amount, provider="bank", reference="1", day=SECOND, author="t")


def test_the_first_step_comes_seven_days_after_the_due_date_and_once(world: World, bills: list[WrittenInvoice]) -> None:
    assert [] == remind.remind(world.session, date(2026, 11, 22), author="t")

    told = remind.remind(world.session, FIRST, author="t")

    assert [("Zahlungserinnerung", Decimal("118.29"))] * 2 == [(one.step, one.amount) for one in told]
    assert [] == remind.remind(world.session, FIRST, author="t")


def test_the_second_step_has_a_fee_that_is_an_invoice_of_its_own(world: World, bills: list[WrittenInvoice]) -> None:
    remind.remind(world.session, FIRST, author="t")
    told = remind.remind(world.session, SECOND, author="t")
    world.session.commit()

    assert [Decimal("120.79")] * 2 == [one.amount for one in told]
    assert Decimal("-5.00") == balances(world.session)["fees", "EUR"]
    assert all(one.agrees for one in reconcile(world.session, SECOND))


def test_paid_disputed_and_planned_invoices_are_left_alone(world: World, bills: list[WrittenInvoice]) -> None:
    arrangements.dispute(world.session, bills[0].id, reason="meter is wrong", day=BILLED, author="t")
    arrangements.agree_plan(world.session, [bills[1].id], 3, date(2026, 12, 1), reason="short of money", author="t")

    assert [] == remind.remind(world.session, SECOND, author="t")

    arrangements.close_dispute(world.session, bills[0].id, outcome="meter was right", day=FIRST, author="t")

    assert ["A1"] == [one.account for one in remind.remind(world.session, SECOND, author="t")]


def test_interest_is_refused_for_days_whose_base_rate_nobody_entered(world: World, bills: list[WrittenInvoice]) -> None:
    with pytest.raises(InputError, match="no base rate is known for 2026-11-17"):
        remind.charge_interest(world.session, date(2026, 12, 17), author="t")

    remind.enter_base_rate(world.session, "DE", date(2026, 7, 1), Decimal("2.27"), author="t")
    issued = remind.charge_interest(world.session, date(2026, 12, 17), author="t")

    assert [Decimal("0.71")] * 2 == [one.draft.total for one in issued]  # 118.29 × 7.27 % × 30/365 = 0.7068
    assert 1 == world.session.execute(text("SELECT count(*) FROM audit WHERE action = 'base_rate.enter'")).scalar()


def test_a_country_without_interest_has_no_base_rate_to_enter(world: World) -> None:
    with pytest.raises(InputError, match="charge no interest"):
        remind.enter_base_rate(world.session, "KE", date(2026, 7, 1), Decimal(1), author="t")


@pytest.mark.usefixtures("base_rates")
def test_german_consumers_owe_five_points_above_the_base_rate(world: World, bills: list[WrittenInvoice]) -> None:
    collect.pay(
        world.session, world.accounts[1], Decimal("118.29"), provider="bank", reference="1", day=SECOND, author="t"
    )
    issued = remind.charge_interest(world.session, date(2026, 12, 17), author="t")

    # 118.29 × 6.27 % × 30/365 = 0.6096; the second account paid before and is not overdue
    assert [("A1", Decimal("0.61"))] == [(one.draft.account.buyer.account, one.draft.total) for one in issued]
    assert [] == remind.charge_interest(world.session, date(2026, 12, 17), author="t")


@pytest.mark.usefixtures("base_rates")
def test_interest_bears_no_interest(world: World, bills: list[WrittenInvoice]) -> None:
    pay(world, world.accounts[1])
    remind.charge_interest(world.session, date(2026, 12, 17), author="t")
    later = remind.charge_interest(world.session, date(2027, 2, 17), author="t")

    assert ["Interest on INV-2026-00001"] == [one.draft.lines[0].label for one in later]
