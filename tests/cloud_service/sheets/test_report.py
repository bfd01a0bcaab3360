from cloud_service.sheets.files.spreadsheet_harm import EatenZeros
from cloud_service.sheets.heads.row_values import CellFault
from cloud_service.sheets.report import RowOutcome, SheetReport, reason_of_row
from cloud_service.sheets.sheet import Sheet, SheetRow

SHEET = Sheet(("Objekt", "Wo"), (SheetRow(2, ("Dock", "1")), SheetRow(3, ("Dock", ""))), ("row 9 is left out: a sum",))
FAULT = CellFault("point", "", "this is needed", "fill it in", "1")
REPORT = SheetReport(
    "points", SHEET, {"site": 0, "point": 1}, ("Miete",),
    (RowOutcome(2, "new", "1", ("service point 1",)), RowOutcome(3, "refused", "", faults=(FAULT, FAULT))),
    {"service_point": 1}, eaten=(EatenZeros(2, "site", "12", "00012"),),
)  # fmt: skip


def test_a_column_is_called_as_the_file_calls_it_else_as_we_do() -> None:
    assert ["Objekt", "Tariff"] == [REPORT.head_of("site"), REPORT.head_of("tariff")]


def test_programs_are_told_all_that_people_are() -> None:
    said = REPORT.as_json()

    assert ("points", None, 2, 1, 0, 1) == tuple(
        said[key] for key in ("kind", "import", "rows", "new", "same", "refused")
    )
    assert ({"site": "Objekt", "point": "Wo"}, ["Miete"]) == (said["columns"], said["left_out"])
    assert {"row": 3, "column": "Wo", "found": "", "why": "this is needed", "hint": "fill it in", "proposal": "1"} == (
        said["faults"][0]
    )
    assert (["row 9 is left out: a sum"], [{"row": 2, "column": "Objekt", "found": "12", "meant": "00012"}]) == (
        said["notes"], said["warnings"],
    )  # fmt: skip


def test_all_faults_of_a_row_stand_in_one_cell() -> None:
    assert "Wo: this is needed (fill it in); Wo: this is needed (fill it in)" == reason_of_row(REPORT, REPORT.rows[1])
