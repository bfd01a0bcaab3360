import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import bill_numbers


def test_pages_never_overlap_and_never_leave_one_out(admin: FlaskClient) -> None:
    pages = [bill_numbers(admin.get(f"/bills?size=1&page={n}&sort=bill_date&dir=asc").text) for n in (1, 2, 3)]

    assert [["INV-1"], ["INV-2"], ["INV-3"]] == pages


@pytest.mark.parametrize(
    "path",
    ["/payments", "/clients", "/accounts", "/connections", "/meters", "/tariffs", "/runs", "/gateways", "/audit"],
)
def test_every_list_sorts_by_every_column_it_offers_and_has_its_file(console_root: FlaskClient, path: str) -> None:
    page = console_root.get(path).text
    sorts = set(re.findall(r"[?&;]sort=([a-z_]+)", page))

    for name in sorts:
        for way in ("asc", "desc"):
            assert 200 == console_root.get(f"{path}?sort={name}&dir={way}&q=a").status_code
    with console_root.get(f"{path}.csv") as file:
        assert 200 == file.status_code
    assert sorts or path == "/runs"


def test_a_text_that_a_spreadsheet_would_run_is_defused_in_the_file(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE client SET name = '=HYPERLINK(\"http://evil\")' WHERE number = 'C-1'"))

    rows = list(csv.reader(io.StringIO(fresh.sign_in("admin").get("/clients.csv").text)))

    assert any("'=HYPERLINK" in cell for row in rows for cell in row)
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_name_with_markup_is_shown_as_text_everywhere(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE client SET name = '<script>alert(1)</script>'"))
    admin = fresh.sign_in("admin")

    for path in (
        "/bills",
        "/clients",
        "/payments",
        "/dashboard",
        "/accounts",
        "/search?q=script",
        "/connections",
        "/points",
    ):
        page = admin.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_one_list_is_the_same_however_its_pages_are_cut(admin: FlaskClient) -> None:
    whole = bill_numbers(admin.get("/bills?size=50").text)

    assert whole == [n for page in (1, 2, 3) for n in bill_numbers(admin.get(f"/bills?size=1&page={page}").text)]
