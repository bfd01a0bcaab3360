"""Rows of sites, service points and meters, written and read back as they are."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.metering import sites_and_meters
from cloud_service.store.metering.sites_and_meters import (
    MeterFields,
    RegisterFields,
    ServicePointFields,
    SiteFields,
)
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import World, build

LAKE = SiteFields("Lake House", "Africa/Nairobi", "KES", "Lake Road", "KE", "")
TODAY = date(2026, 3, 1)


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def test_a_site_is_read_back_as_written_and_as_changed(world: World) -> None:
    site = sites_and_meters.add_site(world.session, world.entity, LAKE)
    before = sites_and_meters.site_fields(world.session, site)
    sites_and_meters.change_site(world.session, site, SiteFields("Lake", "Africa/Nairobi", "KES"))

    assert (LAKE, SiteFields("Lake", "Africa/Nairobi", "KES")) == (
        before,
        sites_and_meters.site_fields(world.session, site),
    )


def test_a_service_point_keeps_what_else_its_settings_hold(world: World) -> None:
    session = world.session
    roof = ServicePointFields("Roof", "electricity", "DE1", None, {"contracted_kw": "30"})
    point = sites_and_meters.add_point(session, world.site, roof)
    session.execute(text("UPDATE service_point SET settings = settings || '{\"vacancy\": 1}'"))
    flat = ServicePointFields("Flat", "water", "", None, {})
    sites_and_meters.change_point(session, point, flat)

    assert flat == sites_and_meters.point_fields(session, point)
    assert {"vacancy": 1, "values": {}} == session.execute(text("SELECT settings FROM service_point")).scalar_one()
    assert (point, None) == (
        sites_and_meters.point_named(session, world.site, "Flat"),
        sites_and_meters.point_named(session, world.site, "Roof"),
    )


def test_the_points_above_are_those_whose_meters_count_it_too(world: World) -> None:
    session = world.session
    house = sites_and_meters.add_point(session, world.site, ServicePointFields("House"))
    flat = sites_and_meters.add_point(session, world.site, ServicePointFields("Flat", parent=house))
    room = sites_and_meters.add_point(session, world.site, ServicePointFields("Room", parent=flat))

    assert {house, flat, room} == sites_and_meters.with_all_above(session, room)
    with pytest.raises(DBAPIError, match="ring"):
        sites_and_meters.change_point(session, house, ServicePointFields("House", parent=room))


def test_a_meter_has_its_registers_and_which_of_them_are_billed(world: World) -> None:
    session = world.session
    meter = sites_and_meters.add_meter(session, MeterFields("S1", "Acme", "m-1", "acme", Decimal("43.500")))
    for name in ("total", "night"):
        sites_and_meters.add_register(session, meter, RegisterFields(name, "kWh", digits=6))
    sites_and_meters.bill_register(session, meter, "night", billed=False)

    assert {"total": True, "night": False} == sites_and_meters.billed_registers(session, meter)
    assert ("Acme", "S1", "m-1", "acme", Decimal("43.5")) == tuple(
        session.execute(text("SELECT maker, serial, name, profile, max_power_kw FROM meter")).one()
    )
    assert [("m-1", "Acme S1")] == sites_and_meters.free_meters(session, Scope())


def test_a_point_knows_the_site_it_stands_on(world: World) -> None:
    point = sites_and_meters.add_point(world.session, world.site, ServicePointFields("Flat", "water"))
    site = sites_and_meters.site_of_point(world.session, point)

    assert (world.site, "House", "Europe/Berlin", "EUR", world.entity, "water") == (
        site.site_id, site.site, site.timezone, site.currency, site.entity_id, site.utility,
    )  # fmt: skip


def test_what_is_supplied_is_neither_free_nor_unused(world: World) -> None:
    world.tenant()
    empty = sites_and_meters.add_point(world.session, world.site, ServicePointFields("Empty", grid_id="DE9"))
    let = sites_and_meters.point_named(world.session, world.site, "Flat 1")
    assert let is not None

    assert [("House: Empty", "DE9")] == sites_and_meters.free_points(world.session, Scope(), TODAY)
    assert [] == sites_and_meters.free_points(world.session, Scope(frozenset()), TODAY)
    assert [True, False] == [sites_and_meters.is_point_supplied(world.session, point) for point in (let, empty)]
    assert sites_and_meters.is_supplied(world.session, world.site)
    assert [] == sites_and_meters.free_meters(world.session, Scope())


def test_a_point_that_only_the_owner_pays_for_is_free_for_a_tenant(world: World) -> None:
    world.tenant()
    world.session.execute(text("UPDATE contract SET vacancy = true"))

    assert ["House: Flat 1"] == [name for name, _ in sites_and_meters.free_points(world.session, Scope(), TODAY)]


def test_the_next_name_of_a_place_has_the_next_free_number(world: World) -> None:
    for name in ("Flat 09", "Flat 10", "Shop"):
        sites_and_meters.add_point(world.session, world.site, ServicePointFields(name))

    names = [sites_and_meters.next_name(world.session, world.site, name) for name in ("Flat 09", "Shop", "Flat 99")]
    assert ["Flat 11", "Shop 2", "Flat 100"] == names


def test_what_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(NotFoundError, match="there is no site 7"):
        sites_and_meters.site_fields(session, 7)
    with pytest.raises(NotFoundError, match="there is no service point 7"):
        sites_and_meters.point_fields(session, 7)
