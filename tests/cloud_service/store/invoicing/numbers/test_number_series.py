"""Gapless numbers."""

from datetime import date

from sqlalchemy import text

from cloud_service.store.invoicing.numbers.number_series import gaps, take_numbers
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import issue_month

NOVEMBER_2 = date(2026, 11, 2)


def test_numbers_follow_each_other_by_kind_and_year(world: World) -> None:
    entity, session = world.entity, world.session

    assert ["INV-2026-00001", "INV-2026-00002"] == take_numbers(session, entity, "invoice", NOVEMBER_2, 2)
    assert ["INV-2026-00003"] == take_numbers(session, entity, "invoice", NOVEMBER_2)
    assert ["CN-2026-00001"] == take_numbers(session, entity, "credit_note", NOVEMBER_2)
    assert ["INV-2027-00001"] == take_numbers(session, entity, "invoice", date(2027, 1, 2))


def test_a_new_year_keeps_the_manner_of_the_last(world: World) -> None:
    take_numbers(world.session, world.entity, "invoice", NOVEMBER_2)
    world.session.execute(text("UPDATE number_series SET prefix = 'R2026/', pattern = 'R{year}/', digits = 3"))

    assert ["R2027/001"] == take_numbers(world.session, world.entity, "invoice", date(2027, 1, 2))


def test_a_rollback_gives_the_numbers_back(world: World) -> None:
    with world.session.begin_nested() as savepoint:
        take_numbers(world.session, world.entity, "invoice", NOVEMBER_2)
        savepoint.rollback()

    assert ["INV-2026-00001"] == take_numbers(world.session, world.entity, "invoice", NOVEMBER_2)


def test_a_number_that_belongs_to_no_invoice_is_a_gap(world: World) -> None:
    issue_month(world)
    assert [] == gaps(world.session, world.entity)

    take_numbers(world.session, world.entity, "invoice", NOVEMBER_2)
    assert [("invoice", "INV-2026-00002")] == gaps(world.session, world.entity)
