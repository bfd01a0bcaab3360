"""Parked items that may come back: for want of readings, of this company, once."""

from datetime import date, timedelta

from sqlalchemy import text

from cloud_service.flow.billing_run import RunPlan, plan
from cloud_service.store.invoicing import billing_run_items, parked_items
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import OCTOBER

SINCE = date(2026, 10, 1)


def parked(world: World, *codes: str) -> list[int]:
    """October's items, parked by these codes one after the other, an hour ago."""
    run = plan(world.session, RunPlan(world.entity, OCTOBER, OCTOBER.end, "t"))
    items = billing_run_items.items(world.session, run.id)
    for item, code in zip(items, codes, strict=False):
        billing_run_items.park(world.session, [item.id], "why", code)
    world.session.execute(text("UPDATE billing_item SET parked_at = now() - interval '1 hour'"))
    return [item.id for item in items]


def test_days_that_were_made_since_bring_an_item_into_sight(world: World) -> None:
    first, second = parked(world, "missing_days", "no_tariff")
    assert [] == parked_items.with_new_readings(world.session, world.entity, SINCE)

    for register in world.registers:
        world.readings(register, OCTOBER)

    assert [first] == [item.id for item in parked_items.with_new_readings(world.session, world.entity, SINCE)]
    assert [] == parked_items.with_new_readings(world.session, world.entity, OCTOBER.end)
    assert [] == parked_items.with_new_readings(world.session, -1, SINCE)
    world.session.execute(text("UPDATE billing_item SET code = 'readings_changed' WHERE id = :id"), {"id": second})
    assert 2 == len(parked_items.with_new_readings(world.session, world.entity, SINCE))


def test_an_item_is_overdue_from_its_last_day_on(world: World) -> None:
    first, _second = parked(world, "missing_index", "no_tariff")

    assert [] == parked_items.overdue(world.session, world.entity, SINCE, OCTOBER.end - timedelta(days=1))
    (item,) = parked_items.overdue(world.session, world.entity, SINCE, OCTOBER.end)
    assert (first, OCTOBER, world.contracts[0]) == (item.id, item.span, item.contract_id)


def test_a_run_with_nothing_left_is_over_when_its_items_went_to_a_later_one(world: World) -> None:
    first, second = parked(world, "missing_days", "missing_days")
    world.session.execute(text("UPDATE billing_run SET state = 'rated'"))

    assert 1 == parked_items.supersede(world.session, [first])
    assert "rated" == world.session.execute(text("SELECT state FROM billing_run")).scalar_one()
    assert 1 == parked_items.supersede(world.session, [first, second])
    assert "done" == world.session.execute(text("SELECT state FROM billing_run")).scalar_one()
