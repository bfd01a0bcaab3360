from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of


def test_the_list_tells_plan_terms_and_what_is_open(admin: FlaskClient) -> None:
    page = text_of(admin.get("/accounts").text)

    assert "A-1 Amina Wanjiku Postpaid KES 130.00 0.00 Monthly 14 E-mail" in page
    assert "A-2 Bakery &amp; Söhne Prepaid EUR 0.00 0.00 Monthly 14 E-mail" in page


def test_the_plans_are_tabs_of_the_list(admin: FlaskClient) -> None:
    assert ["A-2"] == [row["Account"] for row in csv_rows(admin.get("/accounts.csv?mode=prepaid").text)]
    assert ["A-1"] == [row["Account"] for row in csv_rows(admin.get("/accounts.csv?mode=postpaid").text)]


def test_an_account_shows_its_ageing_its_bills_and_every_booking(console: Console, admin: FlaskClient) -> None:
    page = text_of(admin.get(f"/accounts/{console.ids['A-1']}").text)

    assert "OUTSTANDING KES 130.00" in page
    assert "OUTSTANDING 30.00 0.00 100.00 0.00 0.00 130.00" in page
    assert "2026-11-15 Payment bank R-1 -20.00 130.00" in page
    assert "Bills 2 All of them" in page


def test_the_statement_as_a_file_ends_with_what_is_open(console: Console, admin: FlaskClient) -> None:
    answer = admin.get(f"/accounts/{console.ids['A-1']}/statement.csv")

    assert 'attachment; filename="statement-A-1.csv"' == answer.headers["Content-Disposition"]
    assert [("2026-10-01", "100.00"), ("2026-11-10", "150.00"), ("2026-11-15", "130.00")] == [
        (row["Day"], row["Balance KES"]) for row in csv_rows(answer.text)
    ]


def test_who_may_not_write_is_offered_neither_terms_nor_money(console: Console) -> None:
    page = console.sign_in("auditor").get(f"/accounts/{console.ids['A-1']}").text

    for address in ("/edit", "/mode", "/money"):
        assert f"/accounts/{console.ids['A-1']}{address}" not in page
