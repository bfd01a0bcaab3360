from datetime import date
from decimal import Decimal

from cloud_service.flow import collect
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.console.receivables.test_money import booked_payment
from tests.cloud_service.web.pages import database_rows, database_value, text_of


def test_a_customer_finds_each_payment_with_its_receipt(fresh: Console) -> None:
    where = booked_payment(fresh)
    amina = fresh.sign_in("amina")
    page = amina.get("/portal/payments").text

    assert "B-7" in text_of(page)
    assert f'href="/portal{where}/receipt"' in page
    assert "application/pdf" == amina.get(f"/portal{where}/receipt").mimetype
    assert "B-7" in amina.get("/portal/payments.csv").text


def test_another_s_receipt_is_nowhere(fresh: Console) -> None:
    where = booked_payment(fresh)
    zoe = fresh.sign_in("zoe")

    assert 404 == zoe.get(f"/portal{where}/receipt").status_code
    assert "B-7" not in zoe.get("/portal/payments").text


def test_money_of_the_books_before_has_no_receipt(fresh: Console) -> None:
    account = database_value(fresh, "SELECT id FROM account WHERE number = 'A-1'")
    with transaction(fresh.engine) as session:
        day = date(2026, 11, 18)
        collect.pay(session, account, Decimal(30), provider="take_over", reference="B-7", day=day, author="t")
    (row,) = database_rows(fresh, "SELECT public_id FROM payment WHERE provider_ref = 'B-7'")
    where = f"/payments/{row.public_id}"
    amina = fresh.sign_in("amina")

    assert f"/portal{where}/receipt" not in amina.get("/portal/payments").text
    assert 404 == amina.get(f"/portal{where}/receipt").status_code
