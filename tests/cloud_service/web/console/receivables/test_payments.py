from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of


def test_the_list_has_the_amount_in_its_own_and_in_local_currency(admin: FlaskClient) -> None:
    page = text_of(admin.get("/payments").text)

    assert "Bakery &amp; Söhne A-2 Payment Cash R-2 EUR 10.00 1,500.00 0.00" in page
    assert "2 payments · RECEIVED AMOUNT (in Local Currency) KES 1,520.00" in page  # 20 KES + 10 EUR at 150


def test_the_file_says_who_recorded_a_payment(admin: FlaskClient) -> None:
    rows = csv_rows(admin.get("/payments.csv").text)

    assert [("R-2", "EUR", "KES", "test"), ("R-1", "KES", "KES", "test")] == [
        (row["Reference"], row["Currency"], row["Local currency"], row["Recorded by"]) for row in rows
    ]


def test_it_is_narrowed_by_day_kind_and_way(admin: FlaskClient) -> None:
    for query, references in (
        ("provider=cash", ["R-2"]),
        ("account=A-1", ["R-1"]),
        ("from=2026-11-15&to=2026-11-15", ["R-2", "R-1"]),
        ("from=2026-11-16", []),
        ("kind=refund", []),
    ):
        rows = csv_rows(admin.get(f"/payments.csv?{query}").text)
        assert references == [row["Reference"] for row in rows], query


def test_a_payment_leads_to_its_own_page_and_to_its_account(console: Console, admin: FlaskClient) -> None:
    page = admin.get("/payments").text

    assert f'href="/payments/{console.ids["R-1"]}"' in page
    assert f'href="/accounts/{console.ids["A-1"]}"' in page
    assert "INV-2" in text_of(admin.get(f"/payments/{console.ids['R-1']}").text)
