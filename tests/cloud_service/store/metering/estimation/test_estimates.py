"""Estimates as they are remembered: by run, confirmed once, seen by those whose they are."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.proposal import EstimateFigures, EstimateProposal, EstimateRule
from cloud_service.flow.billing_run import RunPlan, plan
from cloud_service.store.metering.estimation import estimates
from cloud_service.store.metering.meter_data_files import begin_import
from cloud_service.store.scope import Scope
from common.period import Span
from tests.books.world import World, build

START, END = datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC)
OCTOBER, NOVEMBER = Span(date(2026, 10, 1), date(2026, 11, 1)), Span(date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def kept(world: World) -> int:
    gap = ReadingGap(int(START.timestamp()) * 1000, int(END.timestamp()) * 1000, before=5)
    figures = EstimateFigures(3, date(2026, 10, 1), date(2026, 10, 3), 7)
    proposal = EstimateProposal(EstimateRule.DAILY_AVERAGE, gap, [gap.start_ms, gap.end_ms], [14], figures)
    file = begin_import(
        world.session, sha256=b"x" * 32, name="why", format_name=estimates.FORMAT, author="Ada", reason="why"
    )
    assert file is not None
    estimates.add(world.session, file, proposal, register_id=world.registers[0], proposed=20, note=None)
    return file


def test_an_estimate_comes_back_as_it_was_kept_and_only_to_those_whose_it_is(world: World) -> None:
    number = kept(world)

    estimate = estimates.estimate(world.session, Scope(), number)

    assert estimate is not None
    assert (EstimateRule.DAILY_AVERAGE, 14, 20, "m1", "Ada") == (
        estimate.rule, estimate.total, estimate.proposed, estimate.meter, estimate.author
    )  # fmt: skip
    assert EstimateFigures(3, date(2026, 10, 1), date(2026, 10, 3), 7) == estimate.figures
    assert [estimate] == estimates.estimates(world.session, Scope(entities=frozenset({world.entity})))
    assert estimates.estimate(world.session, Scope(entities=frozenset({-1})), number) is None


def test_it_overlaps_its_time_until_it_is_withdrawn(world: World) -> None:
    number = kept(world)

    assert number == estimates.overlapping(world.session, world.registers[0], START, END)
    assert estimates.overlapping(world.session, world.registers[0], END, datetime(2026, 10, 13, tzinfo=UTC)) is None
    world.session.execute(text("UPDATE import_file SET undone_at = now()"))
    assert estimates.overlapping(world.session, world.registers[0], START, END) is None
    assert [] == estimates.confirm(world.session, [number], "boss", END)


def test_a_run_that_bills_its_days_has_it_and_waits_until_it_is_confirmed(world: World) -> None:
    number = kept(world)
    october = plan(world.session, RunPlan(world.entity, OCTOBER, OCTOBER.end, "t"))
    november = plan(world.session, RunPlan(world.entity, NOVEMBER, NOVEMBER.end, "t"))

    assert [number] == [row.id for row in estimates.of_run(world.session, october.id)]
    assert [] == estimates.of_run(world.session, november.id)
    assert (1, 0) == tuple(estimates.unconfirmed_of_run(world.session, run.id) for run in (october, november))
    assert [number] == estimates.confirm(world.session, [number], "boss", END)
    assert [] == estimates.confirm(world.session, [number], "boss", END)
    assert 0 == estimates.unconfirmed_of_run(world.session, october.id)
