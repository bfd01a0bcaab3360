from decimal import Decimal
from typing import Any

import pytest

from cloud_service.documents.covering_letter import invoice_letter, reminder_letter, statement_letter, text_letter
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import make_paper

D = Decimal
SENDER: dict[str, Any] = {
    "sender_name": "Nordlicht", "recipient_name": "Amina", "footer": ["Nordlicht", "Hamburg"], "theme": {},
}  # fmt: skip


def test_an_invoice_s_letter_says_amount_day_and_where_to_pay() -> None:
    letter = invoice_letter(make_paper(), Theme())

    assert "RE-2026-004711" in letter.subject
    assert "RE-2026-004711: 649,93\u00a0€" in letter.text
    assert "19.11.2026" in letter.text
    assert make_paper().pay_url in letter.text
    assert f'href="{make_paper().pay_url}"' in letter.html


@pytest.mark.parametrize("changes", [{"settled": D("649.93")}, {"kind": "credit_note"}])
def test_who_owes_nothing_is_shown_no_button(changes: dict[str, Any]) -> None:
    letter = invoice_letter(make_paper(**changes), Theme())

    assert make_paper().pay_url not in letter.text + letter.html


def test_names_are_escaped_in_html_and_plain_in_text() -> None:
    fields = SENDER | {"locale": "en", "subject": "Hello", "text": "Tom & <b>Jerry</b>"}
    letter = text_letter(fields)

    assert "Tom & <b>Jerry</b>" in letter.text
    assert "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;" in letter.html


def test_a_reminder_names_each_overdue_invoice() -> None:
    letter = reminder_letter(
        SENDER | {"locale": "de", "currency": "EUR", "amount": "136.58", "account": "A1", "invoices": ["R-1", "R-2"]}
    )

    assert "136,58\u00a0€" in letter.subject
    assert ["R-1", "R-2"] == [line.rpartition(": ")[2] for line in letter.text.splitlines() if ": R-" in line]


@pytest.mark.parametrize(
    ("wording", "subject"),
    [("reminder", "Reminder: "), ("second", "Second reminder: "), ("final", "Last reminder: "), ("", "Reminder: ")],
)
def test_a_reminder_says_it_in_the_wording_of_its_level(wording: str, subject: str) -> None:
    facts = {"locale": "en", "currency": "EUR", "amount": "136.58", "account": "A1", "wording": wording}
    assert reminder_letter(SENDER | facts).subject.startswith(subject)


def test_a_statement_s_letter_says_the_closing_balance() -> None:
    days = {"first_day": "2026-10-01", "last_day": "2026-10-31"}
    letter = statement_letter(SENDER | days | {"locale": "en", "currency": "EUR", "closing": "18.29", "account": "A1"})

    assert "€18.29" in letter.text
    assert "October 2026" in letter.text
    assert letter.text.endswith("Nordlicht · Hamburg\n")


def test_a_letter_in_a_language_from_right_to_left_says_so() -> None:
    letter = text_letter(SENDER | {"locale": "ar_AE", "subject": "Hello", "text": "Text"})

    assert "ar" == letter.language
    assert 'dir="rtl"' in letter.html


def test_a_bill_in_advance_is_called_so_in_its_subject() -> None:
    letter = invoice_letter(make_paper(role="advance", locale="en"), Theme())

    assert letter.subject.startswith("Your advance bill ")
