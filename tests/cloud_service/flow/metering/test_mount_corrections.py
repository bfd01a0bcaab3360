"""Mounts that were entered wrongly, and the bills that rest on them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import correct_invoice
from cloud_service.flow.customers.contract import MeterExchange, exchange_meter
from cloud_service.flow.metering.mount_corrections import MountCorrection, correct_mount
from cloud_service.flow.rate import rate_again, rate_contracts
from cloud_service.store.invoicing.corrections import touched
from cloud_service.store.metering.mount_corrections import mount_of
from cloud_service.store.metering.tables import Meter, Register
from common.errors import InputError
from common.period import Span, day_start
from tests.books.world import World, build
from tests.cloud_service.flow.customers.contract.october import OCTOBER, bill_october, point

TENTH, FIFTEENTH = date(2026, 10, 10), date(2026, 10, 15)


@pytest.fixture
def world(session: Session) -> World:
    """Two tenants with 298 kWh each in October."""
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    return world


def meter_of(world: World, number: int = 0) -> int:
    return world.session.get_one(Register, world.registers[number]).meter_id


def mount_id(world: World, number: int = 0) -> int:
    stored = mount_of(world.session, meter_of(world, number))
    assert stored is not None
    return stored.id


def noted(world: World) -> list[tuple[str, int, date, date]]:
    return [(row.number, row.days, row.first, row.last) for row in touched(world.session)]


def at(day: date, hours: int = 0) -> datetime:
    return day_start(day, "Europe/Berlin") + timedelta(hours=hours)


def exchange(world: World, when: datetime) -> int:
    """A new meter in the first flat, with readings of 200 Wh a step; its register."""
    meter = Meter(maker="test", serial="NEW", name="new")
    world.session.add(meter)
    world.session.flush()
    register = Register(meter_id=meter.id, name="import", unit="kWh", kind="index")
    world.session.add(register)
    world.session.flush()
    flat = point(world, world.contracts[0])
    exchange_meter(
        world.session, MeterExchange(flat, meter.id, when, {"import": 500_000}, {"import": 0}), author="t"
    )  # fmt: skip
    world.readings(register.id, OCTOBER, wh=200)
    return register.id


def test_a_wrong_multiplier_is_corrected_and_the_bill_that_rests_on_it_is_named(world: World) -> None:
    bill_october(world)

    bills = correct_mount(
        world.session, MountCorrection(mount_id(world), multiplier=Decimal(20)), author="t", reason="CT 100/5"
    )

    assert ["INV-2026-00001"] == bills
    assert [("INV-2026-00001", 31, OCTOBER.start, date(2026, 10, 31))] == noted(world)
    (invoice,) = world.session.execute(text("SELECT id FROM invoice WHERE number = 'INV-2026-00001'")).scalars()
    assert [20 * 298_000] == [rated.energy for rated in rate_again(world.session, invoice)]
    bill = correct_invoice.credit(
        world.session, invoice, reason="CT", day=date(2026, 11, 5), author="t", clock=lambda: at(OCTOBER.end)
    )
    assert bill
    assert [] == noted(world)


def test_a_multiplier_that_is_right_already_changes_nothing(world: World) -> None:
    bill_october(world)

    assert [] == correct_mount(
        world.session, MountCorrection(mount_id(world), multiplier=Decimal("1.0000")), author="t", reason="x"
    )
    assert [] == noted(world)


def test_what_was_rated_with_the_wrong_multiplier_is_not_issued(world: World) -> None:
    from cloud_service.flow import billing_run as running
    from cloud_service.flow.billing_run import RunPlan
    from cloud_service.flow.rate import rate_shard

    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(world.session, run.id)
    correct_mount(world.session, MountCorrection(mount_id(world), multiplier=Decimal(2)), author="t", reason="x")

    (parked,) = world.session.execute(text("SELECT contract_id, reason FROM billing_item WHERE state = 'parked'"))
    assert (world.contracts[0], True) == (parked.contract_id, "was corrected after the rating" in parked.reason)


@pytest.mark.parametrize("moved", [TENTH, date(2026, 10, 20)])
def test_an_exchange_on_another_day_moves_both_meters_and_bills_each_for_its_days(world: World, moved: date) -> None:
    new = exchange(world, at(FIFTEENTH))
    bill_october(world)
    world.session.execute(  # before it hung there nothing was made of it
        text("DELETE FROM interval_day WHERE register_id = :r AND day < :d"), {"r": new, "d": FIFTEENTH}
    )
    stored = mount_of(world.session, world.session.get_one(Register, new).meter_id)
    assert stored is not None

    bills = correct_mount(world.session, MountCorrection(stored.id, since=at(moved)), author="t", reason="typing error")

    old = mount_of(world.session, meter_of(world))
    assert old is not None
    assert (at(moved), None) == (old.until, mount_of(world.session, stored.meter_id, at(OCTOBER.end)).until)  # type: ignore[union-attr]
    assert ["INV-2026-00001"] == bills
    (first, last) = sorted((moved, FIFTEENTH))
    assert [("INV-2026-00001", 5, first, last - timedelta(days=1))] == noted(world)
    dirty = {
        row.day for row in world.session.execute(text("SELECT day FROM dirty_day WHERE register_id = :r"), {"r": new})
    }
    assert set(Span(first, last)) <= dirty
    world.session.execute(text("DELETE FROM interval_day WHERE register_id = :r"), {"r": new})
    world.readings(new, OCTOBER, wh=200)
    rated = rate_contracts(world.session, world.contracts[:1], OCTOBER)[0].rated
    assert rated is not None
    before = (moved - OCTOBER.start).days
    assert (before * 96 + 2 * (2980 - before * 96)) * 100 == rated.energy


def test_a_meter_that_went_elsewhere_moves_along(world: World) -> None:
    """The meter of the first flat hangs at another place from the 15th on; it went on the 10th."""
    place, _ = world.point(50)
    world.session.execute(text("DELETE FROM meter_mount WHERE service_point_id = :p"), {"p": place})
    gone = mount_id(world)
    world.session.execute(
        text("UPDATE meter_mount SET during = tstzrange(lower(during), :at) WHERE id = :id"),
        {"at": at(FIFTEENTH), "id": gone},
    )
    world.session.execute(
        text(
            "INSERT INTO meter_mount (meter_id, service_point_id, during, opening)"
            " VALUES (:m, :p, tstzrange(:at, NULL), '{}')"
        ),
        {"m": meter_of(world), "p": place, "at": at(FIFTEENTH)},
    )
    correct_mount(world.session, MountCorrection(gone, until=at(TENTH)), author="t", reason="typing error")

    elsewhere = mount_of(world.session, meter_of(world))
    assert elsewhere is not None
    assert (place, at(TENTH)) == (elsewhere.service_point_id, elsewhere.since)


@pytest.mark.parametrize("multiplier", ["0", "-1", "1.00001"])
def test_a_multiplier_that_cannot_be_is_refused(world: World, multiplier: str) -> None:
    with pytest.raises(InputError, match="is no multiplier"):
        correct_mount(
            world.session, MountCorrection(mount_id(world), multiplier=Decimal(multiplier)), author="t", reason="x"
        )


def test_a_meter_that_still_hangs_was_not_taken_down_on_another_day(world: World) -> None:
    with pytest.raises(InputError, match="the meter still hangs there"):
        correct_mount(world.session, MountCorrection(mount_id(world), until=at(TENTH)), author="t", reason="x")


def test_the_meter_before_must_have_hung_for_a_moment(world: World) -> None:
    new = exchange(world, at(FIFTEENTH))
    stored = mount_of(world.session, world.session.get_one(Register, new).meter_id)
    assert stored is not None
    with pytest.raises(InputError, match="m1 would hang from"):
        correct_mount(world.session, MountCorrection(stored.id, since=at(date(2025, 1, 1))), author="t", reason="x")
    with pytest.raises(InputError, match="is no multiplier"):
        exchange_meter(
            world.session,
            MeterExchange(
                point(world, world.contracts[0]), meter_of(world), at(date(2026, 10, 20)), {"import": 600_000}, {},
                Decimal(0),
            ),
            author="t",
        )  # fmt: skip


def test_an_exchange_entered_for_billed_days_names_the_bill(world: World) -> None:
    bill_october(world)
    exchange(world, at(FIFTEENTH, 12))

    ((number, days, first, last),) = noted(world)
    assert ("INV-2026-00001", 17, FIFTEENTH, date(2026, 10, 31)) == (number, days, first, last)
