"""What became of each row of a sheet, for people, for programs, and as the same sheet with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cloud_service.sheets.files.spreadsheet_harm import EatenZeros
from cloud_service.sheets.heads.columns import COLUMNS
from cloud_service.sheets.heads.row_values import CellFault
from cloud_service.sheets.sheet import Sheet

NEW, SAME, REFUSED = "new", "same", "refused"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row: made, there already, or refused with all its faults; `label` is how people know it."""

    number: int
    state: str
    label: str
    made: tuple[str, ...] = ()
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetReport:
    """A whole sheet. `import_id` is set once it is stored; nothing was where it is 0."""

    kind: str
    sheet: Sheet
    places: Mapping[str, int]  # our key -> column of the file
    left_out: tuple[str, ...]
    rows: tuple[RowOutcome, ...]
    counts: Mapping[str, int] = field(default_factory=dict)  # what was or would be made, by table
    import_id: int = 0
    earlier: datetime | None = None  # when the very same file was imported before
    eaten: tuple[EatenZeros, ...] = ()  # numbers that a spreadsheet may have shortened: taken as they are

    def of(self, state: str) -> Sequence[RowOutcome]:
        """The rows of one state."""
        return [row for row in self.rows if row.state == state]

    def head_of(self, key: str) -> str:
        """How the file calls a column; our title where it has none."""
        return self.sheet.head[self.places[key]] if key in self.places else COLUMNS[key].title

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "import": self.import_id or None,
            "columns": {key: self.sheet.head[at] for key, at in self.places.items()},
            "left_out": list(self.left_out),
            "rows": len(self.rows),
            **{state: len(self.of(state)) for state in (NEW, SAME, REFUSED)},
            "made": dict(self.counts),
            "notes": list(self.sheet.notes),
            "warnings": [
                {"row": harm.row, "column": self.head_of(harm.column), "found": harm.found, "meant": harm.meant}
                for harm in self.eaten
            ],
            "faults": [
                {
                    "row": row.number, "column": self.head_of(fault.column), "found": fault.found, "why": fault.why,
                    "hint": fault.hint, "proposal": fault.proposal,
                }
                for row in self.rows
                for fault in row.faults
            ],
        }  # fmt: skip


def reason_of_row(report: SheetReport, row: RowOutcome) -> str:
    """Why a row was refused, in one cell."""
    return "; ".join(
        f"{report.head_of(fault.column)}: {fault.why}" + (f" ({fault.hint})" if fault.hint else "")
        for fault in row.faults
    )
