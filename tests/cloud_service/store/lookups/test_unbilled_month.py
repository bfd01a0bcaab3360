from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.store.lookups.unbilled_month import unbilled_months
from common.period import Span
from tests.books.world import World, build

LAST_DAY = date(2026, 10, 31)


def names(world: World, day: date = LAST_DAY) -> list[tuple[str, int]]:
    return [(month.name, month.connections) for month in unbilled_months(world.session, [world.entity], day)]


def plan(world: World, start: date, end: date, *, dry_run: bool = False) -> int:
    planned = running.RunPlan(world.entity, Span(start, end), end, "t", dry_run)
    return running.plan(world.session, planned).id


def test_a_month_without_a_run_waits_with_its_connections(session: Session) -> None:
    assert [("Example Energy", 2)] == names(build(session, tenants=2))


def test_a_company_without_connections_on_that_day_has_nothing_to_bill(session: Session) -> None:
    assert [] == names(build(session))
    assert [] == names(build(session, tenants=1), date(2025, 12, 31))


def test_who_is_billed_by_the_quarter_is_not_asked_for_each_month(session: Session) -> None:
    world = build(session, tenants=1)
    session.execute(text("UPDATE account SET billing_cycle = 'quarterly'"))

    assert [] == names(world)


@pytest.mark.parametrize(
    ("start", "end", "waits"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), False),
        (date(2026, 10, 1), date(2026, 10, 20), True),
        (date(2026, 9, 1), date(2026, 10, 1), True),
    ],
)
def test_a_run_of_the_month_is_what_bills_it(session: Session, start: date, end: date, *, waits: bool) -> None:
    world = build(session, tenants=1)
    plan(world, start, end)

    assert waits == bool(names(world))


def test_a_trial_and_what_was_given_up_bill_nothing(session: Session) -> None:
    world = build(session, tenants=1)
    plan(world, date(2026, 10, 1), date(2026, 11, 1), dry_run=True)
    assert [("Example Energy", 1)] == names(world)
    running.cancel(session, plan(world, date(2026, 10, 1), date(2026, 11, 1)), "t")

    assert [("Example Energy", 1)] == names(world)
