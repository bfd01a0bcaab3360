"""Each thing that rests on an import keeps it, by name."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.undo_import import reasons_to_stay, undo_import
from cloud_service.store.scope import Scope
from cloud_service.store.sheets.imports import KeptImport, kept_import
from common.errors import ConflictError, NotFoundError
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.web.shop import bill

TODAY = date(2026, 11, 27)
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
FLAT = "Site,Flat,Client,Since,Serial,Opening,Tariff\nDock,1,Ann,2026-10-01,D1,10,flat\n"


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session
    world.session.commit()
    return world


def imported(world: World) -> KeptImport:
    order = ImportOrder(world.entity, "test", TODAY)
    report = import_sheet(world.session, SheetFile("flats.csv", FLAT.encode()), order)
    world.session.commit()
    return kept_import(world.session, Scope(), import_id=report.import_id)


def codes(world: World, kept: KeptImport) -> list[str]:
    return [reason.code for reason in reasons_to_stay(world.session, kept)]


def test_nothing_rests_on_it_at_first(world: World) -> None:
    assert [] == codes(world, imported(world))


def test_a_bill_keeps_it(world: World) -> None:
    kept = imported(world)
    register = world.session.execute(
        text("SELECT id FROM register WHERE meter_id = :meter"), {"meter": kept.made["meter"][0]}
    ).scalar_one()
    world.readings(register, OCTOBER)
    world.contracts = list(kept.made["contract"])
    assert 1 == len(bill(world))

    assert ["billed", "money"] == codes(world, kept)
    with pytest.raises(ConflictError, match="1 of its connections are on bills"):
        undo_import(world.session, kept, author="test", now=datetime.now(UTC))


CONTRACT = """
INSERT INTO contract (number, service_point_id, account_id, during)
SELECT 'X', p.id, a.id, daterange('2020-01-01', '2020-02-01')
  FROM service_point p, account a
 WHERE p.name = '1' AND a.number = 'A1'
"""
POINT = "INSERT INTO service_point (site_id, name) SELECT id, '2' FROM site WHERE name = 'Dock'"
GATEWAY = "INSERT INTO gateway (name, site_id) SELECT 'gw', id FROM site WHERE name = 'Dock'"
ACCOUNT = "INSERT INTO account (client_id, number, currency) SELECT id, 'X', 'EUR' FROM client WHERE name = 'Ann'"
MOUNT = """
INSERT INTO meter_mount (meter_id, service_point_id, during)
SELECT m.id, p.id, tstzrange('2020-01-01', '2020-02-01')
  FROM meter m, service_point p
 WHERE m.serial = 'S1' AND p.name = '1'
"""


@pytest.mark.parametrize(
    ("change", "code"),
    [(CONTRACT, "supplied"), (POINT, "used"), (GATEWAY, "used"), (ACCOUNT, "used"), (MOUNT, "metered")],
)
def test_what_was_added_later_keeps_it(world: World, change: str, code: str) -> None:
    kept = imported(world)
    world.session.execute(text(change))

    assert [code] == codes(world, kept)


def test_another_company_has_no_such_import(world: World) -> None:
    kept = imported(world)

    with pytest.raises(NotFoundError):
        kept_import(world.session, Scope(entities=frozenset({world.entity + 1})), import_id=kept.id)
