"""The list of connections that pay in advance."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.flow.customers.contract import move_out
from cloud_service.store.invoicing.advances import bills, plans
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.flow.advances.house import House

D = Decimal
TODAY = date(2026, 3, 10)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for contract, amount in zip(world.contracts, ("100.00", "50.00"), strict=True):
        plans.agree(session, contract, AdvanceTerms(D(amount)), date(2026, 1, 1), author="t", reason="")
    return world


def test_each_connection_is_listed_once_with_what_holds_now(world: World) -> None:
    plans.agree(world.session, world.contracts[0], AdvanceTerms(D("120.00")), date(2026, 2, 1), author="t", reason="")
    plans.agree(world.session, world.contracts[0], AdvanceTerms(D("130.00")), date(2026, 5, 1), author="t", reason="")

    assert [("V1", D("120.00")), ("V2", D("50.00"))] == [
        (row.contract, row.terms.amount) for row in plans.listed(world.session, [world.entity], TODAY)
    ]
    assert [] == plans.listed(world.session, [world.entity + 1], TODAY)


def test_pages_go_on_after_a_connection(world: World) -> None:
    (first,) = plans.listed(world.session, [world.entity], TODAY, limit=1)
    (second,) = plans.listed(world.session, [world.entity], TODAY, after=first.contract_id, limit=1)

    assert ("V1", "V2") == (first.contract, second.contract)


def test_a_plan_that_ended_is_not_listed(world: World) -> None:
    plans.end(world.session, world.contracts[0], TODAY)

    assert ["V2"] == [row.contract for row in plans.listed(world.session, [world.entity], TODAY)]
    assert 1 == len(plans.plans_of(world.session, world.contracts[0]))


def test_why_one_could_not_be_billed_stands_beside_it(world: World) -> None:
    bills.note_fault(world.session, world.contracts[1], Span(date(2026, 3, 1), date(2026, 4, 1)), "no tariff")

    assert [None, "no tariff"] == [row.fault for row in plans.listed(world.session, [world.entity], TODAY)]


def test_a_connection_that_has_ended_is_not_listed(world: World) -> None:
    move_out(world.session, world.contracts[0], date(2026, 3, 1), author="t")

    assert ["V2"] == [row.contract for row in plans.listed(world.session, [world.entity], TODAY)]


def test_only_what_was_not_taken_off_yet_waits(world: World) -> None:
    house = House(world)
    for register in world.registers:
        world.readings(register, Span(date(2026, 1, 1), date(2026, 2, 1)))
    house.advances(date(2026, 2, 1))
    house.bill(Span(date(2026, 1, 1), date(2026, 2, 1)))

    assert [D(100), D(100)] == [row.waiting for row in plans.listed(world.session, [world.entity], TODAY)]
