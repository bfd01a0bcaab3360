"""Periods that have a bill in advance: one live one a day, freed by its credit."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from cloud_service.store.invoicing.advances import bills
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
