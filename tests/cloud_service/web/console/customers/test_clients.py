from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, database_rows, text_of


def test_the_list_counts_accounts_and_connections_and_knows_the_last_bill(admin: FlaskClient) -> None:
    amina, bakery = csv_rows(admin.get("/clients.csv").text)

    assert ("C-1", "Amina Wanjiku", "1", "1", "2026-11-10") == (
        amina["Client no."], amina["TENANT NAME"], amina["Accounts"], amina["ACTIVE CONNECTIONS"], amina["Last bill"],
    )  # fmt: skip
    assert ("C-2", "2026-11-12") == (bakery["Client no."], bakery["Last bill"])


def test_a_client_is_found_by_name_number_and_address(admin: FlaskClient) -> None:
    for query in ("söhne", "C-2", "c-2@example"):
        assert ["C-2"] == [row["Client no."] for row in csv_rows(admin.get(f"/clients.csv?q={query}").text)], query
    assert [] == csv_rows(admin.get("/clients.csv?kind=company").text)


def test_a_client_has_everything_on_one_page(console: Console, admin: FlaskClient) -> None:
    page = admin.get(f"/clients/{console.ids['Amina']}").text

    for name, section in (("A-1", "accounts"), ("K-1", "connections"), ("INV-1", "bills"), ("INV-2", "bills")):
        assert f'href="/{section}/{console.ids[name]}"' in page, name
    assert "A-1 Amina Wanjiku Postpaid KES 130.00" in text_of(page)
    assert f"/bills/{console.ids['INV-3']}" not in page


def test_the_bills_of_a_client_as_a_file_are_theirs_alone(console: Console, admin: FlaskClient) -> None:
    assert 'href="/bills.csv?client=C-1"' in admin.get(f"/clients/{console.ids['Amina']}").text
    assert ["INV-2", "INV-1"] == [row["BILL NO"] for row in csv_rows(admin.get("/bills.csv?client=C-1").text)]


def test_clients_whose_address_nobody_checked_are_found(fresh: Console) -> None:
    database_rows(fresh, "UPDATE client SET address = 'Road 1' WHERE number = 'C-2' RETURNING id")
    clerk = fresh.sign_in("billing")

    (row,) = csv_rows(clerk.get("/clients.csv?address=read").text)
    assert ("C-2", "read") == (row["Client no."], row["Address"])
    assert [] == csv_rows(clerk.get("/clients.csv?address=as_written").text)
    assert 'href="/clients?address=read"' in clerk.get("/today").text
    assert "Nobody checked it yet" in text_of(clerk.get("/clients?address=read").text)
