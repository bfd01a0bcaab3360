"""Upload of readings: preview, choice of columns, dry run, taken in whole, remembered, undone."""

import io
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from cloud_service.web.console.metering import reading_files
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.pages import database_rows, database_value, text_of

UPLOAD = "/readings/upload"
TABLE = "Gerät;Wann;Stand\nmeter-M-1;25.10.2026 08:30;1.318,742\nmeter-M-1;19.11.2026 08:30;1.412,742\n"
PLAIN = TABLE.replace("1.318", "1318").replace("1.412", "1412")
CHOSEN = {
    "column.0": "meter", "column.1": "time", "column.2": "value", "decimal": ",", "time_format": "%d.%m.%Y %H:%M",
    "zone": "Africa/Nairobi", "kind": "index", "interval_time": "start", "step": "900",
}  # fmt: skip


def chosen(clerk: FlaskClient, table: str = PLAIN, **fields: Any) -> Any:
    """A file is chosen and looked at, as a browser sends it."""
    data = {
        "csrf_token": token(clerk.get(UPLOAD).text),
        "do": "look",
        "file": (io.BytesIO(table.encode()), "round.csv"),
    }
    return clerk.post(UPLOAD, data=data | fields, headers={"Referer": f"http://localhost{UPLOAD}"})


def again(clerk: FlaskClient, page: str, do: str, **fields: Any) -> Any:
    """The form is sent once more: the file comes back in it."""
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    data = {"csrf_token": token(page), "do": do, "kept": kept[1], "kept_name": "round.csv"} | CHOSEN | fields
    return clerk.post(UPLOAD, data=data, headers={"Referer": f"http://localhost{UPLOAD}"})


def rows_of(content: bytes) -> list[list[Any]]:
    """The rows of the first sheet of an XLSX file."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_foreign_table_is_shown_mapped_tried_and_taken_in(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")

    first = chosen(clerk)
    assert (422, True) == (first.status_code, "has no column" in first.text)
    assert "Gerät Wann Stand" in text_of(first.text)
    tried = again(clerk, first.text, "look")
    assert "Nothing is kept yet. Taking it in stores 2 readings" in text_of(tried.text)
    assert "94.000 kWh" in text_of(tried.text)
    assert 0 == database_value(fresh, "SELECT count(*) FROM reading")
    assert 302 == again(clerk, tried.text, "keep").status_code

    assert 2 == database_value(fresh, "SELECT count(*) FROM reading")
    assert "2026-10-25T05:30:00" == database_value(
        fresh, "SELECT to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM reading"
    )
    assert "round.csv csv 2 25 Oct 2026" in text_of(clerk.get("/readings/imports").text)


def test_the_next_table_with_these_columns_is_read_the_same_way(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    again(clerk, chosen(clerk).text, "keep")

    tried = chosen(clerk, PLAIN.replace("1412", "1413").replace("19.11", "18.11"))

    assert "Taking it in stores 1 readings; 1 are there already" in text_of(tried.text)


def test_what_is_wrong_in_a_file_is_said_with_its_line_and_the_choices_stay(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    page = chosen(clerk, PLAIN.replace("1412,742", "many")).text

    answer = again(clerk, page, "keep")

    assert (422, True) == (answer.status_code, "Line 3: value" in text_of(answer.text))
    assert '<option value="time" selected>' in answer.text
    twice = again(clerk, page, "look", **{"column.1": "meter"})
    assert "Two columns are chosen for Meter" in text_of(twice.text)
    assert 0 == database_value(fresh, "SELECT count(*) FROM import_file")


def test_a_meter_of_somebody_else_is_not_there(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    page = chosen(clerk, PLAIN.replace("M-1", "M-3")).text

    assert "No meter meter-M-3" in text_of(again(clerk, page, "keep").text)
    assert 0 == database_value(fresh, "SELECT count(*) FROM reading")


def test_no_file_and_one_that_is_too_large_are_refused(fresh: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_files, "FILE_MAX", 50)
    clerk = fresh.sign_in("billing")

    assert "Choose a file" in post(clerk, UPLOAD, UPLOAD, do="look").text
    assert "larger ones go by energy-cloud readings import" in chosen(clerk).text


def test_an_import_is_undone_with_a_reason(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    again(clerk, chosen(clerk).text, "keep")
    imports = "/readings/imports"
    number = database_value(fresh, "SELECT id FROM import_file")

    assert 302 == post(clerk, imports, f"{imports}/{number}/undo", reason="wrong house").status_code

    seen = text_of(clerk.get(imports).text)
    assert "Undone by billing@kilo.example" in seen
    assert "wrong house" in seen
    assert 404 == post(fresh.sign_in("support"), imports, f"{imports}/{number}/undo", reason="x").status_code


def test_a_file_of_another_company_is_not_undone_by_its_number(fresh: Console) -> None:
    theirs = (
        "INSERT INTO import_file (sha256, name, format, rows, registers)"
        " SELECT 'x', 'theirs.csv', 'csv', 1, array_agg(r.id) FROM register r JOIN meter m ON m.id = r.meter_id"
        " WHERE m.name = 'meter-M-3' OR m.serial = 'M-3' RETURNING id"
    )
    with transaction(fresh.engine) as session:
        number = session.execute(text(theirs)).scalar_one()

    clerk = fresh.sign_in("billing")
    assert "theirs.csv" not in clerk.get("/readings/imports").text
    refused = post(clerk, "/readings/imports", f"/readings/imports/{number}/undo", reason="mine now")
    assert 404 == refused.status_code
    assert [] == database_rows(fresh, "SELECT 1 FROM import_file WHERE undone_at IS NOT NULL")


def test_every_faulty_row_is_named_on_the_page_and_in_a_file(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bad = PLAIN + "meter-M-1;20.11.2026 08:30;many\nmeter-M-1;31.02.2026 08:30;1\nnobody;20.11.2026 08:30;1\n"
    page = chosen(clerk, bad + "nobody;21.11.2026 08:30;2\nmeter-M-1;19.11.2026 08:30;7\n").text

    answer = again(clerk, page, "look")

    seen = unescape(text_of(answer.text))
    assert 422 == answer.status_code
    assert "4 Stand 'many' is not a number" in seen
    assert "5 Wann '31.02.2026 08:30' is not a time" in seen
    assert "6 Gerät No meter nobody with register import; 2 rows name it" in seen
    assert "8 Stand At the instant of line 3, which says 1412.742 for meter-M-1 import" in seen
    file = again(clerk, answer.text, "faults")
    assert 'filename="Rows-to-look-at-round.xlsx"' in file.headers["Content-Disposition"]
    rows = rows_of(file.data)
    assert [4, 5, 6, 8] == [row[0] for row in rows if isinstance(row[0], int | float)]
    assert "Gerät" in [row[1] for row in rows]
    assert 0 == database_value(fresh, "SELECT count(*) FROM import_file")


def test_a_hundred_faulty_rows_stand_on_the_page_and_all_in_the_file(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    page = chosen(clerk, PLAIN + "meter-M-1;20.11.2026 08:30;many\n" * 130).text

    answer = again(clerk, page, "keep")

    assert 100 == answer.text.count("is not a number</bdi>")
    assert "the first 100; the file has them all" in text_of(answer.text)
    rows = rows_of(again(clerk, answer.text, "faults").data)
    assert 130 == sum(isinstance(row[0], int | float) for row in rows)


def test_a_meter_of_somebody_else_and_one_that_nobody_has_are_told_alike(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    page = chosen(clerk, PLAIN.replace("M-1", "M-3", 1) + "nobody;20.11.2026 08:30;1\n").text

    seen = text_of(again(clerk, page, "look").text)

    assert "No meter meter-M-3 with register import; one row names it" in seen
    assert "No meter nobody with register import; one row names it" in seen
