from cloud_service.sheets.heads.columns import COLUMNS, KINDS
from cloud_service.store.sheets.undo import TABLES
from cloud_service.web.language.sheet_labels import SHEET_COLUMNS, SHEET_KINDS, SHEET_MADE


def test_every_column_and_kind_has_its_word_in_english_as_in_our_own_sheets() -> None:
    assert {key: column.title for key, column in COLUMNS.items()} == {k: str(v) for k, v in SHEET_COLUMNS.items()}
    assert {code: kind.title for code, kind in KINDS.items()} == {k: str(v) for k, v in SHEET_KINDS.items()}


def test_all_that_an_import_makes_has_its_word() -> None:
    assert set(TABLES) - {"meter_mount", "tariff_before"} == set(SHEET_MADE)
