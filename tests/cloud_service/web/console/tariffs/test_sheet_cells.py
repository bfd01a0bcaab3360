from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.web.console.tariffs.sheet_cells import cells_of, read_sheet, typed_cells
from cloud_service.web.language.locale import LANGUAGES
from tests.cloud_service.domain.tariffs.price_sheet.sheets import DAY_AND_NIGHT, ECONOMY, HOME, sheet
from tests.cloud_service.web.conftest import Console

HEAD = {"name": "Home", "currency": "EUR", "start": "2026-01-01", "pricing": "flat", "price": "0.30"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_cells_of_a_sheet_are_read_back_as_the_same_sheet(console: Console, language: str) -> None:
    with console.app.test_request_context(headers={"Accept-Language": language}):
        for made in (
            HOME,
            replace(ECONOMY, counters=(replace(ECONOMY.counters[0], code="day"), ECONOMY.counters[1])),
            sheet(pricing="hours", hours=DAY_AND_NIGHT, steps=()),
            sheet(pricing="flat", price=Decimal(1), steps=()),
        ):
            cells = cells_of(made)
            assert made == read_sheet(cells)
            assert {} == cells.errors


def test_empty_rows_are_left_out_and_the_others_numbered_anew() -> None:
    cells = typed_cells(
        {"items-0-label": "", "items-0-per": "day", "items-7-label": "Levy", "items-7-price": "1", "other-1-label": "x"}
    )
    assert [{"label": "Levy", "price": "1"}] == cells.rows["items"]
    assert [] == cells.rows["taxes"]


def test_a_number_that_is_none_is_the_only_fault_of_its_cell(console: Console) -> None:
    with console.app.test_request_context():
        for typed in ("cheap", "1e400", "0.0000000000001", "Infinity"):
            cells = typed_cells(HEAD | {"price": typed})
            read_sheet(cells)
            assert ["price"] == list(cells.errors), typed
        cells = typed_cells(HEAD | {"start": "tomorrow"})
        read_sheet(cells)
        assert ["start"] == list(cells.errors)


def test_codes_that_no_list_offers_become_the_first_of_the_list(console: Console) -> None:
    with console.app.test_request_context():
        read = read_sheet(typed_cells(HEAD | {"utility": "magic", "pricing": "flat"}))
    assert ("electricity", Decimal("0.30")) == (read.utility, read.price)
