from datetime import date

import pytest

from cloud_service.sheets.heads.columns import KINDS
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import RowRefusedError
from cloud_service.store.customers import legal_entities
from cloud_service.store.scope import Scope
from tests.books.world import build


@pytest.fixture
def entry(session: object) -> SheetEntry:
    world = build(session)  # type: ignore[arg-type]  # the fixture's session
    company = legal_entities.entity_fields(world.session, world.entity)
    return SheetEntry(world.session, world.entity, company, "mary", "", date(2026, 11, 27), KINDS["flats"])


def test_rows_name_what_is_the_company_s(entry: SheetEntry) -> None:
    assert Scope(entities=frozenset({entry.entity_id})) == entry.scope
    assert KINDS["flats"].makes == entry.makes


def test_a_row_that_made_the_same_is_named(entry: SheetEntry) -> None:
    entry.row_of["meter", 7] = 4

    assert ["row 4 has the same", ""] == [entry.row_that_made("meter", 7), entry.row_that_made("meter", 8)]


def test_what_is_there_stays_and_an_empty_cell_says_nothing(entry: SheetEntry) -> None:
    columns = {"name": "client", "timezone": "site_zone"}
    entry.refuse_difference("it", entry.company, {"name": "", "timezone": None}, columns)
    entry.refuse_difference("it", entry.company, {"name": entry.company.name}, columns)

    with pytest.raises(RowRefusedError) as refused:
        entry.refuse_difference("it", entry.company, {"name": "Other"}, columns)
    assert ("client", "Other") == (refused.value.fault.column, refused.value.fault.found)
    assert entry.company.name in refused.value.fault.why
