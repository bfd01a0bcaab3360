"""Bills for the post in the browser."""

import io

import pypdf
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def waiting(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(
            text("""INSERT INTO postal_delivery (invoice_id)
                    SELECT id FROM invoice WHERE number IN ('INV-1', 'INV-2', 'ZET-1')""")
        )


def test_what_waits_is_printed_and_marked_as_posted(fresh: Console) -> None:
    waiting(fresh)
    clerk = fresh.sign_in("billing")
    page = clerk.get("/bills/print").text
    assert "2 bills as one PDF" in text_of(page)
    assert "ZET-1" not in page
    assert "checked" not in page  # Amina has no postal address

    file = clerk.get("/bills/print.pdf")
    cover = pypdf.PdfReader(io.BytesIO(file.data)).pages[0].extract_text()
    assert ("application/pdf", True, True) == (file.mimetype, "INV-1" in cover, "INV-2" in cover)

    (first,) = database_rows(fresh, "SELECT id FROM invoice WHERE number = 'INV-1'")
    assert 302 == post(clerk, "/bills/print", "/bills/print", bill=first.id, day="2026-11-20").status_code
    assert "1 bill as PDF" in text_of(clerk.get("/bills/print").text)
    assert "Sent by post" in text_of(clerk.get(f"/bills/{fresh.ids['INV-1']}").text)


def test_a_selection_of_the_list_is_printed_in_its_order(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    answer = post(clerk, "/bills", "/batches/new/bills?sort=number&dir=desc", action="invoice_print", all="yes")
    page = text_of(clerk.get(answer.headers["Location"]).text)

    assert page.index("INV-3") < page.index("INV-2") < page.index("INV-1")
    assert "No bill waits for the post" in text_of(clerk.get("/bills/print").text)


def test_a_day_to_come_another_company_s_bill_and_an_empty_choice_are_refused(fresh: Console) -> None:
    waiting(fresh)
    clerk = fresh.sign_in("billing")
    (first,) = database_rows(fresh, "SELECT id FROM invoice WHERE number = 'INV-1'")
    (theirs,) = database_rows(fresh, "SELECT id FROM invoice WHERE number = 'ZET-1'")

    for fields in (
        {"bill": first.id, "day": "2027-01-01"},
        {"bill": theirs.id, "day": "2026-11-20"},
        {"day": "2026-11-20"},
    ):
        assert 400 <= post(clerk, "/bills/print", "/bills/print", **fields).status_code < 500
    assert [] == database_rows(fresh, "SELECT 1 FROM postal_delivery WHERE posted_on IS NOT NULL")
    assert 404 == fresh.sign_in("auditor").get("/bills/print").status_code
