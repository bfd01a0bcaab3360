"""A reminder on paper and around it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.documents import reminder_pdf
from cloud_service.documents.covering_letter import reminder_cover
from cloud_service.documents.theme import Theme
from cloud_service.domain.invoicing.billing_account import BankAccount, Buyer, Seller
from tests.cloud_service.documents.papers import text_of
from tests.cloud_service.domain.invoicing.test_reminder_letter import bill, letter

IBAN = BankAccount(holder="Nordlicht", iban="DE02120300000000202051", currency="EUR")
SELLER = Seller(
    name="Nordlicht", address="Hafen 1\n20457 Hamburg", country="DE", email="service@nordlicht.example",
    bank_accounts=(IBAN,),
)  # fmt: skip
BUYER = Buyer(name="Erika Muster", address="Weg 2\n80331 München", country="DE", locale="de", number="K-7")
PAY = "https://energy.example"


def reminder(**changes: Any) -> Any:
    bills = (bill("INV-1", "118.29"), bill("INV-2", "20.00"))
    return letter(*bills, **{"seller": SELLER, "buyer": BUYER, "fee": bill("INV-9", "5.00")} | changes)


def test_the_paper_has_each_bill_with_its_amount_the_fee_the_sum_and_the_bank() -> None:
    said = text_of(reminder_pdf.render(reminder(), Theme(), PAY))

    for phrase in (
        "Zahlungserinnerung", "INV-1", "118,29 €", "INV-2", "20,00 €", "Mahngebühr INV-9", "143,29 €", "16.11.2026",
        "DE02 1203 0000 0000 2020 51", "INV-1 INV-2 INV-9", "Guten Tag Erika Muster",
    ):  # fmt: skip
        assert phrase in said, phrase


@pytest.mark.parametrize(
    ("wording", "title"),
    [("reminder", "Zahlungserinnerung"), ("second", "Zweite Zahlungserinnerung"), ("final", "Letzte Mahnung")],
)
def test_each_step_has_words_of_its_own(wording: str, title: str) -> None:
    view = reminder_pdf.reminder_view(reminder(wording=wording), Theme(), PAY)
    others = {
        reminder_pdf.reminder_view(reminder(wording=other), Theme(), PAY)["sentence"]
        for other in ("reminder", "second", "final")
        if other != wording
    }

    assert title == view["title"]
    assert view["sentence"] not in others


def test_days_late_are_counted_to_the_day_of_the_letter() -> None:
    assert "7" == reminder_pdf.reminder_view(reminder(), Theme(), PAY)["rows"][0][3]


def test_both_codes_are_there_and_only_the_bank_s_where_nothing_is_paid_online() -> None:
    online = reminder_pdf.reminder_view(reminder(), Theme(), PAY)["pay"]
    offline = reminder_pdf.reminder_view(reminder(), Theme(), "")["pay"]

    assert (2, 1) == (len(online["codes"]), len(offline["codes"]))
    assert f"{PAY}/pay/00000000-0000-0000-0000-000000000001" == online["url"]


def test_a_seller_without_bank_and_payment_company_asks_in_words_alone() -> None:
    assert None is reminder_pdf.reminder_view(reminder(seller=Seller(name="S", address="A")), Theme(), "")["pay"]


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert reminder_pdf.render(reminder(), Theme(), PAY) == reminder_pdf.render(reminder(), Theme(), PAY)


def test_the_mail_names_bills_fee_sum_and_bank_and_leads_to_the_oldest_bill() -> None:
    cover = reminder_cover(reminder(), Theme(), PAY)

    assert "de" == cover.language
    for phrase in ("INV-1: 118,29", "INV-2: 20,00", "Mahngebühr INV-9: 5,00", "143,29", "DE02 1203 0000 0000 2020 51"):
        assert phrase in cover.text.replace("\u00a0", " "), phrase
    assert f"INV-1 online bezahlen: {PAY}/pay/" in cover.text


def test_a_letter_of_another_currency_has_no_bank_that_is_not_the_account_s() -> None:
    dollars = reminder_pdf.reminder_view(reminder(currency="USD"), Theme(), "")

    assert None is dollars["pay"]
    assert Decimal("143.29") == reminder().amount
    assert date(2026, 11, 23) == reminder().day
