import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import bill_numbers, csv_rows, database_rows, database_value, text_of

HEADS = (
    "BILL NO",
    "TENANT NAME",
    "BILL DATE",
    "DUE DATE",
    "BILL AMOUNT",
    "RECEIVED AMOUNT",
    "OUTSTANDING",
    "ENERGY kWh",
    "PREPAID",
)


@pytest.mark.parametrize("head", HEADS)
def test_the_list_and_its_file_have_the_exact_heads(admin: FlaskClient, head: str) -> None:
    heads = [
        text_of(head_cell).strip()
        for head_cell in re.findall(r"<th scope.*?</th>", admin.get("/bills").text, re.DOTALL)
    ]

    assert head in heads
    assert head in csv_rows(admin.get("/bills.csv").text)[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["INV-3", "INV-2", "INV-1"]),
        ("sort=number&dir=asc", ["INV-1", "INV-2", "INV-3"]),
        ("sort=outstanding&dir=desc", ["INV-1", "INV-2", "INV-3"]),
        ("sort=energy&dir=asc", ["INV-3", "INV-2", "INV-1"]),
        ("status=overdue", ["INV-1"]),
        ("status=part&status=paid", ["INV-3", "INV-2"]),
        ("q=amina", ["INV-2", "INV-1"]),
        ("q=amina+status:overdue", ["INV-1"]),
        ("q=INV-2", ["INV-2"]),
        ("q=%25", []),
        ("from=2026-11-10&to=2026-11-10", ["INV-2"]),
        ("mode=prepaid", []),
        ("client=C-2", ["INV-3"]),
        ("sort=nonsense&dir=sideways&page=99&size=x&from=yesterday&status=strange", ["INV-3", "INV-2", "INV-1"]),
        ("size=1&page=2", ["INV-2"]),
    ],
)
def test_the_address_says_what_is_shown_and_the_file_has_the_same(
    admin: FlaskClient, query: str, expected: list[str]
) -> None:
    assert expected == bill_numbers(admin.get(f"/bills?{query}").text)
    if "page" not in query:
        assert expected == [row["BILL NO"] for row in csv_rows(admin.get(f"/bills.csv?{query}").text)]


def test_a_row_has_its_amounts_to_the_cent(admin: FlaskClient) -> None:
    row = csv_rows(admin.get("/bills.csv?q=INV-2").text)[0]

    assert ("50.00", "20.00", "30.00") == (row["BILL AMOUNT"], row["RECEIVED AMOUNT"], row["OUTSTANDING"])
    assert ("500.250", "2026-11-10", "2026-11-24", "KES") == (
        row["ENERGY kWh"],
        row["BILL DATE"],
        row["DUE DATE"],
        row["Currency"],
    )


def test_an_amount_in_another_currency_is_in_local_currency_too(admin: FlaskClient) -> None:
    row = csv_rows(admin.get("/bills.csv?q=INV-3").text)[0]

    assert ("EUR", "KES") == (row["Currency"], row["Local currency"])
    assert 1500 == float(row["BILL AMOUNT (Local Currency)"])


def test_an_empty_list_says_why_and_offers_a_way_out(admin: FlaskClient) -> None:
    page = text_of(admin.get("/bills?q=nobody").text)

    assert "No bill matches these filters" in page
    assert "Clear filters" in page


def test_the_export_link_carries_the_filters(admin: FlaskClient) -> None:
    assert 'href="/bills.csv?status=overdue"' in admin.get("/bills?status=overdue").text


def test_a_bill_shows_its_lines_with_why_they_are_so(console: Console, admin: FlaskClient) -> None:
    page = text_of(admin.get(f"/bills/{console.ids['INV-2']}").text)

    assert "Energy, day all energy at the day price" in page
    assert "500.25 × 0." in page
    assert "BILL AMOUNT 50.00" in page
    assert "OUTSTANDING 30.00" in page
    assert "Bank R-1 20.00" in page


def test_a_bill_s_lines_are_called_in_the_reader_s_language(console: Console, admin: FlaskClient) -> None:
    page = text_of(admin.get(f"/bills/{console.ids['INV-2']}", headers={"Accept-Language": "de"}).text)

    assert "Arbeitspreis, day" in page
    assert "Energy, day" not in page


def test_the_local_amount_stands_beside_a_foreign_one(console: Console, admin: FlaskClient) -> None:
    assert "OUTSTANDING (Local Currency) at 150 KES 0.00" in text_of(admin.get(f"/bills/{console.ids['INV-3']}").text)


def test_a_bill_is_sent_again_to_the_clients_present_address(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"

    post(clerk, bill, f"{bill}/send")
    post(clerk, bill, f"{bill}/send")

    assert 1 == database_value(
        fresh, "SELECT count(*) FROM delivery WHERE recipient = 'c-1@example.com' AND state = 'waiting'"
    )
    assert 1 <= database_value(fresh, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'")


def test_who_may_only_look_is_offered_no_buttons(console: Console) -> None:
    page = console.sign_in("auditor").get(f"/bills/{console.ids['INV-1']}").text

    assert "Record a payment" not in page
    assert "Send again" not in page


def test_support_sends_a_bill_again_to_the_address_that_is_shown_and_that_is_written_down(fresh: Console) -> None:
    support, bill = fresh.sign_in("support"), f"/bills/{fresh.ids['INV-1']}"
    page = support.get(bill).text
    post(support, bill, f"{bill}/send")
    (note,) = database_rows(
        fresh, "SELECT actor, after->>'to' AS \"to\" FROM audit WHERE action = 'invoice.send_again'"
    )

    assert "Send again c-1@example.com" in text_of(page)
    assert "Record a payment" not in page
    assert ("support@kilo.example", "c-1@example.com") == (note.actor, note.to)


def test_the_pay_link_stands_on_what_is_open_only(console: Console, admin: FlaskClient) -> None:
    assert f"/pay/{console.ids['INV-1']}" in admin.get(f"/bills/{console.ids['INV-1']}").text
    assert "/pay/" not in admin.get(f"/bills/{console.ids['INV-3']}").text


def test_a_bill_s_page_shows_what_rests_on_it_and_the_customer_s_does_not(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO invoice_dependency (invoice_id, contract_id, kind, on_invoice_id)"
                " SELECT i.id, k.id, 'history', e.id FROM invoice i, invoice e, contract k"
                " WHERE i.number = 'INV-2' AND e.number = 'INV-1' AND k.number = 'K-1'"
            )
        )
    clerk = fresh.sign_in("billing")
    first, second = (clerk.get(f"/bills/{fresh.ids[number]}").text for number in ("INV-1", "INV-2"))

    assert "What rests on what The bill after: INV-2" in text_of(first)
    assert f'The bill before: <a href="/bills/{fresh.ids["INV-1"]}">INV-1</a>' in second
    assert "rests on" not in fresh.sign_in("amina").get(f"/portal/bills/{fresh.ids['INV-1']}").text


def test_the_history_of_a_bill_says_how_much_of_it_was_settled(console: Console, admin: FlaskClient) -> None:
    page = admin.get(f"/bills/{console.ids['INV-2']}").text.partition('<ul class="events">')[2].partition("</ul>")[0]

    assert "KES 20.00" in text_of(page)
