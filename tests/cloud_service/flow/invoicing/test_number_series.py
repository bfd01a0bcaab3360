from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.number_pattern import SeriesManner
from cloud_service.flow.invoicing.number_series import manner_of, preview, set_manner
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.numbers.number_series import gaps, take_numbers
from common.errors import ConflictError, InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
DAY = date(2026, 11, 2)
YEARLY = SeriesManner("INV-{year}-", 5, 1, yearly=True)


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def set_to(world: World, manner: SeriesManner, kind: str = "invoice", year: int = 2026) -> bool:
    return set_manner(world.session, world.entity, kind, manner, year=year, author="boss")


def take(world: World, day: date = DAY, kind: str = "invoice") -> str:
    return take_numbers(world.session, world.entity, kind, day)[0]


def test_before_the_first_bill_a_series_begins_where_the_old_system_ended(world: World) -> None:
    assert YEARLY == manner_of(world.session, world.entity, "invoice", 2026)
    old = SeriesManner("R{yy}-", 4, 318, yearly=True)

    assert ["R26-0318", "R26-0319", "R26-0320"] == preview(old, 2026)
    assert set_to(world, old)
    assert not set_to(world, old)
    assert ["R26-0318", "R26-0319"] == [take(world), take(world)]
    assert SeriesManner("R{yy}-", 4, 320, yearly=True) == manner_of(world.session, world.entity, "invoice", 2026)
    assert "R27-0001" == take(world, date(2027, 1, 2))


def test_a_first_number_other_than_one_is_no_gap_and_neither_is_a_change_of_prefix(session: Session) -> None:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    set_to(world, SeriesManner("INV-{year}-", 2, 500, yearly=True))
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issued = issue(session, rated[:1], bill_date=DAY, author="t")
    set_to(world, SeriesManner("B-", 3, 1, yearly=False))
    issued += issue(session, rated[1:2], bill_date=DAY, author="t")
    set_to(world, SeriesManner("B-", 3, 7, yearly=False))
    issued += issue(session, rated[2:], bill_date=DAY, author="t")

    assert ["INV-2026-500", "B-001", "B-007"] == [one.number for one in issued]
    assert [] == gaps(session, world.entity)
    take(world)
    assert [("invoice", "B-008")] == gaps(session, world.entity)


def test_a_series_that_goes_on_takes_no_notice_of_years(world: World) -> None:
    take(world)
    set_to(world, SeriesManner("B-", 3, 1, yearly=False))

    assert ["B-001", "B-002", "B-003"] == [take(world, date(year, 12, 31)) for year in (2025, 2026, 2031)]


def test_back_to_years_no_number_comes_twice_whatever_year_a_bill_is_dated_in(world: World) -> None:
    assert ["INV-2025-00001", "INV-2026-00001"] == [take(world, date(2025, 5, 5)), take(world)]
    set_to(world, SeriesManner("B-", 3, 1, yearly=False))
    set_to(world, SeriesManner("INV-{year}-", 5, 2, yearly=True))

    assert ["INV-2025-00002", "INV-2026-00002"] == [take(world, date(2025, 5, 5)), take(world)]


def test_numbers_go_only_forward(world: World) -> None:
    take(world), take(world)
    for number in (1, 2):
        with pytest.raises(ConflictError, match="INV-2026-00002 is given out already") as caught:
            set_to(world, SeriesManner("INV-{year}-", 5, number, yearly=True))
        assert ("next_number", "3 or more, or another prefix") == (caught.value.path, caught.value.hint)

    assert set_to(world, SeriesManner("INV-{year}-", 3, 3, yearly=True))
    assert "INV-2026-003" == take(world)


@pytest.mark.parametrize("prefix", ["INV-{year}-", "INV-{year}-0", "INV-{year}-{year}"])
def test_bills_and_credit_notes_can_never_have_one_number(world: World, prefix: str) -> None:
    take(world)
    with pytest.raises(ConflictError, match="could make the same number"):
        set_to(world, SeriesManner(prefix, 5, 900, yearly=True), "credit_note")

    assert set_to(world, SeriesManner("G-{year}-", 5, 900, yearly=True), "credit_note")


def test_a_number_that_a_bill_has_already_is_refused(session: Session) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issue(session, rated, bill_date=DAY, author="t")
    session.execute(text("UPDATE number_series SET prefix = 'X'"))  # as if it had come from elsewhere
    with pytest.raises(ConflictError, match="there is a bill INV-2026-00001 already") as caught:
        set_to(world, YEARLY)
    assert "2 or more, or another prefix" == caught.value.hint
    assert set_to(world, SeriesManner("INV-{year}-", 5, 3, yearly=True))


def test_changes_stand_in_the_audit_log_and_other_kinds_are_refused(world: World) -> None:
    set_to(world, SeriesManner("B-", 3, 5, yearly=False))
    (row,) = world.session.execute(text("SELECT actor, after FROM audit WHERE action = 'number_series.set'"))
    assert ("boss", {"pattern": "B-", "digits": 3, "next_number": 5, "yearly": False}) == tuple(row)

    with pytest.raises(InputError, match="'letter' is not numbered"):
        set_to(world, YEARLY, "letter")
