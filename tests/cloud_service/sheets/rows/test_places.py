from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from tests.books.world import World, build


@pytest.fixture
def world(session: object) -> World:
    return build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session


def imported(world: World, kind: str, sheet: str) -> SheetReport:
    order = ImportOrder(world.entity, "test", date(2026, 11, 27), kind)
    return import_sheet(world.session, SheetFile(f"{kind}.csv", sheet.encode()), order)


def test_a_new_site_has_the_company_s_zone_and_currency_unless_it_says_others(world: World) -> None:
    imported(world, "sites", "Site,Time zone,Site currency\nA,,\nB,Africa/Nairobi,KES\n")

    rows = world.session.execute(text("SELECT name, timezone, currency FROM site WHERE name < 'C' ORDER BY name")).all()
    assert [("A", "Europe/Berlin", "EUR"), ("B", "Africa/Nairobi", "KES")] == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("kind", "sheet", "column", "why"),
    [
        ("sites", "Site,Time zone\nHouse,Europe/Paris\n", "site_zone", "is there with 'Europe/Berlin'"),
        ("sites", "Site,Time zone\nA,Moon/Base\n", "site_zone", "Moon/Base"),
        ("points", "Site,Flat\nNowhere,1\n", "site", "Nowhere"),
        ("points", "Site,Flat,Utility\nHouse,Flat 1,water\n", "utility", "is there with 'electricity'"),
        ("points", "Site,Flat,Under\nHouse,2,Flat 9\n", "under", "Flat 9"),
        ("meters", "Meter,Site,Flat\nS9,House,Flat 9\n", "point", "has no service point Flat 9"),
    ],
)
def test_a_place_that_cannot_be_is_refused_at_its_column(
    world: World, kind: str, sheet: str, column: str, why: str
) -> None:
    (outcome,) = imported(world, kind, sheet).rows

    assert column == outcome.faults[0].column, outcome.faults
    assert why in outcome.faults[0].why


def test_a_point_below_another_is_made_below_it(world: World) -> None:
    imported(world, "points", "Site,Flat,Under\nHouse,Sub,Flat 1\nHouse,Sub 2,House: Sub\n")

    query = (
        "SELECT p.name, u.name AS above FROM service_point p JOIN service_point u ON u.id = p.parent_id ORDER BY p.id"
    )
    assert [("Sub", "Flat 1"), ("Sub 2", "Sub")] == [tuple(row) for row in world.session.execute(text(query))]
