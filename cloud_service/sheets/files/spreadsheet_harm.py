"""What spreadsheets do to numbers that are names: zeros eaten, digits lost, formulas that say an error."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloud_service.sheets.sheet import Cell, Sheet, cell_text
from common.errors import InputError

NAMES = frozenset({
    "client_number", "account", "contract", "meter", "grid_id", "item", "phone", "buyer_reference", "vat_id",
    "postcode", "site_postcode", "electronic_address",
})  # fmt: skip
EATABLE = NAMES - {"phone"}
SHORTENED = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#NV", "#BEZUG!", "#WERT!"})
EXACT_BELOW = Decimal(10) ** 15  # a spreadsheet keeps so many digits of a number
SURE_DIGITS = 5  # shorter numbers have different lengths by themselves
MOST = 0.6  # of the cells of a column


@dataclass(frozen=True, slots=True)
class EatenZeros:
    """A cell that has fewer digits than most of its column."""

    row: int
    column: str
    found: str
    meant: str


def refuse_harmed(key: str, cell: Cell) -> None:
    """InputError where the digits of a name are lost, or a formula has no value."""
    text = cell_text(cell).strip()
    if text.upper() in ERRORS:
        raise InputError(f"this is a formula's error, {text}", hint="mend the formula, or write the value")
    if key in NAMES and (SHORTENED.fullmatch(text) or (isinstance(cell, Decimal) and abs(cell) >= EXACT_BELOW)):
        raise InputError(
            "a spreadsheet made a number of this and lost digits",
            hint="format the column as text and type it again",
        )  # fmt: skip


def eaten_zeros(sheet: Sheet, places: Mapping[str, int]) -> list[EatenZeros]:
    """Cells of names that lost zeros at their beginning, by all likelihood: most of the column have more digits."""
    return [harm for key, at in places.items() if key in EATABLE for harm in _short_cells(sheet, key, at)]


def _short_cells(sheet: Sheet, key: str, at: int) -> Sequence[EatenZeros]:
    digits = [(row.number, text) for row in sheet.rows if (text := cell_text(row.cells[at])).isdecimal()]
    lengths = Counter(len(text) for _row, text in digits)
    if not lengths:
        return []
    usual, often = lengths.most_common(1)[0]
    if usual < SURE_DIGITS or often < MOST * len(digits):
        return []
    return [EatenZeros(row, key, text, text.zfill(usual)) for row, text in digits if len(text) < usual]
