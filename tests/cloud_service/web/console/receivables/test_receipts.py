from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.console.receivables.test_money import booked_payment
from tests.cloud_service.web.pages import database_value, text_of


def test_a_payment_leads_to_its_receipt_and_mails_it_once(fresh: Console) -> None:
    where = booked_payment(fresh)
    clerk = fresh.sign_in("billing")
    page = clerk.get(where).text
    file = clerk.get(f"{where}/receipt")

    assert f'href="{where}/receipt"' in page
    assert (200, "application/pdf") == (file.status_code, file.mimetype)
    assert 'inline; filename="RC-2026-00001.pdf"' == file.headers["Content-Disposition"]
    assert "on its way to" in text_of(clerk.get(post(clerk, where, f"{where}/receipt/mail").location).text)
    assert "already" in text_of(clerk.get(post(clerk, where, f"{where}/receipt/mail").location).text)
    assert 1 == database_value(fresh, "SELECT count(*) FROM delivery WHERE kind = 'receipt'")


def test_a_company_chooses_to_mail_them(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    where = f"/settings/entities/{fresh.ids['entity']}/edit"

    assert "Mail a receipt for each payment" in text_of(admin.get(where).text)
