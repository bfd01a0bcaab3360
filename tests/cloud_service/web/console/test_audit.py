from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of


def test_the_page_says_that_the_chain_holds_over_all_changes(admin: FlaskClient) -> None:
    changes = csv_rows(admin.get("/audit.csv").text)

    assert f"The chain of {len(changes)} changes holds" in text_of(admin.get("/audit").text)


def test_a_payment_is_found_by_what_it_did_and_of_what(admin: FlaskClient) -> None:
    payments = csv_rows(admin.get("/audit.csv?q=payment.book").text)

    assert [("test", "payment.book", "payment:2"), ("test", "payment.book", "payment:1")] == [
        (row["Who"], row["What"], row["Of what"]) for row in payments
    ]
    assert "R-1" in payments[1]["After"]


def test_days_bound_the_list(admin: FlaskClient) -> None:
    assert "No change matches these filters" in text_of(admin.get("/audit?from=2099-01-01").text)
    assert [] == csv_rows(admin.get("/audit.csv?to=1999-12-31").text)


def test_auditors_read_it_and_clerks_do_not(console: Console) -> None:
    assert 200 == console.sign_in("auditor").get("/audit").status_code
    assert 404 == console.sign_in("billing").get("/audit").status_code
    assert 404 == console.sign_in("billing").get("/audit.csv").status_code
