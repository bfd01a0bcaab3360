import io
import re
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.payments.camt import Entry, Part, entry, statement
from tests.cloud_service.payments.statements import Told, camt
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, open_amount, text_of

PAGE = "/payments/statement"
PAYMENTS = (
    "SELECT a.number, p.amount, p.author FROM payment p JOIN account a ON a.id = p.account_id"
    " WHERE p.provider = 'bank' AND p.provider_ref <> 'R-1' ORDER BY p.id"
)
FILE = statement(
    entry("100.00", "INV-1", reference="B1", currency="KES"),
    entry("12.00", "a present", reference="B2", currency="KES"),
    entry("3.00", "fees", reference="B3", currency="KES", credit=False),
    Entry("5.00", [Part("5.00", "back", reason="AC04")], "B4", currency="KES"),
    entry("100.00", "INV-1", reference="B5", currency="KES"),
    entry("70.00", "ZET-1", reference="B6"),  # a bill of another legal entity
)


def upload_statement(clerk: FlaskClient, content: bytes = FILE) -> Any:
    return post(clerk, PAGE, PAGE, file=(io.BytesIO(content), "november.xml"), do="look")


def book_statement(clerk: FlaskClient, seen: Any, **accounts: str) -> Any:
    (packed_file,) = re.findall(r'name="kept" value="([^"]*)"', seen.text)
    return post(clerk, PAGE, PAGE, kept=packed_file, do="book", **accounts)


def line_states(page: Any) -> list[str]:
    return re.findall(r'data-label="State"><span class="state state-[a-z]+">.*?</svg>([^<]+)', page.text)


def test_looking_says_what_would_become_of_each_line_and_books_nothing(fresh: Console) -> None:
    seen = upload_statement(fresh.sign_in("billing"))

    assert 200 == seen.status_code
    assert [
        "To be booked",
        "Left for you",
        "Nothing to do",
        "Left for you",
        "Left for you",
        "Left for you",
    ] == line_states(seen)
    said = text_of(seen.text)
    assert "6 lines: 1 can be booked, 4 are left for you, 1 needs nothing" in said
    assert "INV-1 100.00 number and amount" in said
    assert "An earlier line of the file pays the same invoice" in said
    assert ["to.1", "to.3", "to.4", "to.5"] == re.findall(r'<input class="form-control" name="(to[^"]*)"', seen.text)
    assert "ZET-1 70.00" not in said  # nothing is matched that the clerk may not see
    assert [] == database_rows(fresh, PAYMENTS)


def test_booking_settles_what_is_certain_and_what_is_given_to_an_account_once(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    done = book_statement(clerk, upload_statement(clerk), **{"to.1": "A-1"})

    assert "2 of 6 lines are booked now." in text_of(done.text)
    assert ["Nothing to do", "Nothing to do", "Nothing to do"] == line_states(done)[:3]
    assert [("A-1", 100, "billing@kilo.example"), ("A-1", 12, "billing@kilo.example")] == [
        tuple(row) for row in database_rows(fresh, PAYMENTS)
    ]
    assert (Decimal(0), Decimal(18)) == (open_amount(fresh, "INV-1"), open_amount(fresh, "INV-2"))

    again = book_statement(clerk, upload_statement(clerk))
    assert "0 of 6 lines are booked now." in text_of(again.text)
    assert 2 == len(database_rows(fresh, PAYMENTS))
    actions = [row.action for row in database_rows(fresh, "SELECT action FROM audit ORDER BY id DESC LIMIT 2")]
    assert ["payment.book", "payment.book"] == actions


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("A-99", "There is no account A-99"),
        ("Z-1", "There is no account Z-1"),  # of another legal entity
        ("A-2", "The money is in KES, the account in EUR"),
    ],
)
def test_a_line_that_is_refused_stays_alone_with_its_reason(fresh: Console, account: str, message: str) -> None:
    clerk = fresh.sign_in("billing")
    done = book_statement(clerk, upload_statement(clerk), **{"to.1": account})

    assert message in done.text.partition('id="e-to.1"')[2].partition("</span>")[0]
    assert f'value="{account}"' in done.text  # what was typed stays
    assert "What was refused stands beside its line" in done.text
    assert [("A-1", 100)] == [tuple(row)[:2] for row in database_rows(fresh, PAYMENTS)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (FILE[:-40], "Not a whole XML file"),
        (b":20:STARTUMS\n:25:10020030/1234567\n", "No bank statement in it"),
        (b"<Document/>", "No bank statement in it"),
        (FILE.replace(b">12.00<", b">twelve<", 1), "Its booking no. 2 cannot be read: 'twelve' is no amount"),
        (b"", "No bank statement in it"),
    ],
)
def test_a_damaged_file_is_refused_whole_with_what_to_do(fresh: Console, content: bytes, message: str) -> None:
    seen = upload_statement(fresh.sign_in("billing"), content)

    assert (422, True) == (seen.status_code, 'id="e-file"' in seen.text)
    assert message in seen.text.replace("&#39;", "'")
    assert "ask the bank for camt.053 or camt.054 files" in seen.text
    assert [] == database_rows(fresh, PAYMENTS)


def test_without_a_file_or_with_a_broken_copy_of_it_the_field_says_so(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")

    for fields, message in (({"do": "look"}, "Choose a file"), ({"do": "book", "kept": "x!"}, "The file was lost")):
        answer = post(clerk, PAGE, PAGE, **fields)
        assert (422, True) == (answer.status_code, message in answer.text)


def test_another_file_is_looked_at_first_whatever_button_was_pressed(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    seen = post(clerk, PAGE, PAGE, file=(io.BytesIO(FILE), "december.xml"), do="book")

    assert "To be booked" == line_states(seen)[0]
    assert [] == database_rows(fresh, PAYMENTS)


def test_a_statement_of_another_legal_entity_s_bank_is_refused(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(
            text(
                "INSERT INTO bank_account (legal_entity_id, holder, iban, currency) SELECT id, name,"
                " 'DE02120300000000202051', 'EUR' FROM legal_entity WHERE name = 'Zeta GmbH'"
            )
        )
    seen = upload_statement(fresh.sign_in("billing"))

    assert (422, True) == (seen.status_code, "is not a bank account that you may book" in seen.text)
    assert "To be booked" in line_states(upload_statement(fresh.sign_in("root")))


def test_only_who_may_book_payments_finds_it(console: Console) -> None:
    assert PAGE in console.sign_in("billing").get("/payments").text
    for who in ("support", "auditor"):
        assert 404 == console.sign_in(who).get(PAGE).status_code
        assert PAGE not in console.sign_in(who).get("/payments").text


def test_a_payment_that_came_back_is_chosen_beside_its_line(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    book_statement(clerk, upload_statement(clerk))
    assert Decimal(0) == open_amount(fresh, "INV-1")
    back = statement(
        entry("100.00", "RETOURE INV-1", reference="B7", currency="KES", credit=False, reversal=True, day="2026-11-20")
    )
    seen = upload_statement(clerk, back)

    assert ["Left for you"] == line_states(seen)
    ((payment, chosen),) = re.findall(r'<option value="(\d+)"( selected)?>A-1 · ', seen.text)
    assert " selected" == chosen  # the bill's number speaks for it
    done = book_statement(clerk, seen, **{"to.0": payment})
    assert "1 of 1 line is booked now." in text_of(done.text)
    assert Decimal(100) == open_amount(fresh, "INV-1")
    assert "Nothing to do" == line_states(upload_statement(clerk, back))[0]


def test_a_payment_that_surely_came_back_is_booked_with_what_is_certain(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    paid = Entry("100.00", [Part("100.00", "INV-1", "E2E-77")], "B1", currency="KES")
    back = Entry(
        "100.00", [Part("100.00", "", "E2E-77", reason="MD06")], "B8", "2026-11-20", credit=False, currency="KES"
    )
    book_statement(clerk, upload_statement(clerk, statement(paid)))
    seen = upload_statement(clerk, statement(back))

    assert "Came back: payment of 2026-11-09, account A-1 INV-1" in text_of(seen.text)
    assert "1 of 1 line is booked now." in text_of(book_statement(clerk, seen).text)
    assert Decimal(100) == open_amount(fresh, "INV-1")


def test_sums_that_are_off_are_said_above_the_lines(fresh: Console) -> None:
    content = camt(Told("59.50", "INV-1"), balances=("0.00", "100.00"))
    clerk = fresh.sign_in("billing")

    assert "do not make its closing balance of EUR 100.00: EUR 40.50 is missing" in text_of(
        upload_statement(clerk, content).text
    )
    whole = camt(Told("59.50", "INV-1"), balances=("0.00", "59.50"))
    assert "closing balance" not in text_of(upload_statement(clerk, whole).text)
