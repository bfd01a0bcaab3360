"""What a bill rests on and what rests on it."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow import remind
from cloud_service.store.invoicing.bill_relations import relations_of
from tests.books.world import World, build
from tests.cloud_service.flow.advances.house import House
from tests.cloud_service.flow.test_correct_invoice import NOVEMBER, OCTOBER, bill, credit, difference

DECEMBER_2 = date(2026, 12, 2)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=1)
    for span in (OCTOBER, NOVEMBER):
        world.readings(world.registers[0], span)
    return world


def related(world: World, invoice_id: int) -> list[tuple[str, str | None]]:
    return [(relation.kind, relation.number) for relation in relations_of(world.session, invoice_id)]


def test_neighbours_name_each_other_until_one_is_credited(world: World) -> None:
    october, november = bill(world), bill(world, NOVEMBER, DECEMBER_2)

    assert [("after", november.number)] == related(world, october.id)
    assert [("before", october.number)] == related(world, november.id)

    credit(world, november)
    assert [] == related(world, october.id)


def test_a_difference_waits_and_then_stands_on_the_next_bill(world: World) -> None:
    october = bill(world)
    difference(world, october)

    assert [("waiting", None)] == related(world, october.id)

    november = bill(world, NOVEMBER, DECEMBER_2)
    assert [("after", november.number), ("difference_on", november.number)] == related(world, october.id)
    assert [("before", october.number), ("difference_to", october.number)] == related(world, november.id)

    credit(world, november)
    assert [("waiting", None)] == related(world, october.id)


def test_a_late_fee_and_its_bill_name_each_other(world: World) -> None:
    october = bill(world)
    remind.remind(world.begin, date(2026, 11, 23), author="t")
    (told,) = remind.remind(world.begin, date(2026, 12, 7), author="t")

    (fee,) = relations_of(world.session, october.id)
    assert ("fee", told.fee) == (fee.kind, fee.number)


def test_an_advance_waits_for_the_bill_of_its_days_and_then_stands_on_it(world: World) -> None:
    house = House(world)
    house.agree(day=OCTOBER.start)
    (advance,) = house.advances(OCTOBER.start).issued
    assert [("unsettled", None)] == related(world, advance.id)

    october = bill(world)
    assert [("settled_on", october.number)] == related(world, advance.id)
    assert [("advance", advance.number)] == related(world, october.id)
