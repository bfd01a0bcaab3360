import pytest

from cloud_service.sheets.heads.columns import KINDS, head_key
from cloud_service.sheets.heads.head_match import head_signature, match_head, refuse_missing
from common.errors import InputError

FLATS = KINDS["flats"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Zähler Strom", "meter"), ("ZÄHLER-NR.", "meter"), ("Tenant name", "client"), ("E-Mail", "email"),
        ("Straße", "street"), ("PLZ", "postcode"), ("Farbe", ""),
        ("Einzug", "start"), ("move-in", "start"), ("Opening index", "opening"), ("Stand", "opening"),
    ],
)  # fmt: skip
def test_a_head_is_known_by_its_letters(name: str, key: str) -> None:
    assert ({key: 0} if key else {}) == match_head((name,), FLATS, {}).places


def test_no_two_columns_of_a_sheet_have_one_name() -> None:
    for kind in KINDS.values():
        names = [name for column in kind.columns for name in column.names]
        assert len(names) == len(set(names)), kind.code


def test_our_own_titles_are_matched_each_to_itself() -> None:
    head = tuple(column.title for column in FLATS.columns)

    assert {key: at for at, key in enumerate(FLATS.keys)} == match_head(head, FLATS, {}).places


def test_what_is_said_goes_before_what_is_known() -> None:
    match = match_head(("Name", "Flat", "Lage"), FLATS, {"point": "lage", "client": "-"})

    assert ({"point": 2}, ("Name", "Flat")) == (match.places, match.left_out)


def test_what_is_said_of_no_column_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'Lage'"):
        match_head(("Name",), FLATS, {"point": "Lage"})
    with pytest.raises(InputError, match="no column of this sheet"):
        match_head(("Name",), FLATS, {"horse": "Name"})


def test_a_missing_column_is_named_with_those_that_are_left() -> None:
    with pytest.raises(InputError) as refused:
        refuse_missing(match_head(("Site", "Farbe"), FLATS, {}), FLATS, {})

    assert "it has: Farbe" in refused.value.hint
    refuse_missing(match_head(("Site",), FLATS, {}), FLATS, {"point": "1"})


def test_a_head_is_known_again_however_it_is_spelt() -> None:
    assert head_signature(("Zähler-Nr.", "Ort")) == head_signature(("zählernr", "ORT"))
    assert head_signature(("a", "b")) != head_signature(("b", "a"))
    assert "strasse" == head_key(" Straße ")
