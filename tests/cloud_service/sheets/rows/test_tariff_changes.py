"""Tariffs of many connections from a day on, refused where days are billed, taken back to what was before."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from cloud_service.sheets.undo_import import reasons_to_stay, undo_import
from cloud_service.store.scope import Scope
from cloud_service.store.sheets.imports import kept_import
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.web.shop import bill

HEAD = "Connection no.;Site;Service point;Tariff;Tariff from\n"
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
TARIFF = "INSERT INTO tariff (legal_entity_id, code, name, currency) VALUES (:entity, :code, :name, 'EUR')"
VERSIONS = (
    "INSERT INTO tariff_version (tariff_id, during, document, hash)"
    " SELECT t.id, v.during, v.document, v.hash FROM tariff t, tariff_version v WHERE t.code IN ('green', 'night')"
)


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=2)  # type: ignore[arg-type]  # the fixture's session
    for code in ("green", "night"):
        world.session.execute(text(TARIFF), {"entity": world.entity, "code": code, "name": code.title()})
    world.session.execute(text(VERSIONS))
    world.session.commit()
    return world


def imported(world: World, *rows: str) -> SheetReport:
    order = ImportOrder(world.entity, "test", date(2026, 11, 27), "tariffs")
    file = SheetFile("tariffs.csv", (HEAD + "\n".join(rows)).encode())
    report = import_sheet(world.session, file, order)
    world.session.commit()
    return report


def assignments(world: World) -> list[tuple[str, str, str]]:
    rows = world.session.execute(
        text(
            "SELECT k.number, t.code, x.during::text FROM tariff_assignment x JOIN tariff t ON t.id = x.tariff_id"
            " JOIN contract k ON k.id = x.contract_id ORDER BY k.id, x.during"
        )
    )
    return [tuple(row) for row in rows]


def undone(world: World, report: SheetReport) -> dict[str, int]:
    kept = kept_import(world.session, Scope(), import_id=report.import_id)
    counts = undo_import(world.session, kept, author="test", now=datetime.now(UTC))
    world.session.commit()
    return counts


def test_connections_are_named_by_number_or_place_and_taken_back_they_have_what_was_before(world: World) -> None:
    before = assignments(world)

    report = imported(world, "V1;;;green;01.12.2026", ";House;Flat 2;Green;2026-12-01", "V1;;;night;01.02.2027")

    assert {"tariff_assignment": 3} == report.counts, report.as_json()["faults"]
    assert [
        ("V1", "flat", "[2026-01-01,2026-12-01)"), ("V1", "green", "[2026-12-01,2027-02-01)"),
        ("V1", "night", "[2027-02-01,)"), ("V2", "flat", "[2026-01-01,2026-12-01)"), ("V2", "green", "[2026-12-01,)"),
    ] == assignments(world)  # fmt: skip
    again = imported(world, "V1;;;green;01.12.2026", "V1;;;night;01.02.2027")
    assert 2 == len(again.of("same"))
    assert {"tariff_assignment": 3} == undone(world, report)
    assert before == assignments(world)


def test_a_tariff_changed_from_its_first_day_on_comes_back_too(world: World) -> None:
    before = assignments(world)

    report = imported(world, "V1;;;green;2026-01-01")
    assert ("V1", "green", "[2026-01-01,)") == assignments(world)[0]

    undone(world, report)
    assert before == assignments(world)


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("V9;;;green;2026-12-01", "contract", "no such connection"),
        (";;;green;2026-12-01", "contract", "not said which connection"),
        ("V1;;;moon;2026-12-01", "tariff", "no such tariff"),
        ("V1;;;green;2025-12-01", "tariff_from", "runs from 2026-01-01"),
        ("V1;;;;2025-12-01", "tariff", "this is needed"),
    ],
)
def test_what_cannot_be_is_refused_at_its_column(world: World, row: str, column: str, why: str) -> None:
    (outcome,) = imported(world, row).rows

    assert [column] == [fault.column for fault in outcome.faults]
    assert why in outcome.faults[0].why


def test_a_change_that_is_planned_is_not_run_over(world: World) -> None:
    imported(world, "V1;;;green;2027-01-01")

    (outcome,) = imported(world, "V1;;;night;2026-12-01").rows
    assert "gets green from 2027-01-01" in outcome.faults[0].why


def test_billed_days_keep_their_tariff_and_a_billed_change_stays(world: World) -> None:
    for register in world.registers:
        world.readings(register, OCTOBER)
    report = imported(world, "V1;;;green;2026-10-15")
    kept = kept_import(world.session, Scope(), import_id=report.import_id)
    assert [] == reasons_to_stay(world.session, kept)

    assert 2 == len(bill(world))
    world.session.commit()

    assert ["priced"] == [reason.code for reason in reasons_to_stay(world.session, kept)]
    (outcome,) = imported(world, "V2;;;green;2026-10-15").rows
    assert "billed already" in outcome.faults[0].why


def test_a_change_that_was_changed_again_stays(world: World) -> None:
    first = imported(world, "V1;;;green;2026-12-01")
    imported(world, "V1;;;night;2027-01-01")

    kept = kept_import(world.session, Scope(), import_id=first.import_id)
    assert ["changed"] == [reason.code for reason in reasons_to_stay(world.session, kept)]
