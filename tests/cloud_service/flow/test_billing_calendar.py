"""Runs that are planned by themselves: on their day, once, looking back, and never over what waits for a person."""

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_calendar import set_calendar
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing.billing_calendar import BillingCalendar, calendar_of
from cloud_service.store.invoicing.billing_runs import StoredRun, run_of
from common.errors import InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
CALENDAR = BillingCalendar(automatic=True, since=date(2026, 10, 1), after_days=2)
ITSELF = replace(CALENDAR, approval="itself")


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def planned(world: World, today: date, calendar: BillingCalendar = CALENDAR) -> StoredRun | None:
    return running.plan_fallen_due(world.session, world.entity, calendar, today)


def test_a_run_is_planned_on_its_day_and_once(world: World) -> None:
    assert planned(world, date(2026, 11, 2)) is None

    run = planned(world, date(2026, 11, 3))
    assert run is not None
    assert (OCTOBER, date(2026, 11, 3), running.CALENDAR) == (run.span, run.bill_date, run.created_by)
    assert planned(world, date(2026, 11, 3)) is None
    assert planned(world, date(2026, 11, 4)) is None


def test_days_on_which_the_machine_was_off_are_made_up_for_in_one_run(world: World) -> None:
    run = planned(world, date(2026, 12, 20))
    assert run is not None
    spans = world.session.execute(text("SELECT DISTINCT lower(during), upper(during) FROM billing_item ORDER BY 1"))
    assert [(OCTOBER.start, OCTOBER.end), (NOVEMBER.start, NOVEMBER.end)] == [tuple(row) for row in spans]
    assert planned(world, date(2026, 12, 21)) is None


def test_what_ended_before_the_calendar_began_is_left_alone(world: World) -> None:
    assert planned(world, date(2026, 11, 20), replace(CALENDAR, since=date(2026, 11, 2))) is None
    assert planned(world, date(2026, 11, 20), replace(CALENDAR, automatic=False)) is None


def test_what_is_parked_or_given_up_waits_for_a_person(world: World) -> None:
    run = planned(world, date(2026, 11, 3))
    assert run is not None
    world.session.execute(text("UPDATE billing_item SET state = 'parked'"))
    assert planned(world, date(2026, 11, 4)) is None

    running.cancel(world.session, run.id, "boss")
    assert planned(world, date(2026, 11, 5)) is None


def test_a_dry_run_gives_way_only_where_something_is_due(world: World) -> None:
    dry = running.plan(world.session, RunPlan(world.entity, OCTOBER, OCTOBER.end, "t", dry_run=True))
    assert planned(world, date(2026, 11, 2)) is None
    assert "rating" == run_of(world.session, dry.id).state

    assert planned(world, date(2026, 11, 3)) is not None
    assert "cancelled" == run_of(world.session, dry.id).state


def november_after_october(world: World, wh: int) -> StoredRun:
    """The calendar's run over November, rated; October is billed by hand."""
    first = running.plan(world.session, RunPlan(world.entity, OCTOBER, OCTOBER.end, "t"))
    rate_shard(world.session, first.id)
    running.report(world.session, first.id)
    running.approve(world.session, first.id, "t")
    issue_shard(world.session, first.id, author="t")
    for register in world.registers:
        world.readings(register, NOVEMBER, wh=wh)
    run = planned(world, date(2026, 12, 3))
    assert run is not None
    assert NOVEMBER == run.span
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    return run_of(world.session, run.id)


def test_a_calm_run_of_the_calendar_issues_itself_where_that_was_chosen(world: World) -> None:
    run = november_after_october(world, 100)

    assert running.may_issue_itself(world.session, run, ITSELF)
    assert not running.may_issue_itself(world.session, run, CALENDAR)
    assert not running.may_issue_itself(world.session, replace(run, created_by="boss"), ITSELF)


def test_a_run_that_was_approved_before_is_a_persons(world: World) -> None:
    run = november_after_october(world, 100)

    assert not running.may_issue_itself(world.session, replace(run, approved_by="boss"), ITSELF)


def test_the_calendar_is_kept_checked_and_audited(world: World) -> None:
    assert BillingCalendar() == calendar_of(world.session, world.entity)
    changed = set_calendar(world.session, world.entity, CALENDAR, author="boss", reason="holidays")

    assert CALENDAR == calendar_of(world.session, world.entity)
    assert "automatic" in changed
    (row,) = world.session.execute(text("SELECT actor, reason FROM audit WHERE action = 'entity.calendar'"))
    assert ("boss", "holidays") == tuple(row)
    for wrong, path in (
        (replace(CALENDAR, after_days=61), "after_days"),
        (replace(CALENDAR, approval="nobody"), "approval"),
        (replace(CALENDAR, since=None), "since"),
    ):
        with pytest.raises(InputError) as refused:
            set_calendar(world.session, world.entity, wrong, author="boss")
        assert path == refused.value.path


def planned_items(world: World, days: list[date]) -> list[tuple[int, date, date]]:
    """What the calendar's runs hold after it was looked at on these days; all of it is undone."""
    calendar = replace(CALENDAR, since=date(2027, 12, 1))
    with world.session.begin_nested() as attempt:
        for today in days:
            planned(world, today, calendar)
        rows = world.session.execute(
            text("SELECT contract_id, lower(during), upper(during) FROM billing_item ORDER BY 1, 2")
        )
        items = [tuple(row) for row in rows]
        attempt.rollback()
    return items


@pytest.mark.parametrize("seed", range(5))
def test_a_machine_that_is_off_now_and_then_plans_what_one_that_never_is_plans(session: Session, seed: int) -> None:
    """Month ends, 29 February, the changes of the clock, cycles of one, five and 24 months; off for two months."""
    world = build(session, tenants=6)
    for account, cycle in zip(
        world.accounts, (("monthly", 31, 1), ("monthly", 29, 1), ("5_months", 15, 10), ("24_months", 1, 3),
                         ("quarterly", 30, 2), ("monthly", 1, 1)), strict=True,
    ):  # fmt: skip
        session.execute(
            text(
                "UPDATE account SET billing_cycle = :cycle, billing_day = :day, billing_month = :month,"
                " billing_year = 2026 WHERE id = :id"
            ),
            {"cycle": cycle[0], "day": cycle[1], "month": cycle[2], "id": account},
        )
    every_day = [date(2027, 12, 1) + timedelta(days=n) for n in range(160)]
    chance = random.Random(seed)
    some_days, at = [], 0
    while at < len(every_day) - 1:
        at = min(at + chance.randint(1, 60), len(every_day) - 1)
        some_days.append(every_day[at])

    items = planned_items(world, every_day)

    assert items == planned_items(world, some_days)
    for contract in world.contracts:
        spans = [(start, end) for holder, start, end in items if holder == contract]
        assert all(end == start for (_first, end), (start, _last) in pairwise(spans))  # no day twice, none left out
    assert date(2028, 2, 29) in {end for _contract, _start, end in items}
    assert 18 == len(items)
