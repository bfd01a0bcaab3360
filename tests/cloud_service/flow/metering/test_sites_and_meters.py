"""Places and meters are set up and changed with a trace; what bills rest on stays."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.issue import issue
from cloud_service.flow.metering.sites_and_meters import (
    MeterDetails,
    NewMount,
    RegisterDetails,
    ServicePointDetails,
    SiteDetails,
    add_meter,
    add_point,
    add_site,
    bill_register,
    dismount,
    edit_point,
    edit_site,
    mount,
    read_values,
)
from cloud_service.flow.rate import rate_contracts, rate_shard
from cloud_service.store.audit.log import changes
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.invoicing.corrections import touched
from cloud_service.store.metering.sites_and_meters import point_named, site_fields
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER_FIRST = Span(date(2026, 11, 1), date(2026, 11, 2))
HOUSE = SiteDetails("House", "Europe/Berlin", "EUR", country="DE")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def let_point(world: World) -> int:
    """The service point of the tenant."""
    point = point_named(world.session, world.site, "Flat 1")
    assert point is not None
    return point


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        (SiteDetails, {"name": "", "timezone": "UTC", "currency": "EUR"}, "name"),
        (SiteDetails, {"name": "A", "timezone": "Moon/Crater", "currency": "EUR"}, "timezone"),
        (SiteDetails, {"name": "A", "timezone": "UTC", "currency": "Euro"}, "currency"),
        (SiteDetails, {"name": "A", "timezone": "UTC", "currency": "EUR", "holiday_calendar": "moon"},
         "holiday_calendar"),
        (ServicePointDetails, {"name": "A", "utility": "steam"}, "utility"),
        (RegisterDetails, {"name": "A", "unit": "parsec"}, "unit"),
        (RegisterDetails, {"name": "A", "unit": "kWh", "direction": "none"}, "direction"),
        (RegisterDetails, {"name": "A", "unit": "kWh", "kind": "guess"}, "kind"),
        (MeterDetails, {"serial": " "}, "serial"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(kind: Any, fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        kind(**fields)

    assert path == caught.value.path


def test_values_of_a_point_are_exact_decimals() -> None:
    assert {"contracted_kw": "30", "area_m2": "61.50"} == read_values(["contracted_kw = 30", "area_m2=61.50"])
    with pytest.raises(InputError, match="is no value"):
        read_values(["Contracted kW: 30"])


def test_the_zone_of_a_site_can_be_mended_until_days_are_billed(world: World) -> None:
    let_point(world)
    world.readings(world.registers[0], OCTOBER)
    run = running.plan(world.session, running.RunPlan(world.entity, OCTOBER, OCTOBER.end, "mary"))
    assert 1 == rate_shard(world.session, run.id)
    kenya = replace(site_fields(world.session, world.site), timezone="Africa/Nairobi")

    assert ["timezone"] == edit_site(world.session, world.site, SiteDetails(**asdict(kenya)), author="mary")
    assert (OCTOBER.days + 2) == world.session.execute(text("SELECT count(DISTINCT day) FROM dirty_day")).scalar()
    (item,) = billing_run_items.items(world.session, run.id)
    assert ("parked", "the time zone of the site was changed: rate it again") == (item.state, item.reason)

    contracts = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, NOVEMBER_FIRST)]
    assert [None] == contracts
    world.readings(world.registers[0], NOVEMBER_FIRST)
    (billed,) = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, NOVEMBER_FIRST)]
    assert billed
    issue(world.session, [billed], bill_date=NOVEMBER_FIRST.end, author="mary")
    with pytest.raises(ConflictError, match="are billed") as caught:
        edit_site(world.session, world.site, SiteDetails(**asdict(replace(kenya, timezone="UTC"))), author="mary")
    assert "timezone" == caught.value.path


def test_the_currency_of_a_site_stays_once_somebody_was_supplied(world: World) -> None:
    empty = add_site(world.session, world.entity, replace(HOUSE, name="Empty"), author="mary")

    assert ["timezone"] == edit_site(
        world.session, empty, replace(HOUSE, name="Empty", timezone="Europe/Paris"), author="mary"
    )
    assert ["address", "street"] == edit_site(
        world.session, world.site, replace(HOUSE, address="Lake Road"), author="mary"
    )
    with pytest.raises(ConflictError) as caught:
        edit_site(world.session, world.site, replace(HOUSE, currency="KES"), author="mary")
    assert "currency" == caught.value.path


def test_a_point_has_a_name_of_its_own_at_its_site(world: World) -> None:
    with pytest.raises(ConflictError, match="House has a service point Flat 1 already"):
        add_point(world.session, world.site, ServicePointDetails("Flat 1"), author="mary")
    other = add_point(world.session, world.site, ServicePointDetails("Flat 2"), author="mary")
    with pytest.raises(ConflictError, match="already"):
        edit_point(world.session, other, ServicePointDetails("Flat 1"), author="mary")


def test_the_utility_of_a_point_stays_once_somebody_was_supplied(world: World) -> None:
    point = let_point(world)

    assert ["grid_id"] == edit_point(world.session, point, ServicePointDetails("Flat 1", grid_id="DE1"), author="mary")
    with pytest.raises(ConflictError, match="bills rest on it"):
        edit_point(world.session, point, ServicePointDetails("Flat 1", "water"), author="mary")


def test_a_point_is_not_counted_by_what_it_counts(world: World) -> None:
    point = let_point(world)
    below = add_point(world.session, world.site, ServicePointDetails("Room", parent=point), author="mary")

    for parent in (below, point):
        with pytest.raises(ConflictError, match="counted by this one's meter already"):
            edit_point(world.session, point, ServicePointDetails("Flat 1", parent=parent), author="mary")


def test_a_meter_is_called_by_its_serial_unless_it_has_a_name(world: World) -> None:
    registers = (RegisterDetails("total", "kWh"), RegisterDetails("night", "kWh"))
    meter = add_meter(world.session, MeterDetails("S-77", "Acme", registers=registers), author="mary")
    row = changes(world.session)[0]

    assert "S-77" == world.session.execute(text("SELECT name FROM meter WHERE id = :id"), {"id": meter}).scalar_one()
    assert ("meter.add", ["total", "night"]) == (row.action, row.after["registers"])


def test_a_register_leaves_the_bills_with_a_trace(world: World) -> None:
    meter = add_meter(world.session, MeterDetails("S-77", registers=(RegisterDetails("night", "kWh"),)), author="mary")
    changed = bill_register(world.session, meter, "night", billed=False, author="mary", reason="beside the total")

    assert (True, ()) == (changed.is_changed, changed.bills)
    assert ({"night": "billed"}, {"night": "not billed"}) == (
        changes(world.session)[0].before,
        changes(world.session)[0].after,
    )
    with pytest.raises(NotFoundError, match="the meter has no register day"):
        bill_register(world.session, meter, "day", billed=False, author="mary")


def test_bills_over_days_on_which_a_register_counted_are_named_when_it_is_billed_otherwise(world: World) -> None:
    """October is billed, twenty times what it counted; the day after is not, and another meter is left alone."""
    world.tenant()
    world.session.execute(text("UPDATE meter_mount SET multiplier = 20 WHERE meter_id = 1"))
    for register in world.registers:
        world.readings(register, Span(OCTOBER.start, NOVEMBER_FIRST.end))
    for contract in world.contracts:
        rated = [outcome.rated for outcome in rate_contracts(world.session, [contract], OCTOBER) if outcome.rated]
        issue(world.session, rated, bill_date=date(2026, 11, 3), author="t")
    world.session.execute(text("DELETE FROM late_day"))

    again = bill_register(world.session, 1, "import", billed=True, author="mary")
    change = bill_register(world.session, 1, "import", billed=False, author="mary")

    noted = world.session.execute(text("SELECT count(*), sum(before), sum(after), max(day) FROM late_day")).one()
    assert (31, 20 * 2980 * 100, 0, date(2026, 10, 31)) == tuple(noted)
    assert (False, ()) == (again.is_changed, again.bills)
    assert ("INV-2026-00001",) == change.bills
    assert [1] == [row.invoice_id for row in touched(world.session)]


def test_a_register_that_bills_lacked_names_the_bills_that_it_would_be_on(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)
    night = world.session.execute(
        text("INSERT INTO register (meter_id, name, unit, billed) VALUES (1, 'night', 'kWh', false) RETURNING id")
    ).scalar_one()
    world.readings(night, OCTOBER, wh=7)
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
    issue(world.session, rated, bill_date=date(2026, 11, 3), author="t")

    change = bill_register(world.session, 1, "night", billed=True, author="mary")

    assert ("INV-2026-00001",) == change.bills
    noted = text("SELECT count(*) FROM late_day WHERE register_id = :id")
    before = world.session.execute(noted, {"id": night}).scalar_one()
    world.session.execute(text("UPDATE invoice_span SET credited = true"))
    bill_register(world.session, 1, "night", billed=False, author="mary")  # its bill was taken back meanwhile
    assert before == world.session.execute(noted, {"id": night}).scalar_one()
    sums = world.session.execute(
        text("SELECT sum(before), sum(after) FROM late_day WHERE register_id = :id"), {"id": night}
    )
    assert (0, 2980 * 7) == tuple(sums.one())


def test_a_meter_hangs_where_none_hangs(world: World) -> None:
    meter = add_meter(world.session, MeterDetails("S-77"), author="mary")
    empty = add_point(world.session, world.site, ServicePointDetails("Flat 2"), author="mary")
    mount(world.session, NewMount(empty, meter, NOON, {"import": 5}, Decimal(40)), author="mary")

    assert ("meter.mount", "40") == (changes(world.session)[0].action, changes(world.session)[0].after["multiplier"])
    for none in ("0", "-20", "33.33333"):
        with pytest.raises(InputError, match="is no multiplier"):
            mount(world.session, NewMount(empty, meter, NOON, multiplier=Decimal(none)), author="mary")
    with pytest.raises(IntegrityError, match="ex_meter_mount"):
        mount(world.session, NewMount(let_point(world), meter, NOON), author="mary")


def test_a_meter_is_taken_down_with_its_final_index_and_hung_up_elsewhere(world: World) -> None:
    registers = (RegisterDetails("total", "kWh"),)
    meter = add_meter(world.session, MeterDetails("S-77", registers=registers), author="mary")
    first, second = (
        add_point(world.session, world.site, ServicePointDetails(name), author="mary") for name in ("Flat 2", "Flat 3")
    )
    later = NOON + timedelta(days=3)
    mount(world.session, NewMount(first, meter, NOON, {"total": 5_000}), author="mary")
    for closing, reason in (
        ({}, "the final index of register total is missing"),
        ({"total": 4_000}, "does not follow the reading 5 of"),
        ({"total": 6_000, "night": 1}, "no register night"),
    ):
        with pytest.raises(InputError, match=reason):
            dismount(world.session, meter, later, closing, author="mary")
    with pytest.raises(ConflictError, match="hangs nowhere at that time"):
        dismount(world.session, meter, NOON, {"total": 6_000}, author="mary")
    dismount(world.session, meter, later, {"total": 6_000}, author="mary", reason="flat is rebuilt")
    mount(world.session, NewMount(second, meter, later, {"total": 6_000}), author="mary")

    assert ("meter.dismount", {"total": 6_000}) == (
        changes(world.session)[1].action,
        changes(world.session)[1].after["closing"],
    )
