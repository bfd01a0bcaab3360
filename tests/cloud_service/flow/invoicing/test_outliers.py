"""Odd amounts of a run are held alone, and let go when a person says that they are right."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.invoicing.outliers import hold, let_go, outliers
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World, build

OCTOBER, NOVEMBER = Span(date(2026, 10, 1), date(2026, 11, 1)), Span(date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def world(session: Session) -> World:
    """Two tenants with October billed."""
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    issue(world, rated(world, OCTOBER))
    return world


def rated(world: World, span: Span) -> int:
    run = running.plan(world.session, RunPlan(world.entity, span, span.end, "t"))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    return run.id


def issue(world: World, run: int) -> None:
    running.approve(world.session, run, "t")
    while issue_shard(world.session, run, author="t", deliver=False):
        pass
    running.report(world.session, run)


def states(world: World, run: int) -> list[tuple[str, str]]:
    rows = world.session.execute(
        text("SELECT state, code FROM billing_item WHERE billing_run_id = :run ORDER BY contract_id"), {"run": run}
    )
    return [tuple(row) for row in rows]


def test_what_is_odd_waits_alone_while_the_rest_is_issued_and_is_billed_when_let_go(world: World) -> None:
    world.readings(world.registers[0], NOVEMBER, wh=2000)
    world.readings(world.registers[1], NOVEMBER, wh=100)
    run = rated(world, NOVEMBER)

    assert 1 == hold(world.session, run, "calendar")
    issue(world, run)

    assert [("parked", "outlier"), ("issued", "")] == states(world, run)
    reason = world.session.execute(text("SELECT reason FROM billing_item WHERE state = 'parked'")).scalar_one()
    assert "times the usual amount a day: looked at by a person" in reason
    assert 1 == let_go(world.session, run, "boss", "a new boiler")
    issue(world, run)
    assert [("issued", ""), ("issued", "")] == states(world, run)
    assert (
        "a new boiler"
        == world.session.execute(text("SELECT reason FROM audit WHERE action = 'run.let_go'")).scalar_one()
    )


def test_a_calm_run_holds_nothing_and_nothing_is_let_go_twice(world: World) -> None:
    for register in world.registers:
        world.readings(register, NOVEMBER)
    run = rated(world, NOVEMBER)

    assert ([], 0) == (outliers(world.session, run), hold(world.session, run, "calendar"))
    with pytest.raises(ConflictError, match="holds no amount"):
        let_go(world.session, run, "boss")


def test_an_amount_that_is_let_go_after_its_readings_changed_is_not_issued(world: World) -> None:
    world.readings(world.registers[0], NOVEMBER, wh=2000)
    world.readings(world.registers[1], NOVEMBER, wh=100)
    run = rated(world, NOVEMBER)
    hold(world.session, run, "calendar")
    world.session.execute(
        text(
            'UPDATE interval_day SET made_at = now() + interval \'1 hour\', "values" = set_byte("values", 0, 7)'
            " WHERE register_id = :id"
        ),
        {"id": world.registers[0]},
    )

    let_go(world.session, run, "boss")
    issue(world, run)

    assert ("parked", "readings_changed") == states(world, run)[0]
