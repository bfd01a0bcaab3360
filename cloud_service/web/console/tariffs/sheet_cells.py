"""The cells of a price sheet as they are typed: shown again as they are, and read into a sheet with faults by cell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from cloud_service.domain.tariffs.price_sheet.holes import sheet_faults
from cloud_service.domain.tariffs.price_sheet.sheet import (
    DAYS,
    ITEM_PERS,
    PRICINGS,
    REGISTERS,
    CounterPrice,
    EnergyPricing,
    HourPrice,
    Item,
    ItemPer,
    PriceSheet,
    Step,
    TaxRow,
)
from cloud_service.web.forms import Form, parse_day
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import number_as_typed, typed_number
from common.errors import InputError

TABLES: Mapping[str, tuple[str, ...]] = {
    "steps": ("start", "end", "price"),
    "hours": ("label", "days", "hours", "price", "code"),
    "counters": ("label", "counter", "price", "code"),
    "items": ("label", "price", "per", "code"),
    "taxes": ("name", "percent"),
}
"""The tables of a sheet and their columns."""
CHOSEN = ("days", "per", "code")  # a row in which only these stand is empty
HEAD = ("name", "code", "currency", "start", "until", "utility", "energy_label", "energy_code", "schedule", "pricing")
CELL = re.compile(r"(?P<table>steps|hours|counters|items|taxes)-(?P<row>\d{1,3})-(?P<column>[a-z]+)")
LONGEST = 200
MOST_ROWS = 50
MOST, DECIMALS = Decimal(10) ** 12, 12
Row = dict[str, str]


@dataclass
class SheetCells:
    """What stands in the cells, and what is wrong with them; a cell of a table is called `steps-1-end`."""

    head: Row
    rows: dict[str, list[Row]]
    errors: dict[str, str] = field(default_factory=dict)

    def add_row(self, table: str) -> None:
        """An empty row at the end of a table."""
        self.rows[table].append({})

    def drop_row(self, table: str, index: int) -> None:
        """Take a row out."""
        if index < len(self.rows[table]):
            del self.rows[table][index]


def typed_cells(sent: Mapping[str, str]) -> SheetCells:
    """The cells of a sent form; empty rows are left out."""
    rows: dict[str, dict[int, Row]] = {table: {} for table in TABLES}
    for name, text in sent.items():
        cell = CELL.fullmatch(name)
        if cell is not None and cell["column"] in TABLES[cell["table"]]:
            rows[cell["table"]].setdefault(int(cell["row"]), {})[cell["column"]] = text.strip()[:LONGEST]
    tables = {
        table: [row for _number, row in sorted(numbered.items()) if _is_filled(row)][:MOST_ROWS]
        for table, numbered in rows.items()
    }
    return SheetCells({key: sent.get(key, "").strip()[:LONGEST] for key in (*HEAD, "price")}, tables)


def _is_filled(row: Row) -> bool:
    return any(text for column, text in row.items() if column not in CHOSEN)


def cells_of(sheet: PriceSheet) -> SheetCells:
    """The cells of a sheet."""
    tables = {
        table: [{column: _text(getattr(row, column)) for column in columns} for row in getattr(sheet, table)]
        for table, columns in TABLES.items()
    }
    return SheetCells({key: _text(getattr(sheet, key)) for key in (*HEAD, "price")}, tables)


def _text(value: Decimal | date | str | None) -> str:
    if value is None:
        return ""
    return number_as_typed(value) if isinstance(value, Decimal) else str(value)


def read_sheet(cells: SheetCells) -> PriceSheet:
    """The sheet; whatever is wrong stands in `cells.errors` afterwards, by its cell."""
    head = cells.head
    sheet = PriceSheet(
        name=head["name"], code=head["code"], currency=head["currency"],
        start=_day(cells, "start"), until=_day(cells, "until"),
        utility=_one_of(head["utility"], tuple(REGISTERS)), energy_label=head["energy_label"],
        energy_code=head["energy_code"], schedule=head["schedule"] or "hours",
        pricing=cast("EnergyPricing", _one_of(head["pricing"], PRICINGS)),
        price=_amount(cells, "price", head["price"]), steps=_steps(cells), hours=_hours(cells),
        counters=_counters(cells), items=_items(cells), taxes=_taxes(cells),
    )  # fmt: skip
    for fault in sheet_faults(sheet):
        cells.errors.setdefault(fault.path, Form.sentence(fault))
    return sheet


def _steps(cells: SheetCells) -> tuple[Step, ...]:
    if cells.head["pricing"] != "steps":
        return ()
    return tuple(
        Step(*(_amount(cells, f"steps-{index}-{column}", row.get(column, "")) for column in TABLES["steps"]))
        for index, row in enumerate(cells.rows["steps"])
    )


def _hours(cells: SheetCells) -> tuple[HourPrice, ...]:
    if cells.head["pricing"] != "hours":
        return ()
    return tuple(
        HourPrice(
            row.get("label", ""), _amount(cells, f"hours-{index}-price", row.get("price", "")),
            _one_of(row.get("days", ""), DAYS), row.get("hours", ""), row.get("code", ""),
        )
        for index, row in enumerate(cells.rows["hours"])
    )  # fmt: skip


def _counters(cells: SheetCells) -> tuple[CounterPrice, ...]:
    if cells.head["pricing"] != "counters":
        return ()
    return tuple(
        CounterPrice(
            row.get("label", ""), _amount(cells, f"counters-{index}-price", row.get("price", "")),
            row.get("counter", ""), row.get("code", ""),
        )
        for index, row in enumerate(cells.rows["counters"])
    )  # fmt: skip


def _items(cells: SheetCells) -> tuple[Item, ...]:
    return tuple(
        Item(
            row.get("label", ""), _amount(cells, f"items-{index}-price", row.get("price", "")),
            cast("ItemPer", _one_of(row.get("per", ""), ITEM_PERS)), row.get("code", ""),
        )
        for index, row in enumerate(cells.rows["items"])
    )  # fmt: skip


def _taxes(cells: SheetCells) -> tuple[TaxRow, ...]:
    return tuple(
        TaxRow(row.get("name", ""), _amount(cells, f"taxes-{index}-percent", row.get("percent", "")))
        for index, row in enumerate(cells.rows["taxes"])
    )


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    """A chosen code; the first one where a form was not filled by our page."""
    return text if text in choices else choices[0]


def _day(cells: SheetCells, path: str) -> date | None:
    try:
        return parse_day(cells.head[path], path) if cells.head[path] else None
    except InputError as error:
        cells.errors[path] = Form.sentence(error)
        return None


def _amount(cells: SheetCells, path: str, text: str) -> Decimal | None:
    """A cell's number; what is none is said at the cell, and stays the cell's only fault."""
    try:
        number = typed_number(text, path) if text else None
    except InputError as error:
        cells.errors[path] = Form.sentence(error)
        return None
    if number is not None and (abs(number) >= MOST or -int(number.as_tuple().exponent) > DECIMALS):
        cells.errors[path] = _("This is no price: too many digits.")
        return None
    return number
