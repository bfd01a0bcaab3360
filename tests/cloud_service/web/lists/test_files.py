import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows

LISTS = (
    "/bills", "/payments", "/clients", "/accounts", "/connections", "/points", "/meters", "/tariffs", "/runs",
    "/gateways", "/audit", "/reports/ageing", "/reports/revenue", "/reports/cash-book", "/reports/journal",
)  # fmt: skip


def sheet_rows(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """The rows of an XLSX file by the heads of their columns."""
    answer = client.get(path)
    assert 200 == answer.status_code
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    head, *rows = sheet
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize("path", LISTS)
def test_each_list_has_both_files_with_as_many_rows(console: Console, path: str) -> None:
    root = console.sign_in("root")
    lines = csv_rows(root.get(f"{path}.csv").text)

    assert len(lines) == len(sheet_rows(root, f"{path}.xlsx"))
    assert 404 == root.get(f"{path}.pdf").status_code


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("path", LISTS)
def test_a_file_that_was_sent_leaves_no_connection_in_use(console: Console, path: str, form: str) -> None:
    console.sign_in("root").get(f"{path}.{form}").get_data()

    assert 0 == console.engine.pool.checkedout()  # type: ignore[attr-defined]  # a pool that counts


def test_amounts_are_plain_in_csv_and_numbers_in_xlsx(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE client SET phone = '+254711000001' WHERE number = 'C-1'"))
    admin = fresh.sign_in("admin")
    line = csv_rows(admin.get("/bills.csv?q=INV-2").text)[0]
    (cells,) = sheet_rows(admin, "/bills.xlsx?q=INV-2")

    for name in ("BILL AMOUNT", "BILL AMOUNT (Local Currency)", "OUTSTANDING (Local Currency)"):
        assert 2 == len(line[name].partition(".")[2]), name
        assert float(line[name]) == cells[name]
    assert float(line["ENERGY kWh"]) == cells["ENERGY kWh"]
    assert line["BILL DATE"] == cells["BILL DATE"].isoformat()
    phones = [row["Phone"] for row in csv_rows(admin.get("/clients.csv").text)]
    assert "+254711000001" in phones
    assert "+254711000001" in [row["Phone"] for row in sheet_rows(admin, "/clients.xlsx")]


def test_times_are_the_sites_with_the_zone_in_the_head_or_beside(console: Console) -> None:
    admin = console.sign_in("admin")

    assert all(row["When"].endswith("+03:00") for row in csv_rows(admin.get("/audit.csv").text))
    assert "When (Africa/Nairobi)" in sheet_rows(admin, "/audit.xlsx")[0]
    assert "Africa/Nairobi" == sheet_rows(admin, "/gateways.xlsx")[0]["Time zone"]


def test_the_audit_log_as_a_file_has_json_that_programs_read(console: Console) -> None:
    for row in csv_rows(console.sign_in("admin").get("/audit.csv").text):
        assert isinstance(json.loads(row["After"]), dict)
