"""How far a billing run is, and how fast."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.store.invoicing.billing_run_items import items, park, store_rated
from cloud_service.store.invoicing.run_progress import (
    RunPace,
    RunProgress,
    pace_of,
    progress_of,
    run_state,
    show_progress,
)
from tests.books.operations import rated
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import OCTOBER, plan_run


def test_progress_is_counted_from_the_items(world: World) -> None:
    run_id = plan_run(world)
    first, second = items(world.session, run_id)
    contract = rated(world.contracts[0], world.accounts[0], OCTOBER.start, Decimal("100.00"))
    store_rated(world.session, [(first.id, contract)])
    park(world.session, [second.id], "no tariff")

    progress = progress_of(world.session, run_id)

    assert RunProgress(0, 1, 0, 1, 0, {"EUR": Decimal("119.00")}, bills=1) == progress
    assert 2 == progress.total


@pytest.mark.parametrize(("settings", "bills"), [("{}", 1), ('{"invoice_per": "contract"}', 2)])
def test_contracts_of_one_account_are_one_bill_unless_it_wants_one_each(
    world: World, settings: str, bills: int
) -> None:
    same_account = text("UPDATE contract SET account_id = :account")
    world.session.execute(same_account, {"account": world.accounts[0]})
    world.session.execute(text("UPDATE account SET settings = cast(:settings AS jsonb)"), {"settings": settings})
    run_id = plan_run(world)
    for item, contract in zip(items(world.session, run_id), world.contracts, strict=True):
        price = rated(contract, world.accounts[0], OCTOBER.start, Decimal("100.00"))
        store_rated(world.session, [(item.id, price)])

    progress = progress_of(world.session, run_id)

    assert (2, bills) == (progress.rated, progress.bills)


@pytest.mark.parametrize(
    ("done", "seconds", "expected"),
    [
        pytest.param(0, 10, RunPace(Decimal(0), None), id="nothing done yet"),
        pytest.param(40, 10, RunPace(Decimal("4.0"), 15), id="on its way"),
        pytest.param(100, 10, RunPace(Decimal("10.0"), 0), id="done"),
    ],
)
def test_the_pace_is_of_the_phase_that_goes_on(world: World, done: int, seconds: int, expected: RunPace) -> None:
    show_progress(world.session, 7, "Rating", done=done, parked=0, total=100, state="running")
    since = text("UPDATE progress SET started_at = changed_at - cast(:since AS interval)")
    world.session.execute(since, {"since": timedelta(seconds=seconds)})

    assert expected == pace_of(world.session, 7)


def test_a_new_phase_starts_its_own_time(world: World) -> None:
    started = text("SELECT started_at FROM progress")
    show_progress(world.session, 7, "Rating", done=1, parked=0, total=2, state="running")
    world.session.execute(text("UPDATE progress SET started_at = '2026-01-01'"))
    before = world.session.execute(started).scalar_one()

    show_progress(world.session, 7, "Rating", done=2, parked=0, total=2, state="running")
    assert before == world.session.execute(started).scalar_one()
    show_progress(world.session, 7, "Issuing", done=0, parked=0, total=2, state="running")
    assert before < world.session.execute(started).scalar_one()


def test_an_unknown_run_has_no_pace(world: World) -> None:
    assert RunPace(Decimal(0), None) == pace_of(world.session, 99)


def test_the_state_of_a_run_is_as_stored_and_an_unknown_one_has_none(world: World) -> None:
    run_id = plan_run(world)

    assert (world.session.execute(text("SELECT state FROM billing_run")).scalar_one(), "") == (
        run_state(world.session, run_id),
        run_state(world.session, run_id + 1),
    )
