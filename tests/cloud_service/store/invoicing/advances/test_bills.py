"""Periods that have a bill in advance: one live one a day, freed by its credit."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from cloud_service.store.invoicing.advances import bills, plans
from common.period import Span
from tests.cloud_service.flow.advances.house import JANUARY, House

D = Decimal
FEBRUARY = date(2026, 2, 1)
WINDOW = Span(JANUARY, date(2026, 12, 31))


def test_a_period_has_one_live_bill(house: House) -> None:
    house.agree()
    (bill,) = house.advances(JANUARY).issued
    with pytest.raises(IntegrityError, match="ex_advance_bill_live"), house.world.session.begin_nested():
        bills.add(
            house.world.session,
            house.contract,
            house.bill(Span(FEBRUARY, date(2026, 3, 1))).id,
            Span(JANUARY, FEBRUARY),
        )

    (live,) = bills.live_bills(house.world.session, house.contract)
    assert (bill.number, D(100), D(100), None) == (live.number, live.total, live.outstanding, live.settled_by)


def test_the_bill_that_took_it_off_stands_beside_it(house: House) -> None:
    house.agree()
    house.advances(JANUARY)
    settlement = house.bill(Span(JANUARY, FEBRUARY))

    assert [settlement.number] == [each.settled_by for each in bills.live_bills(house.world.session, house.contract)]


def test_a_credited_one_is_no_live_one(house: House) -> None:
    house.agree()
    (bill,) = house.advances(JANUARY).issued
    assert FEBRUARY == bills.billed_until(house.world.session, house.contract)
    house.credit(bill.id, FEBRUARY)

    assert [] == bills.live_bills(house.world.session, house.contract)
    assert bills.billed_until(house.world.session, house.contract) is None


def test_plans_come_with_the_days_that_are_taken(house: House) -> None:
    house.agree()
    house.advances(JANUARY)
    house.bill(Span(FEBRUARY, date(2026, 3, 1)))

    (plan,) = bills.planned(house.world.session, house.world.entity, WINDOW)
    assert (Span(JANUARY, date(2026, 3, 1)),) == plan.taken
    assert [] == bills.planned(house.world.session, house.world.entity, WINDOW, after=house.contract)
    assert [] == bills.planned(house.world.session, house.world.entity + 1, WINDOW)


def test_each_one_stands_beside_its_own_settlement(house: House) -> None:
    house.agree()
    house.advances(FEBRUARY)
    settlement = house.bill(Span(JANUARY, FEBRUARY))

    assert [(FEBRUARY, None), (JANUARY, settlement.number)] == [
        (each.start, each.settled_by) for each in bills.live_bills(house.world.session, house.contract)
    ]


def test_the_newest_reason_is_told_and_each_company_s_are_its_own(house: House) -> None:
    session, entity = house.world.session, house.world.entity
    bills.note_fault(session, house.contract, Span(JANUARY, FEBRUARY), "no tariff")
    bills.note_fault(session, house.contract, Span(FEBRUARY, date(2026, 3, 1)), "prepaid")

    bills.forget_other_faults(session, entity + 1, [])
    assert bills.faults(session, [entity + 1]) is None
    faults = bills.faults(session, [entity])
    assert faults is not None
    assert 1 == faults.contracts
    assert [("prepaid", FEBRUARY)] == [(row.fault, row.fault_start) for row in plans_with_fault(house)]
    bills.forget_other_faults(session, entity, [house.contract])
    assert bills.faults(session, [entity]) is not None
    bills.forget_other_faults(session, entity, [])
    assert bills.faults(session, [entity]) is None


def plans_with_fault(house: House) -> list[plans.ListedPlan]:
    house.agree()
    return plans.listed(house.world.session, [house.world.entity], JANUARY)
