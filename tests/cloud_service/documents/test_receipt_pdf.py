"""A receipt on paper and around it."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.documents import receipt_pdf
from cloud_service.documents.covering_letter import receipt_cover
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import languages
from cloud_service.domain.invoicing.billing_account import Buyer
from cloud_service.domain.invoicing.payment_receipt import TakenBack
from tests.cloud_service.documents.papers import text_of
from tests.cloud_service.domain.invoicing.test_payment_receipt import DAY, receipt

D = Decimal


def test_the_paper_says_what_came_in_when_how_what_it_paid_and_what_is_left() -> None:
    said = text_of(receipt_pdf.render(receipt(), Theme()))

    for phrase in (
        "Quittung", "RC-2026-00001", "150,00 €", "05.11.2026", "Bank B-7", "INV-1", "118,29 €", "INV-2", "20,00 €",
        "98,29 €", "Bleibt als Guthaben", "11,71 €", "Offen auf Ihrem Konto am 05.12.2026", "K-7", "A-1",
    ):  # fmt: skip
        assert phrase in said, phrase
    assert "ging zurück" not in said


@pytest.mark.parametrize(
    ("kind", "amount", "row", "note"),
    [
        ("chargeback", "150.00", "Von der Bank zurückgeholt am 09.11.2026", "Diese Zahlung ging zurück: 150,00 €"),
        ("refund", "50.00", "Zurückgezahlt am 09.11.2026", "50,00 € dieser Zahlung gingen zurück"),
    ],
)
def test_money_that_went_back_is_said(kind: str, amount: str, row: str, note: str) -> None:
    back = receipt(bills=(), taken_back=(TakenBack(date(2026, 11, 9), kind, D(amount)),), credit=D(0))

    said, mail = text_of(receipt_pdf.render(back, Theme())), receipt_cover(back, Theme()).text.replace("\u00a0", " ")
    assert (True, True, True) == (row in said, note in said, note in mail)


def test_a_deposit_is_held_and_no_credit() -> None:
    deposit = receipt(kind="deposit", bills=(), taken_back=(TakenBack(DAY, "release", D("40.00")),))

    assert [("In Guthaben umgewandelt am 05.11.2026", "40,00\u00a0€"), ("Als Kaution verwahrt", "110,00\u00a0€")] == (
        receipt_pdf.receipt_view(deposit, Theme())["rest"]
    )


def test_a_reference_that_a_machine_made_is_left_out() -> None:
    by_machine = receipt(provider="simulated", reference="pi_" + "x" * 40)

    assert (
        "simulated"
        == {row["label"]: row["value"] for row in receipt_pdf.receipt_view(by_machine, Theme())["meta"]}["Zahlweg"]
    )


def test_the_mail_names_the_bills_or_the_account() -> None:
    bills, alone = receipt_cover(receipt(), Theme()), receipt_cover(receipt(bills=()), Theme())

    assert "für INV-1, INV-2 erhalten" in bills.text
    assert "für A-1 erhalten" in alone.text
    assert "INV-2: 20,00" in bills.text


@pytest.mark.parametrize("language", languages())
def test_each_language_makes_an_archivable_paper(language: str) -> None:
    pdf = receipt_pdf.render(
        receipt(buyer=Buyer(name="Erika", address="Weg 2", country="DE", locale=language)), Theme()
    )

    assert b"pdfaid" in pdf


def test_the_same_receipt_gives_the_same_bytes() -> None:
    assert receipt_pdf.render(receipt(), Theme()) == receipt_pdf.render(receipt(), Theme())
