"""The sheet as it came, with what became of each row beside it: to be mended and imported again."""

from datetime import date

from cloud_service.sheets.files.sheet_writing import text_sheet_bytes
from cloud_service.sheets.report import REFUSED, SheetReport, reason_of_row


def report_file(report: SheetReport, day: date, *, form: str = "xlsx", refused_only: bool = False) -> bytes:
    """All rows, or those that were refused."""
    cells_of = {row.number: row.cells for row in report.sheet.rows}
    outcomes = report.of(REFUSED) if refused_only else report.rows
    rows = [(*cells_of[row.number], str(row.number), row.state, reason_of_row(report, row)) for row in outcomes]
    return text_sheet_bytes("Import", (*report.sheet.head, "Row", "State", "Reason"), rows, day, form=form)
