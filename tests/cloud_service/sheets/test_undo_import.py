from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.undo_import import WHY, reasons_to_stay, sentence_of, undo_import
from cloud_service.store.scope import Scope
from cloud_service.store.sheets.imports import KeptImport, kept_import
from cloud_service.store.sheets.undo import CHECKS, Obstacle
from common.errors import ConflictError
from tests.books.world import World, build

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def world(session: object) -> World:
    return build(session)  # type: ignore[arg-type]  # the fixture's session


def imported(world: World) -> KeptImport:
    order = ImportOrder(world.entity, "test", date(2026, 11, 27), "sites")
    report = import_sheet(world.session, SheetFile("sites.csv", b"Site,Site country\nDock,DE\n"), order)
    return kept_import(world.session, Scope(), import_id=report.import_id)


def test_every_obstacle_has_its_sentence() -> None:
    assert set(CHECKS) == set(WHY)
    assert "2 of its meters were read (M1)" in sentence_of(Obstacle("read", 2, "M1"))


def test_taken_back_it_is_gone_and_the_log_says_by_whom(world: World) -> None:
    kept = imported(world)
    assert [] == reasons_to_stay(world.session, kept)

    assert {"site": 1} == undo_import(world.session, kept, author="mary", now=NOW, reason="wrong house")

    row = world.session.execute(text("SELECT actor, reason FROM audit WHERE action = 'sheet.undo'")).one()
    assert ("mary", "wrong house") == tuple(row)
    again = kept_import(world.session, Scope(), import_id=kept.id)
    assert (NOW, "mary", []) == (again.undone_at, again.undone_by, reasons_to_stay(world.session, again))
    with pytest.raises(ConflictError, match="taken back already"):
        undo_import(world.session, again, author="mary", now=NOW)


def test_what_rests_on_it_after_all_is_refused_by_the_database(world: World) -> None:
    kept = imported(world)
    point = "INSERT INTO service_point (site_id, name) VALUES (:site, 'later')"
    world.session.execute(text(point), {"site": kept.made["site"][0]})

    with pytest.raises(ConflictError, match="cannot be taken back any more: something was added"):
        undo_import(world.session, kept, author="mary", now=NOW)
