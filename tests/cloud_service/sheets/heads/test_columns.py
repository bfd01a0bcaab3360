from dataclasses import fields

import pytest

from cloud_service.sheets.heads.columns import COLUMNS, KINDS, PIECES, head_key
from cloud_service.sheets.heads.row_values import RowValues


def test_every_column_is_a_field_of_a_row_and_every_field_has_a_column() -> None:
    assert {field.name for field in fields(RowValues)} == set(COLUMNS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_kind_has_what_it_cannot_be_without(kind: object) -> None:
    assert set(kind.needed) <= set(kind.keys) <= set(COLUMNS)  # type: ignore[attr-defined]
    assert len(kind.keys) == len(set(kind.keys))  # type: ignore[attr-defined]


def test_a_row_a_flat_makes_all_pieces_and_no_other_kind_makes_the_same() -> None:
    assert frozenset(PIECES) == KINDS["flats"].makes
    assert len(KINDS) == len({kind.makes for kind in KINDS.values()})


def test_spelling_does_not_tell_columns_apart() -> None:
    assert {"zahlernr"} == {head_key(name) for name in ("Zähler-Nr.", "ZÄHLER NR", "zahlernr")}
    assert "strasse" == head_key("Straße")
