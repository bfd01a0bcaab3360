import io
import re
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.sheets import sheet_jobs
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.pages import database_rows, text_of

FLATS = (
    "Mieter;Wohnung;Objekt;Einzug;E-Mail;Zähler;Stand;Tarif;Miete\n"
    "Otieno, Ann;Flat 1;Dock;01.11.2026;ann@post.example;S-901;10.482,3;T-K-1;1\n"
    "Mwangi, Ben;Flat 2;Dock;01.11.2026;ben@@post.example;S-902;7,5;T-K-1;1\n"
)


def looked_at(client: Any, content: str = FLATS, **fields: Any) -> Any:
    """Choose the file and look at it."""
    page = client.get("/imports").text
    return client.post(
        "/imports/sheet",
        data={"csrf_token": token(page), "kind": "flats", "file": (io.BytesIO(content.encode()), "list.csv"), **fields},
        headers={"Referer": "http://localhost/imports"},
        content_type="multipart/form-data",
    )


def again(client: Any, page: str, do: str, **fields: str) -> Any:
    """Press a button of the page that came back, with everything that stands in it."""
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    sent |= {
        name: (re.findall(r'<option value="([^"]*)" selected', inner) or [""])[0]
        for name, inner in re.findall(
            r'<select class="form-select" name="(col\.\d+)".*?>(.*?)</select>', page, re.DOTALL
        )
    }
    sent |= dict(re.findall(r'<input class="form-control" name="(fix[^"]+)" value="([^"]*)"', page))
    return client.post(
        "/imports/sheet", data=sent | {"kind": "flats", "do": do} | fields,
        headers={"Referer": "http://localhost/imports/sheet"},
    )  # fmt: skip


def tenants(console: Console) -> list[str]:
    rows = database_rows(console, "SELECT name FROM client WHERE name LIKE '%,%' ORDER BY name")
    return [row.name for row in rows]


def test_a_sheet_is_looked_at_mended_in_place_imported_and_taken_back(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    page = looked_at(staff)
    assert 200 == page.status_code, page.text
    said = text_of(page.text)
    assert "1 ready, 0 there already, 1 to look at" in said
    assert "ben@@post.example" in said
    assert 'value="ben@post.example"' in page.text
    assert [] == tenants(fresh)

    page = again(staff, page.text, "look")
    assert "2 ready" in text_of(page.text)
    assert [] == tenants(fresh)

    done = again(staff, page.text, "import")
    assert 302 == done.status_code, done.text
    assert ["Mwangi, Ben", "Otieno, Ann"] == tenants(fresh)
    (mail,) = database_rows(fresh, "SELECT email FROM client WHERE name = 'Mwangi, Ben'")
    assert "ben@post.example" == mail.email

    page = staff.get("/imports")
    assert "list.csv" in page.text
    address = re.search(r'action="(/imports/[0-9a-f-]+/undo)"', page.text)
    assert address is not None
    assert 302 == post(staff, "/imports", address[1]).status_code
    assert [] == tenants(fresh)
    assert "Taken back" in text_of(staff.get("/imports").text)


def test_only_good_rows_go_in_where_the_others_stay_as_they_are(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    page = looked_at(staff)

    sheet = again(staff, page.text, "report", **{"fix.3.email": ""})
    assert ".xlsx" in sheet.headers["Content-Disposition"]
    report = SheetFile("report.xlsx", sheet.data).read()
    assert (("Row", "State", "Reason"), 1) == (report.head[-3:], len(report.rows))

    assert 302 == again(staff, page.text, "good", **{"fix.3.email": ""}).status_code
    assert ["Otieno, Ann"] == tenants(fresh)


def test_a_column_is_named_by_hand_and_what_is_missing_is_said(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    page = looked_at(staff, FLATS.replace("Wohnung", "Wo"))
    assert 422 == page.status_code
    assert "it has no column for" in page.text.lower()

    page = again(staff, page.text, "look", **{"col.1": "point"})

    assert "1 ready" in text_of(page.text)


def test_what_is_no_sheet_is_said_at_the_file(fresh: Console) -> None:
    page = looked_at(fresh.sign_in("billing"), "")

    assert 422 == page.status_code
    assert 'id="e-file"' in page.text


def test_each_kind_has_an_empty_sheet(console: Console) -> None:
    staff = console.sign_in("billing")
    for kind in ("flats", "sites", "points", "meters", "clients", "accounts", "contracts"):
        sheet = SheetFile("x", staff.get(f"/imports/template/{kind}.xlsx").data).read()
        assert sheet.head
    assert 404 == staff.get("/imports/template/horses.xlsx").status_code
    assert 404 == console.sign_in("support").get("/imports").status_code


def test_another_companys_import_does_not_exist(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    again(staff, again(staff, looked_at(staff).text, "look").text, "import")
    (row,) = database_rows(fresh, "SELECT public_id FROM sheet_import")
    with fresh.engine.begin() as connection:
        connection.exec_driver_sql("SET ROLE NONE")
        connection.exec_driver_sql("UPDATE sheet_import SET legal_entity_id = (SELECT max(id) FROM legal_entity)")

    assert "list.csv" not in staff.get("/imports").text
    assert 404 == post(staff, "/imports", f"/imports/{row.public_id}/undo").status_code


LARGE = FLATS.splitlines()[0] + "\n" + "".join(
    f"Tenant {n};Flat {n};Dock;01.11.2026;t{n}@{'@' if n == 7 else ''}post.example;L-{n};{n},5;T-K-1;1\n"
    for n in range(201)
)  # fmt: skip


def worked(fresh: Console, answer: Any) -> str:
    """Follow to the page of the job; the worker does it."""
    assert 302 == answer.status_code, answer.text
    where = str(answer.headers["Location"])
    (job,) = database_rows(fresh, "SELECT id FROM sheet_job WHERE state = 'waiting'")
    assert "It waits for its turn" in fresh.sign_in("billing").get(where).text
    sheet_jobs.work(lambda: transaction(fresh.engine), job.id)
    return where


def test_a_large_sheet_is_checked_and_imported_by_the_worker(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    where = worked(fresh, looked_at(staff, LARGE))

    page = staff.get(where).text
    assert "200 ready, 0 there already, 1 to look at" in text_of(page)
    assert 'value="t7@post.example"' in page
    assert "true" == staff.get(where, headers={"HX-Request": "true"}).headers["HX-Refresh"]
    report = staff.get(f"{where}/report.xlsx")
    rows = SheetFile("report.xlsx", report.data).read().rows
    assert [("Tenant 7", "refused")] == [(row.cells[0], row.cells[-2]) for row in rows]
    assert [] == database_rows(fresh, "SELECT 1 FROM client WHERE name = 'Tenant 1'")

    where = worked(fresh, again(staff, page, "import"))
    assert "201 rows are imported" in text_of(staff.get(where, follow_redirects=True).text)
    assert 201 == len(database_rows(fresh, "SELECT 1 FROM client WHERE name LIKE 'Tenant %'"))


def test_a_large_sheet_that_is_none_says_why(fresh: Console) -> None:
    staff = fresh.sign_in("billing")
    where = worked(fresh, looked_at(staff, LARGE.replace("Wohnung", "Quatsch")))

    assert "it has no column for 'Service point'" in staff.get(where).text.replace("&#39;", "'")


def test_a_large_sheet_of_another_company_does_not_exist(fresh: Console) -> None:
    where = worked(fresh, looked_at(fresh.sign_in("billing"), LARGE))
    theirs = "SELECT legal_entity_id FROM invoice WHERE number = 'ZET-1'"
    with transaction(fresh.engine) as session:
        session.execute(text(f"UPDATE sheet_job SET legal_entity_id = ({theirs})"))

    staff = fresh.sign_in("billing")
    assert 404 == staff.get(where).status_code
    assert 404 == staff.get(f"{where}/report.xlsx").status_code
    sent = staff.post(
        "/imports/sheet", headers={"Referer": "http://localhost/imports"},
        data={"csrf_token": token(staff.get("/imports").text), "kind": "flats", "kept_job": where.rpartition("/")[2]},
    )  # fmt: skip
    assert "sheet is not kept any more" in text_of(sent.text)


def test_a_file_larger_than_other_forms_is_taken(fresh: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fresh.app.config, "MAX_CONTENT_LENGTH", 5_000)
    staff = fresh.sign_in("billing")

    assert 302 == looked_at(staff, LARGE).status_code
    other = staff.post("/clients/new", data={"name": "x" * 6_000}, headers={"Referer": "http://localhost/clients/new"})
    assert 413 == other.status_code
