from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow import collect
from cloud_service.store.lookups.waiting_work import free_money, waiting_counts, waiting_runs
from common.period import Span
from tests.books.world import build
from tests.cloud_service.till import PAID, Till

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_nothing_waits_where_nothing_is(session: Session) -> None:
    world = build(session)

    assert [] == waiting_runs(session, [world.entity])
    assert [] == free_money(session, [world.entity], NOW)
    counts = waiting_counts(session, [world.entity], NOW)
    assert (0, 0, 0, 0) == (
        counts.lost_letters, counts.silent_gateways, counts.late_meters, counts.refused_readings,
    )  # fmt: skip


def test_a_rated_run_waits_and_a_finished_one_only_for_what_it_parked(session: Session) -> None:
    world = build(session, tenants=2)
    running.plan(session, running.RunPlan(world.entity, OCTOBER, OCTOBER.end, "t"))
    assert [] == waiting_runs(session, [world.entity])

    session.execute(text("UPDATE billing_run SET state = 'rated'"))
    session.execute(text("UPDATE billing_item SET state = 'rated'"))
    (run,) = waiting_runs(session, [world.entity])
    assert (2, 0) == (run.rated, run.parked)

    session.execute(text("UPDATE billing_run SET state = 'done'"))
    session.execute(text("UPDATE billing_item SET state = 'issued'"))
    assert [] == waiting_runs(session, [world.entity])
    session.execute(text("UPDATE billing_item SET state = 'parked'"))
    assert [2] == [run.parked for run in waiting_runs(session, [world.entity])]
    assert [] == waiting_runs(session, [world.entity + 1])


def test_money_that_went_back_waits_for_nobody(session: Session) -> None:
    till = Till(build(session, tenants=1))
    till.bill("100.00")
    till.pay("200.00", "B", PAID)
    gone = till.paid("30.00", "G")
    collect.give_back(session, gone, Decimal(30), reference="R", day=PAID, author="t", kind="chargeback")
    assert [(Decimal(81), 1)] == [
        (free.amount, free.payments) for free in free_money(session, [till.world.entity], NOW)
    ]

    collect.pay_out(session, till.account, Decimal(81), reference="P", day=PAID, author="t")
    assert [] == free_money(session, [till.world.entity], NOW)
