"""Where the table begins and ends in what people call a list: titles above, heads in two lines, units, a sum below."""

import re
from collections.abc import Sequence
from functools import cache

from cloud_service.sheets.heads.columns import COLUMNS, head_key
from cloud_service.sheets.sheet import COLUMNS_MAX, Cell, Sheet, SheetRow, cell_text
from common.errors import InputError

Line = tuple[int, list[Cell]]  # number of the row, its cells

HEAD_WITHIN = 12  # rows in which the head must come
SURE = 2  # so many known names make a row the head
SUM = re.compile(
    r"(gesamt|summe|zwischensumme|insgesamt|total|totals|subtotal|grand total|sum|suma|somme|totale|totaal|jumla)\b.*",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"[\[(]?\s*(kwh|mwh|wh|kw|m³|m3|€|eur|usd|chf|kes|gbp|tt\.mm\.jjjj|dd\.mm\.yyyy|mm/dd/yyyy|yyyy-mm-dd|jj/mm/aaaa|"
    r"optional|pflicht|required|text|date|datum)\s*[\])]?",
    re.IGNORECASE,
)


def table_of(lines: Sequence[Line], below_no_name: str = "the first row names columns") -> Sheet:
    """The head and its rows; titles above it, a line of units and sums at the end are left out, and said."""
    if not lines:
        raise InputError("it is empty", path="file", hint="the first row names the columns, the others hold the data")
    at = _head_at(lines)
    head = _joined_head(lines, at)
    if len(head) > COLUMNS_MAX:
        raise InputError(f"it has more than {COLUMNS_MAX} columns", path="file")
    below = list(lines[at + 1 :])
    units = [below.pop(0)] if below and _is_units(below[0][1]) else []
    sums: list[Line] = []
    while len(below) > 1 and _is_sum(below[-1][1]):
        sums.insert(0, below.pop())
    rows = tuple(SheetRow(number, _padded(number, cells, len(head), below_no_name)) for number, cells in below)
    return Sheet(head, rows, tuple(_notes([*lines[:at], *units], sums)))


def known_names(cells: Sequence[Cell]) -> int:
    """How many cells of a row are names of columns."""
    return sum(head_key(cell_text(cell)) in _names() for cell in cells if cell != "")


@cache
def _names() -> frozenset[str]:
    return frozenset(name for column in COLUMNS.values() for name in column.names)


def _head_at(lines: Sequence[Line]) -> int:
    """The first row, unless one below titles (fuller than all above it) has more names of columns, surely some."""
    best, best_count, fullest = 0, known_names(lines[0][1]), _filled(lines[0][1])
    for at, (_number, cells) in enumerate(lines[1:HEAD_WITHIN], start=1):
        count = known_names(cells) + _known_with_groups(lines[at - 1][1], cells)
        if count >= SURE and count > best_count and _filled(cells) > fullest:
            best, best_count = at, count
        fullest = max(fullest, _filled(cells))
    return best


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell != "" for cell in cells)


def _known_with_groups(above: Sequence[Cell], cells: Sequence[Cell]) -> int:
    """How many cells are names only together with the one above."""
    return sum(
        head_key(f"{group} {cell_text(cell)}") in _names() and head_key(cell_text(cell)) not in _names()
        for group, cell in zip(_groups(above, len(cells)), cells, strict=False)
        if group and cell != ""
    )


def _joined_head(lines: Sequence[Line], at: int) -> tuple[str, ...]:
    """A name that stands twice, or that nobody knows, is said with the one above it: Meter, Number."""
    names = [cell_text(cell).strip() for cell in lines[at][1]]
    while names and not names[-1]:
        names.pop()
    groups = _groups(lines[at - 1][1], len(names)) if at else []
    if not groups:
        return tuple(names)
    twice = {name for name in names if names.count(name) > 1}
    return tuple(
        name
        if not name or not group or (name not in twice and head_key(name) in _names())
        else _group_name(group, name)
        for group, name in zip(groups, names, strict=True)
    )


def _group_name(group: str, name: str) -> str:
    """The joined name; the upper alone where only that is known."""
    both = f"{group} {name}"
    return group if head_key(both) not in _names() and head_key(group) in _names() else both


def _groups(cells: Sequence[Cell], width: int) -> list[str]:
    """What stands above each column: a merged cell holds for those right of it; one cell alone is a title."""
    names = [cell_text(cell).strip() for cell in cells][:width]
    if sum(map(bool, names)) < SURE:
        return []
    groups: list[str] = []
    for name in names + [""] * (width - len(names)):
        groups.append(name or (groups[-1] if groups else ""))
    return groups


def _is_units(cells: Sequence[Cell]) -> bool:
    filled = [cell_text(cell).strip() for cell in cells if cell != ""]
    return bool(filled) and all(UNIT.fullmatch(text) for text in filled)


def _is_sum(cells: Sequence[Cell]) -> bool:
    """A row that begins with such a word and has nothing but numbers otherwise."""
    filled = [cell_text(cell).strip() for cell in cells if cell != ""]
    return bool(filled) and bool(SUM.fullmatch(filled[0])) and not any(re.search(r"[^\W\d_]{4}", c) for c in filled[1:])


def _padded(number: int, cells: Sequence[Cell], width: int, below_no_name: str) -> tuple[Cell, ...]:
    if any(cell != "" for cell in cells[width:]):
        raise InputError(f"row {number} has a cell below no name", path="file", hint=below_no_name)
    return (*cells[:width], *[""] * (width - len(cells)))


def _notes(above: Sequence[Line], sums: Sequence[Line]) -> list[str]:
    notes = []
    if above:
        notes.append(f"{_rows(above)} left out: titles or units, not the data of a row")
    if sums:
        notes.append(f"{_rows(sums)} left out: a sum")
    return notes


def _rows(lines: Sequence[Line]) -> str:
    numbers = ", ".join(str(number) for number, _cells in lines)
    return f"row {numbers} is" if len(lines) == 1 else f"rows {numbers} are"
