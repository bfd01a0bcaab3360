from datetime import date
from typing import Any

import pytest

from cloud_service.documents.report_sheet import report_sheet
from cloud_service.store.database.session import transaction
from cloud_service.store.lists.paging import ListQuery, all_of
from cloud_service.store.lists.payments import payments
from cloud_service.store.scope import Scope
from tests.cloud_service.documents.test_spreadsheet import cells
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

TYPED = {
    "every": "month",
    "day": "1",
    "weekday": "1",
    "working_day": "on",
    "recipients": "a@x.example\nb@x.example",
    "reason": "",
}


def place(console: Console) -> str:
    return f"/settings/entities/{console.ids['entity']}/reports"


@pytest.mark.parametrize("kind", ["open_items", "payments", "bills"])
def test_a_report_is_set_sent_and_has_the_cells_of_the_page_s_own_file(fresh: Console, kind: str) -> None:
    staff, where = fresh.sign_in("root"), place(fresh)
    saved = post(staff, f"{where}/set", f"{where}/set", kind=kind, **TYPED)
    assert 302 == saved.status_code, saved.text
    assert 302 == post(staff, where, f"{where}/send", kind=kind, every="month").status_code
    page = staff.get(where).text
    assert "a@x.example b@x.example" in text_of(page)
    (body, first, last) = database_rows(
        fresh, "SELECT d.body, s.first_day, s.last_day FROM report_sending s JOIN document d ON d.id = s.document_id"
    )[0]

    entity_file: dict[str, Any] = {
        "open_items": f"/reports/ageing.xlsx?day={last}",
        "payments": f"/payments.xlsx?from={first}&to={last}",
        "bills": f"/bills.xlsx?from={first}&to={last}",
    }
    own = cells(staff.get(entity_file[kind]).data)
    others = [cell for cell in cells(body) if cell not in own]
    assert [] == others  # all of them stand in the page's file, which has all companies


def test_payments_have_the_cells_of_the_page_s_own_file(console: Console) -> None:
    query = ListQuery(sort="day", descending=True)
    with transaction(console.engine) as session:
        body = report_sheet("payments", all_of(session, payments(Scope(), query), query), date(2026, 12, 1), "en")
    page = cells(console.sign_in("root").get("/payments.xlsx").data)
    assert page == cells(body)
    assert len(page) > 12


def test_what_cannot_be_is_said_at_its_field_and_a_report_is_removed(fresh: Console) -> None:
    staff, where = fresh.sign_in("root"), place(fresh)
    for field, typed in (("recipients", "nobody"), ("day", "32")):
        refused = post(staff, f"{where}/set", f"{where}/set", **TYPED | {"kind": "bills", field: typed})
        assert (422, True) == (refused.status_code, f'id="e-{field}"' in refused.text)
    post(staff, f"{where}/set", f"{where}/set", kind="bills", **TYPED)
    assert 302 == post(staff, where, f"{where}/remove", kind="bills", every="month").status_code
    assert "None yet" in text_of(staff.get(where).text)


def test_who_does_not_manage_sees_nothing_of_it(console: Console) -> None:
    assert 404 == console.sign_in("billing").get(place(console)).status_code
