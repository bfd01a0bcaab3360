from datetime import date
from decimal import Decimal

import pytest

from cloud_service.sheets.export_sheets import EXPORTED, _cell, export_sheet
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.heads.columns import COLUMNS, KINDS
from tests.books.world import build

DAY = date(2026, 11, 27)


@pytest.mark.parametrize("kind", EXPORTED)
def test_each_kind_is_a_sheet_that_is_read_again_whole(session: object, kind: str) -> None:
    world = build(session, tenants=2)  # type: ignore[arg-type]  # the fixture's session

    sheet = SheetFile(kind, export_sheet(world.session, world.entity, kind, DAY, form="csv")).read()

    assert tuple(column.title for column in KINDS[kind].columns) == sheet.head
    assert {"sites": 1, "tariffs": 0, "balances": 0, "items": 0}.get(kind, 2) == len(sheet.rows)


def test_only_flats_are_no_export_of_their_own() -> None:
    assert {"flats"} == set(KINDS) - set(EXPORTED)


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (Decimal("1.500"), "1.5"), (Decimal("1.234"), "1.2340"),
     ([Decimal("1.234"), Decimal(5)], "1.2340 + 5"),
     (["a", "b"], "a + b"), (DAY, DAY), (7, "7")],
)  # fmt: skip
def test_a_value_is_written_so_that_it_means_one_thing(value: object, cell: object) -> None:
    assert cell == _cell(COLUMNS["opening"], {"opening": value})
