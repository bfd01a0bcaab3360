"""Bills for the post in the browser."""

import io
from datetime import date

import pypdf
from sqlalchemy import text

from cloud_service.domain.invoicing.billing_account import Buyer
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.store.database.session import transaction
from cloud_service.store.delivery import postal_letters
from tests.cloud_service.domain.invoicing.test_reminder_letter import bill, letter
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


def test_reminders_wait_beside_the_bills_and_are_marked_with_their_own_tick(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        (account, other) = (
            session.execute(
                text("SELECT account_id FROM invoice WHERE number = :number"), {"number": number}
            ).scalar_one()
            for number in ("INV-1", "ZET-1")
        )
        reminder = to_json(
            letter(bill("INV-1", "100.00"), day=date(2026, 11, 19), buyer=Buyer(name="Amina", address="Way 1"))
        )
        for key, owner in (("1", account), ("2", other)):
            postal_letters.queue(session, owner, key, {"letter": reminder, "theme": {}, "step": "First reminder"})
    clerk = fresh.sign_in("billing")
    page = clerk.get("/bills/print").text
    assert "1 letter as PDF" in text_of(page)
    assert (1, True) == (page.count('name="letter"'), "First reminder" in page)
    file = clerk.get("/bills/print.pdf")
    pages = [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(file.data)).pages]
    assert ("First reminder" in pages[0], "INV-1" in pages[1]) == (True, True)

    (mine, theirs) = database_rows(fresh, "SELECT id FROM postal_letter ORDER BY business_key")
    answer = post(clerk, "/bills/print", "/bills/print", letter=theirs.id, day="2026-11-20")
    assert 400 <= answer.status_code < 500
    assert 302 == post(clerk, "/bills/print", "/bills/print", letter=mine.id, day="2026-11-20").status_code
    assert "No bill waits for the post" in text_of(clerk.get("/bills/print").text)
