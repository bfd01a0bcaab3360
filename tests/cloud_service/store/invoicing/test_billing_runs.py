"""Billing runs as rows."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.invoicing.billing_runs import (
    add_run,
    candidates,
    change_state,
    release_dry_runs,
    run_of,
    runs,
    runs_in,
)
from common.errors import NotFoundError
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import BILL_DATE, NOVEMBER, OCTOBER, plan_run


def add(world: World, *, dry_run: bool = False) -> int:
    return add_run(
        world.session, entity_id=world.entity, name="2026-10", span=OCTOBER, bill_date=BILL_DATE, dry_run=dry_run,
        author="clerk",
    )  # fmt: skip


def test_a_new_run_is_planned_and_says_who_wants_what(world: World) -> None:
    run = run_of(world.session, add(world))

    assert ("planned", OCTOBER, BILL_DATE, "clerk") == (run.state, run.span, run.bill_date, run.created_by)
    assert (world.entity, "", None) == (run.legal_entity_id, run.approved_by, run.finished_at)


def test_an_unknown_run_is_refused(session: Session) -> None:
    with pytest.raises(NotFoundError, match="no billing run 99"):
        run_of(session, 99)


def test_runs_are_listed_with_the_newest_first_and_by_state_with_the_oldest(world: World) -> None:
    first, second, third = add(world), add(world), add(world)
    change_state(world.session, second, "rating", ["planned"])

    assert [third, second] == [run.id for run in runs(world.session, world.entity, limit=2)]
    assert [] == runs(world.session, world.entity + 1)
    assert [first, third] == [run.id for run in runs_in(world.session, ["planned"])]


def test_a_run_moves_on_only_from_a_state_that_is_expected(world: World) -> None:
    run_id = add(world)

    assert not change_state(world.session, run_id, "issuing", ["rated"])
    assert change_state(world.session, run_id, "rating", ["planned"], approved_by="boss")
    assert change_state(world.session, run_id, "done", ["rating"])
    run = run_of(world.session, run_id)
    assert ("done", "boss", True) == (run.state, run.approved_by, run.finished_at is not None)


def test_candidates_run_in_the_span_and_are_those_asked_for(world: World) -> None:
    gone = world.tenant(end=date(2026, 9, 1))

    assert world.contracts[:2] == [contract.id for contract in candidates(world.session, world.entity, OCTOBER)]
    assert [world.contracts[1]] == [
        contract.id for contract in candidates(world.session, world.entity, OCTOBER, [world.contracts[1], gone])
    ]


def test_a_dry_run_that_ends_keeps_nobody_off_its_days(world: World) -> None:
    real, dry = plan_run(world, NOVEMBER), add(world, dry_run=True)
    billing_run_items.add_items(world.session, dry, [(world.contracts[0], OCTOBER)])

    release_dry_runs(world.session, world.entity)

    assert ("cancelled", "rating") == (run_of(world.session, dry).state, run_of(world.session, real).state)
    assert [(world.contracts[0], OCTOBER)] == billing_run_items.unbilled(world.session, [(world.contracts[0], OCTOBER)])
