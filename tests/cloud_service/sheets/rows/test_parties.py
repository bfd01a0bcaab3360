"""Clients, accounts and connections of rows where others are there already."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from cloud_service.flow.customers.contract import MoveIn, move_in
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from cloud_service.sheets.undo_import import undo_import
from cloud_service.store.scope import Scope
from cloud_service.store.sheets.imports import kept_import
from tests.books.world import World, build

HEAD = "Site,Flat,Client,Since,Until,Tariff,Client no.,E-mail\n"


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session
    world.session.commit()
    return world


def imported(world: World, *rows: str) -> SheetReport:
    order = ImportOrder(world.entity, "test", date(2026, 11, 27))
    padded = [row + "," * (HEAD.count(",") - row.count(",")) for row in rows]
    report = import_sheet(world.session, SheetFile("flats.csv", (HEAD + "\n".join(padded)).encode()), order)
    world.session.commit()
    return report


def vacant(world: World, until: date | None = None) -> int:
    """The owner pays for flat 9 since June."""
    imported(world, "House,Flat 9")
    point = world.session.execute(text("SELECT id FROM service_point WHERE name = 'Flat 9'")).scalar_one()
    move = MoveIn("VAC", point, world.accounts[0], world.tariff, date(2026, 6, 1), until, vacancy=True)
    contract = move_in(world.session, move, author="t")
    world.session.commit()
    return contract


def days(world: World, number: str) -> str:
    query = text("SELECT during::text FROM contract WHERE number = :number")
    return str(world.session.execute(query, {"number": number}).scalar_one())


def test_the_owner_s_contract_ends_where_a_tenant_moves_in_and_goes_on_when_that_is_taken_back(world: World) -> None:
    vacant(world)

    report = imported(world, "House,Flat 9,Ann,2026-10-01,,flat")
    assert (1, "[2026-06-01,2026-10-01)") == (len(report.of("new")), days(world, "VAC")), report.as_json()["faults"]

    kept = kept_import(world.session, Scope(), import_id=report.import_id)
    undo_import(world.session, kept, author="test", now=datetime.now(UTC))
    world.session.commit()
    assert "[2026-06-01,)" == days(world, "VAC")
    assert 1 == len(imported(world, "House,Flat 9,Ann,2026-10-01,,flat").of("new"))


@pytest.mark.parametrize("row", ["House,Flat 9,Ann,2026-06-01,,flat", "House,Flat 9,Ann,2026-10-01,2026-11-01,flat"])
def test_an_owner_s_contract_that_could_not_come_back_stays(world: World, row: str) -> None:
    vacant(world)

    (outcome,) = imported(world, row).rows
    assert "for days without a tenant" in outcome.faults[0].why


def test_two_clients_of_one_name_are_told_apart_by_their_numbers(world: World) -> None:
    imported(world, "Dock,1,Ann,2026-10-01,,flat,K1,a@x.example", "Dock,2,Ann,2026-10-01,,flat,K2,b@x.example")

    (outcome,) = imported(world, "Dock,3,Ann,2026-10-01,,flat").rows
    assert "several clients have this name" in outcome.faults[0].why
    assert 1 == len(imported(world, "Dock,3,Ann,2026-10-01,,flat,K2").of("new"))


def test_a_connection_that_is_there_says_the_same_or_is_refused(world: World) -> None:
    imported(world, "Dock,1,Ann,2026-10-01,,flat")

    assert ["same"] == [row.state for row in imported(world, "Dock,1,Ann,2026-10-01,,flat").rows]
    for row, column in (("Dock,1,Ann,2026-10-02,,flat", "start"), ("Dock,1,Bob,2026-10-01,,flat", "client"),
                        ("Dock,1,Ann,2026-10-01,2027-01-01,flat", "end")):  # fmt: skip
        (outcome,) = imported(world, row).rows
        assert column == outcome.faults[0].column
