from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import DunningRules, read_rules
from cloud_service.flow import collect
from cloud_service.flow.dunning.interest import charge_interest, enter_base_rate
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.errors import InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLED = date(2026, 11, 2)  # due on 16 November
SECOND = date(2026, 12, 7)


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
        enter_base_rate(world.session, "DE", start, Decimal("1.27"), author="t")


def pay(world: World, account: int) -> None:
    amount = Decimal("118.29")
    collect.pay(world.session, account, amount, provider="bank", reference="1", day=SECOND, author="t")


def test_interest_is_refused_for_days_whose_base_rate_nobody_entered(world: World, bills: list[WrittenInvoice]) -> None:
    with pytest.raises(InputError, match="no base rate is known for 2026-11-17"):
        charge_interest(world.begin, date(2026, 12, 17), author="t")

    enter_base_rate(world.session, "DE", date(2026, 7, 1), Decimal("2.27"), author="t")
    issued = charge_interest(world.begin, date(2026, 12, 17), author="t")

    assert [Decimal("0.71")] * 2 == [one.draft.total for one in issued]  # 118.29 × 7.27 % × 30/365 = 0.7068
    assert 1 == world.session.execute(text("SELECT count(*) FROM audit WHERE action = 'base_rate.enter'")).scalar()


def test_a_country_without_interest_has_no_base_rate_to_enter(world: World) -> None:
    with pytest.raises(InputError, match="charge no interest"):
        enter_base_rate(world.session, "KE", date(2026, 7, 1), Decimal(1), author="t")


@pytest.mark.usefixtures("base_rates")
def test_german_consumers_owe_five_points_above_the_base_rate(world: World, bills: list[WrittenInvoice]) -> None:
    collect.pay(
        world.session, world.accounts[1], Decimal("118.29"), provider="bank", reference="1", day=SECOND, author="t"
    )
    issued = charge_interest(world.begin, date(2026, 12, 17), author="t")

    # 118.29 × 6.27 % × 30/365 = 0.6096; the second account paid before and is not overdue
    assert [("A1", Decimal("0.61"))] == [(one.draft.account.buyer.account, one.draft.total) for one in issued]
    assert [] == charge_interest(world.begin, date(2026, 12, 17), author="t")


@pytest.mark.usefixtures("base_rates")
def test_interest_bears_no_interest(world: World, bills: list[WrittenInvoice]) -> None:
    pay(world, world.accounts[1])
    charge_interest(world.begin, date(2026, 12, 17), author="t")
    later = charge_interest(world.begin, date(2027, 2, 17), author="t")

    assert ["Interest on INV-2026-00001"] == [one.draft.lines[0].label for one in later]


def test_high_interest_bears_none_either(world: World, bills: list[WrittenInvoice]) -> None:
    """5.83 until 17 December; of that there would be some 0.30 more by February."""
    set_rules(world.session, world.entity, own_rules(person="60", fixed=True), BILLED, today=BILLED, author="t")
    charge_interest(world.begin, date(2026, 12, 17), author="t")
    later = charge_interest(world.begin, date(2027, 2, 17), author="t")

    assert {"Interest on INV-2026-00001", "Interest on INV-2026-00002"} == {one.draft.lines[0].label for one in later}


def own_rules(**interest: object) -> DunningRules:
    return read_rules({"steps": [{"name": "Call", "days": 3}], "interest": interest})


def test_a_company_s_fixed_interest_begins_when_its_rules_do_and_after_its_days_of_grace(
    world: World, bills: list[WrittenInvoice]
) -> None:
    rules = own_rules(person="12", fixed=True, after_days=4, year="360")
    set_rules(world.session, world.entity, rules, BILLED, today=BILLED, author="t")
    issued = charge_interest(world.begin, date(2026, 12, 21), author="t")

    # due on 16 November, so from 21 November on: 118.29 × 12 % × 30/360 = 1.1829
    assert [Decimal("1.18")] * 2 == [one.draft.total for one in issued]
    assert "118.29 × 12 % × 30/360 days" in str(issued[0].draft.lines[0])


@pytest.mark.usefixtures("base_rates")
def test_each_day_is_charged_by_the_rules_of_that_day(world: World, bills: list[WrittenInvoice]) -> None:
    rules, changed_on = own_rules(person="10", fixed=True), date(2026, 12, 1)
    set_rules(world.session, world.entity, rules, changed_on, today=BILLED, author="t")
    issued = charge_interest(world.begin, date(2026, 12, 17), author="t")

    # 14 days at 6.27 % and 16 at 10 %: 118.29 × (0.0627 × 14 + 0.10 × 16) / 365 = 0.8030
    assert [Decimal("0.80")] * 2 == [one.draft.total for one in issued]


def test_interest_below_the_least_waits_and_is_not_lost(world: World, bills: list[WrittenInvoice]) -> None:
    rules = own_rules(person="12", fixed=True, least={"EUR": "2.00"})
    set_rules(world.session, world.entity, rules, BILLED, today=BILLED, author="t")

    assert [] == charge_interest(world.begin, date(2026, 12, 17), author="t")
    later = charge_interest(world.begin, date(2027, 1, 16), author="t")
    assert [Decimal("2.33")] * 2 == [one.draft.total for one in later]  # 118.29 × 12 % × 60/365


def test_points_above_a_base_rate_that_only_the_company_goes_by(world: World, bills: list[WrittenInvoice]) -> None:
    rules = own_rules(person="3", base_country="KE", base_source="Central Bank of Kenya", base_months=12)
    set_rules(world.session, world.entity, rules, BILLED, today=BILLED, author="t")
    with pytest.raises(InputError, match="no base rate is known for 2026-11-17") as caught:
        charge_interest(world.begin, date(2026, 12, 17), author="t")
    assert "Central Bank of Kenya" in (caught.value.hint or "")

    enter_base_rate(world.session, "KE", date(2026, 6, 1), Decimal(9), author="t")
    issued = charge_interest(world.begin, date(2026, 12, 17), author="t")
    assert [Decimal("1.17")] * 2 == [one.draft.total for one in issued]  # 118.29 × 12 % × 30/365


def test_interest_that_cannot_be_the_e_invoice_its_client_wants_is_put_aside_alone(
    world: World, bills: list[WrittenInvoice], base_rates: None
) -> None:
    world.session.execute(text("UPDATE client SET einvoice = 'einvoice_ubl' WHERE number = 'C1'"))

    with pytest.raises(InputError, match="the seller needs a VAT id") as told:
        charge_interest(world.begin, date(2026, 12, 17), author="t")
    assert "left out: A1; all others are done" in str(told.value.hint)
    assert ["INV-2026-00003"] == world.session.scalars(
        text("SELECT number FROM invoice WHERE basis ? 'interest_on' ORDER BY id")
    ).all()
