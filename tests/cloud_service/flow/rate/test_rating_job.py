"""Jobs: what rating loads for many contracts at once."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.usage import History, Intervals
from cloud_service.flow.issue import issue
from cloud_service.flow.rate.rating_job import RatingJob, load
from cloud_service.store.invoicing.billable_contracts import contracts
from common.errors import InputError
from common.period import Span
from tests.books.operations import rated
from tests.books.world import FLAT, World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def jobs(world: World, *, so_far: bool = False) -> list[RatingJob]:
    return load(world.session, contracts(world.session, world.contracts), OCTOBER, so_far=so_far)


def test_each_contract_gets_the_registers_of_its_own_supply_point(world: World) -> None:
    assert [[register] for register in world.registers] == [
        [register.register_id for register in job.mounted] for job in jobs(world)
    ]
    usage = jobs(world)[0].usage.registers["import"]
    assert isinstance(usage, Intervals)
    assert 298_000 == usage.values.sum()


def test_a_day_without_a_tariff_is_the_reason_why_there_is_no_usage(world: World) -> None:
    world.session.execute(
        text("UPDATE tariff_assignment SET during = '[2026-01-01,2026-10-20)' WHERE contract_id = :id"),
        {"id": world.contracts[0]},
    )

    without, priced = jobs(world)

    assert "no tariff is assigned on 2026-10-20" in without.reason
    with pytest.raises(InputError, match="no tariff is assigned"):
        _ = without.usage
    assert "" == priced.reason


def test_missing_days_are_a_reason_unless_a_balance_is_asked_for(world: World) -> None:
    world.session.execute(text("DELETE FROM interval_day WHERE day = '2026-10-20'"))

    assert ["2026-10-20" in job.reason for job in jobs(world)] == [True, True]
    assert ["", ""] == [job.reason for job in jobs(world, so_far=True)]


def test_the_invoice_before_hands_on_its_history(world: World) -> None:
    credit = History(money_credit={"solar": Decimal("12.5")})
    contract = rated(world.contracts[0], world.accounts[0], SEPTEMBER, Decimal("10.00"))
    issue(world.session, [msgspec.structs.replace(contract, history=credit)], bill_date=OCTOBER.start, author="t")

    with_history, without = jobs(world)

    assert (credit, History()) == (with_history.history, without.history)
    assert without.earlier is None


def announce_export(world: World) -> None:
    """A gateway names a register that no price is for, and that nobody has read before."""
    world.session.execute(
        text("""INSERT INTO register (meter_id, name, direction, unit, kind)
                SELECT meter_id, 'energy_export_total', 'export', 'kWh', 'index' FROM register WHERE id = :id"""),
        {"id": world.registers[0]},
    )


def test_a_register_that_came_up_and_has_no_price_keeps_nobody_from_being_billed(world: World) -> None:
    announce_export(world)

    with_it, other = jobs(world)

    assert ("", ["import"]) == (with_it.reason, list(with_it.usage.registers))
    assert "" == other.reason


def test_a_register_that_came_up_and_has_a_price_waits_for_a_person(session: Session) -> None:
    feed_in = {"kind": "export", "label": "Feed-in", "price": "0.05"}
    world = build(session, tariff={**FLAT, "charges": [*FLAT["charges"], feed_in]}, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    announce_export(world)

    with_it, other = jobs(world)

    assert "register energy_export_total of meter S1 has no readings" in with_it.reason
    assert "" == other.reason
