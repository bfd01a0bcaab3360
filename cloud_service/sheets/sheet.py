"""A sheet as it was read: a head and rows of cells, with the number that each row has in the file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Cell = str | date | Decimal  # a day and a number where the file itself says that it is one

ROWS_MAX = 20_000
COLUMNS_MAX = 200


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; `number` is what the spreadsheet shows beside it, `cells` has one for each column of the head."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The head and all rows that are not empty."""

    head: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()  # what of the file is not read, for people

    def column(self, at: int) -> list[Cell]:
        """What stands below one name of the head, empty cells left out."""
        return [row.cells[at] for row in self.rows if row.cells[at] != ""]


def cell_text(cell: Cell) -> str:
    """A cell as a person would read it."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if isinstance(cell, date) else cell
