"""Runs over cycles of every length, final bills, what looks odd before it is issued, one bad account alone."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import change_cycle, move_out
from cloud_service.flow.invoicing.outliers import outliers
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing import billing_run_items, run_progress
from common.period import Span, add_months, months
from tests.books.world import World, build

BILLS = (
    "SELECT lower(i.during) AS start, upper(i.during) AS until, i.net, i.tax, i.total, i.energy FROM invoice i"
    " WHERE i.account_id = :account ORDER BY 1"
)


def month(year: int, number: int) -> Span:
    start = date(year, number, 1)
    return Span(start, add_months(start, 1))


def rated(world: World, span: Span, **options: Any) -> int:
    """A run over a month, rated and not issued."""
    run = running.plan(world.session, RunPlan(world.entity, span, span.end, "t", **options))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    return run.id


def billed(world: World, span: Span) -> int:
    """A run over a month, issued."""
    run_id = rated(world, span)
    running.approve(world.session, run_id, "t")
    issue_shard(world.session, run_id, author="t")
    running.report(world.session, run_id)
    world.session.commit()
    return run_id


def bills_of(world: World, account: int) -> list[Any]:
    return list(world.session.execute(text(BILLS), {"account": account}))


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


@pytest.mark.parametrize(
    ("cycle", "ends"),
    [
        ("bimonthly", [3, 5, 7, 9, 11, 12]),  # cycles are aligned to January: the first is cut to February
        ("quarterly", [4, 7, 10, 12]),
        ("half_yearly", [7, 12]),
        ("yearly", [12]),
        ("once", [12]),
    ],
)
def test_a_long_cycle_bills_each_day_once_and_ends_with_a_final_bill(world: World, cycle: str, ends: list[int]) -> None:
    """A tenant of 10 February to 20 December; the runs of all months, one after the other."""
    start, end = date(2026, 2, 10), date(2026, 12, 20)
    world.tenant(start=start, end=end)
    world.readings(world.registers[0], Span(start, end))
    change_cycle(world.session, world.accounts[0], cycle, 1, author="t")
    for span in months(Span(date(2026, 1, 1), date(2027, 2, 1))):
        billed(world, span)
    bills = bills_of(world, world.accounts[0])

    assert ends == [bill.until.month for bill in bills]
    assert (start, end) == (bills[0].start, bills[-1].until)
    assert all(bill.until == after.start for bill, after in pairwise(bills))
    assert sum(96 for _ in Span(start, end)) * 100 == sum(
        bill.energy for bill in bills
    )  # both clock changes cancel out


def test_who_moves_out_mid_month_gets_a_final_bill_of_just_those_days(world: World) -> None:
    world.tenant()
    world.readings(world.registers[0], month(2026, 10))
    change_cycle(world.session, world.accounts[0], "quarterly", 1, author="t")
    world.session.execute(text("UPDATE contract SET during = daterange('2026-10-01', NULL)"))
    move_out(world.session, world.contracts[0], date(2026, 10, 16), author="t")
    billed(world, month(2026, 10))
    (final,) = bills_of(world, world.accounts[0])

    # 15 days × 96 × 0.1 kWh = 144 kWh × 0.30 = 43.20; 15/31 of 10.00 = 4.84; 19 % of 48.04 = 9.13
    assert (date(2026, 10, 1), date(2026, 10, 16), 144_000) == (final.start, final.until, final.energy)
    assert ("48.04", "9.13", "57.17") == tuple(f"{amount:.2f}" for amount in (final.net, final.tax, final.total))
    assert [] == running_items(world, month(2026, 12))


def running_items(world: World, span: Span) -> list[int]:
    run_id = rated(world, span)
    return [item.contract_id for item in billing_run_items.items(world.session, run_id, "rated", 100)]


def use(world: World, span: Span, wh: int) -> None:
    world.readings(world.registers[0], span, wh=wh)


def test_a_month_far_from_the_one_before_is_flagged_before_anything_is_issued(world: World) -> None:
    world.tenant()
    use(world, month(2026, 9), 100)
    use(world, month(2026, 10), 1000)
    billed(world, month(2026, 9))
    (odd,) = outliers(world.session, rated(world, month(2026, 10), dry_run=True))

    assert "V1" == odd.contract
    assert odd.times is not None
    assert odd.times > 5
    assert 1 == len(bills_of(world, world.accounts[0]))


def test_a_quarter_is_compared_with_the_quarter_before_it(world: World) -> None:
    """The run is of one month, the bill of three: the bill before ends before the month before begins."""
    world.tenant()
    world.session.execute(text("UPDATE contract SET during = daterange('2026-04-01', NULL)"))
    change_cycle(world.session, world.accounts[0], "quarterly", 1, author="t")
    use(world, Span(date(2026, 4, 1), date(2026, 7, 1)), 100)
    use(world, Span(date(2026, 7, 1), date(2026, 10, 1)), 1000)
    billed(world, month(2026, 6))
    run_id = rated(world, month(2026, 9))
    flagged = outliers(world.session, run_id)

    assert ["V1"] == [outlier.contract for outlier in flagged]
    assert flagged[0].usual is not None
    # a day before: 9.6 kWh × 0.30 = 2.88 and a third of 1/30 of 10.00: 91 days, 30.00
    assert Decimal("3.210") == flagged[0].usual


def test_an_ordinary_month_is_not_flagged(world: World) -> None:
    world.tenant()
    use(world, month(2026, 9), 100)
    use(world, month(2026, 10), 110)
    billed(world, month(2026, 9))

    assert [] == outliers(world.session, rated(world, month(2026, 10)))


def test_one_bad_account_is_parked_alone_and_billed_when_it_is_mended(world: World) -> None:
    for _ in range(5):
        world.tenant()
    for register in world.registers:
        world.readings(register, month(2026, 10))
    world.session.execute(text("UPDATE account SET currency = 'USD' WHERE id = :a"), {"a": world.accounts[2]})
    run_id = billed(world, month(2026, 10))
    counted = run_progress.progress_of(world.session, run_id)
    (parked,) = billing_run_items.items(world.session, run_id, "parked", 10)

    assert (4, 1) == (counted.issued, counted.parked)
    assert (world.contracts[2], True) == (parked.contract_id, "USD" in parked.reason)

    world.session.execute(text("UPDATE account SET currency = 'EUR'"))
    assert 1 == run_progress.progress_of(world.session, billed(world, month(2026, 10))).issued
    numbers = world.session.execute(text("SELECT number FROM invoice ORDER BY number")).scalars().all()
    assert [f"INV-2026-0000{n}" for n in range(1, 6)] == list(numbers)


def test_the_pace_is_told_while_a_run_goes_on(world: World) -> None:
    for _ in range(4):
        world.tenant()
    for register in world.registers:
        world.readings(register, month(2026, 10))
    run = running.plan(world.session, RunPlan(world.entity, month(2026, 10), date(2026, 11, 2), "t"))
    assert run_progress.pace_of(world.session, run.id).seconds_left is None

    rate_shard(world.session, run.id, 1)
    running.report(world.session, run.id)
    world.session.execute(text("UPDATE progress SET started_at = changed_at - interval '10 seconds'"))
    pace = run_progress.pace_of(world.session, run.id)

    assert (Decimal("0.1"), 30) == (pace.per_second, pace.seconds_left)
