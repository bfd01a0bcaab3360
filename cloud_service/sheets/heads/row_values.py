"""Cells into values of a row; what cannot be read is a fault: its column, what stands there, why, a proposal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.sheets.files.cell_style import JOINED, CellStyle, day_in, number_in
from cloud_service.sheets.files.spreadsheet_harm import refuse_harmed
from cloud_service.sheets.heads.codes import code_of
from cloud_service.sheets.heads.columns import COLUMNS, ColumnKind
from cloud_service.sheets.sheet import Cell, cell_text
from common.errors import InputError
from common.period import is_in_calendar

SLIPS = ((re.compile(r"@{2,}"), "@"), (re.compile(r"\s"), ""), (re.compile(r",(?=[a-z]+$)"), "."))
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a row cannot be taken: the column by its key, what stands there, why, and what could be meant."""

    column: str
    found: str
    why: str
    hint: str = ""
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class RowValues:
    """What a row says; None or empty where it says nothing."""

    site: str = ""
    site_address: str = ""
    site_street: str = ""
    site_postcode: str = ""
    site_city: str = ""
    site_region: str = ""
    site_country: str = ""
    site_zone: str = ""
    site_currency: str = ""
    holiday_calendar: str = ""
    point: str = ""
    utility: str = ""
    grid_id: str = ""
    under: str = ""
    meter: str = ""
    maker: str = ""
    register: tuple[str, ...] = ()
    digits: int | None = None
    mounted: date | None = None
    opening: tuple[Decimal, ...] = ()
    multiplier: Decimal | None = None
    details: tuple[str, ...] = ()
    removed: date | None = None
    closing: tuple[Decimal, ...] = ()
    client_number: str = ""
    client: str = ""
    client_kind: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    address_state: str = ""
    country: str = ""
    language: str = ""
    vat_id: str = ""
    buyer_reference: str = ""
    einvoice: str = ""
    electronic_address: str = ""
    account: str = ""
    currency: str = ""
    terms_days: int | None = None
    cycle: str = ""
    cycle_day: int | None = None
    cycle_month: int | None = None
    cycle_year: int | None = None
    delivery: str = ""
    mode: str = ""
    contract: str = ""
    start: date | None = None
    end: date | None = None
    tariff: str = ""
    tariff_from: date | None = None
    balance: Decimal | None = None
    balance_day: date | None = None
    deposit: Decimal | None = None
    item: str = ""
    item_day: date | None = None
    item_due: date | None = None
    item_amount: Decimal | None = None
    item_paid: Decimal | None = None
    item_text: str = ""


def row_values(cells: Mapping[str, Cell], style: CellStyle) -> tuple[RowValues, list[CellFault]]:
    """The values of one row by key, and what of them could not be read."""
    values: dict[str, Any] = {}
    faults = []
    for key, cell in cells.items():
        if cell == "":
            continue
        try:
            refuse_harmed(key, cell)
            values[key] = _value(key, COLUMNS[key].kind, cell, style)
            _look_closer(key, values)
        except InputError as error:
            content = cell_text(cell)
            faults.append(CellFault(key, content, error.message, error.hint, _proposal(key, content)))
    return RowValues(**values), faults


def _value(key: str, kind: ColumnKind, cell: Cell, style: CellStyle) -> Any:
    if kind == "day":
        day = day_in(cell, style)
        if not is_in_calendar(day):
            raise InputError(f"{day} is no day of these times", hint="look at its year")
        return day
    if kind == "amount":
        return number_in(cell, style)
    if kind == "amounts":
        return tuple(number_in(amount, style) for amount in (cell.split(JOINED) if isinstance(cell, str) else (cell,)))
    if kind == "count":
        return _count(cell, style)
    if kind == "names":
        return tuple(code_of(key, name.strip()) for name in cell_text(cell).split(JOINED) if name.strip())
    return code_of(key, _text(kind, cell_text(cell)))


def _text(kind: ColumnKind, text: str) -> str:
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):  # noqa: PLR2004 - control characters of ASCII
        raise InputError("there is a control character in it")
    return text.replace("\r\n", "\n").replace("\\n", "\n") if kind == "lines" else " ".join(text.split())


def _count(cell: Cell, style: CellStyle) -> int:
    number = number_in(cell, style)
    if number != number.to_integral_value() or not 0 <= number < 10_000:  # noqa: PLR2004 - days, digits
        raise InputError("this is no whole number")
    return int(number)


def _look_closer(key: str, values: Mapping[str, Any]) -> None:
    if key in ("opening", "closing") and any(index < 0 for index in values[key]):
        raise InputError("an index of a meter cannot be below zero", hint="is the minus a dash?")
    if key == "email" and not EMAIL.fullmatch(values[key]):
        raise InputError("this is no e-mail address", hint="name@place.example")


def _proposal(key: str, content: str) -> str:
    """What was meant, where a slip of the keys is likely."""
    if key == "opening":
        return content.lstrip("−–- ") if content[:1] in "−–-" else ""
    if key == "email":
        for slip, right in SLIPS:
            mended = slip.sub(right, content)
            if mended != content and EMAIL.fullmatch(mended):
                return mended
    return ""
