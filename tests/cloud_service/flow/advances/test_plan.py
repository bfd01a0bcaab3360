"""What is agreed holds from a day on, up to what was agreed for later; billed days keep what they had."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.flow.advances import plan
from cloud_service.flow.customers.contract import take_back_contract
from cloud_service.flow.customers.contract.terms import change_mode
from cloud_service.store.invoicing.advances import plans
from common.errors import ConflictError, InputError
from common.period import Span
from tests.cloud_service.flow.advances.house import JANUARY, House

D = Decimal
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def agreed(house: House) -> list[tuple[date, date | None, Decimal]]:
    return [(each.start, each.end, each.terms.amount) for each in plans.plans_of(house.world.session, house.contract)]


def test_a_change_ends_what_was_agreed_and_leaves_what_was_agreed_for_later(house: House) -> None:
    house.agree("100.00")
    house.agree("150.00", day=date(2026, 6, 1))
    house.agree("120.00", day=MARCH)

    assert [
        (JANUARY, MARCH, D("100.00")), (MARCH, date(2026, 6, 1), D("120.00")), (date(2026, 6, 1), None, D("150.00"))
    ] == agreed(house)  # fmt: skip
    house.agree("90.00", day=MARCH)
    assert (MARCH, date(2026, 6, 1), D("90.00")) == agreed(house)[1]


def test_a_change_is_billed_from_its_day_on(house: House) -> None:
    house.agree("100.00")
    house.agree("150.00", day=FEBRUARY)

    assert [D("100.00"), D("150.00")] == [bill.draft.total for bill in house.advances(FEBRUARY).issued]


def test_days_that_are_billed_in_advance_keep_their_plan(house: House) -> None:
    house.agree("100.00")
    house.advances(JANUARY)

    with pytest.raises(ConflictError, match="days before 2026-02-01 are billed in advance"):
        house.agree("90.00", day=date(2026, 1, 15))
    with pytest.raises(ConflictError, match="billed in advance"):
        plan.end(house.world.session, house.contract, date(2026, 1, 15), author="t")
    house.agree("90.00", day=FEBRUARY)


def test_days_that_are_billed_get_no_plan(house: House) -> None:
    house.bill(Span(JANUARY, FEBRUARY))

    with pytest.raises(ConflictError, match="billed already"):
        house.agree("90.00")


def test_an_end_takes_what_was_agreed_for_later_along(house: House) -> None:
    house.agree("100.00")
    house.agree("150.00", day=date(2026, 6, 1))
    plan.end(house.world.session, house.contract, MARCH, author="t")

    assert [(JANUARY, MARCH, D("100.00"))] == agreed(house)
    with pytest.raises(ConflictError, match="nothing is agreed"):
        plan.end(house.world.session, house.contract, MARCH, author="t")


def test_a_prepaid_account_pays_nothing_in_advance(house: House) -> None:
    change_mode(house.world.session, house.world.accounts[0], "prepaid", FEBRUARY, author="t")

    house.agree("100.00")
    with pytest.raises(ConflictError, match="prepaid on 2026-02-01"):
        house.agree("100.00", day=FEBRUARY)


def test_a_plan_lies_within_the_contract(house: House) -> None:
    with pytest.raises(InputError, match="supplied from 2026-01-01"):
        house.agree("100.00", day=date(2025, 12, 31))


def test_a_contract_that_is_billed_in_advance_is_taken_back_after_a_credit_only(house: House) -> None:
    house.agree("100.00")
    (bill,) = house.advances(JANUARY).issued
    with pytest.raises(ConflictError, match=f"in advance by {bill.number}"):
        take_back_contract(house.world.session, house.contract, author="t", reason="never came")

    house.credit(bill.id, date(2026, 1, 5))
    take_back_contract(house.world.session, house.contract, author="t", reason="never came")
    house.world.session.commit()
    assert [] == house.advances(MARCH).issued


def test_an_end_on_the_first_day_of_a_plan_takes_it_whole(house: House) -> None:
    house.agree("100.00")
    house.agree("150.00", day=MARCH)
    plan.end(house.world.session, house.contract, MARCH, author="t")

    assert [(JANUARY, MARCH, D("100.00"))] == agreed(house)
