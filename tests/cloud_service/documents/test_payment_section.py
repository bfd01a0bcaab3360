"""How an invoice can be paid."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.documents.paper import Bank
from cloud_service.documents.payment_section import payment_section, transfer_rows
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper

UK = Bank("Lake", scheme="uk", bank_code="123456", account_number="12345678", bic="BARCGB22")
PAYBILL = Bank("Lake", scheme="ke_paybill", bank_code="247247")
FREE = Bank("Lake", scheme="free", free_lines="Bank of Narnia\nAccount 7")
REFERENCE = ("Reference", "RE-2026-004711")
ENGLISH = localizer_for("en_GB")


def test_it_asks_for_what_is_left_until_the_due_date() -> None:
    section = payment_section(make_paper(settled=Decimal("600.00")), Theme(), ENGLISH)

    assert "Please pay €49.93 by 19 Nov 2026." == section["please"]


def test_a_transfer_names_holder_account_and_the_bill_s_number() -> None:
    values = [row["value"] for row in payment_section(make_paper(), Theme(), ENGLISH)["transfer"]]

    assert [
        "Nordlicht Energie GmbH",
        "DE02\u00a01203\u00a00000\u00a00000\u00a02020\u00a051",
        "BYLADEM1001",
        "RE-2026-004711",
    ] == values


@pytest.mark.parametrize(
    ("bank", "rows"),
    [
        (UK, [("Sort code", "12-34-56"), ("Account number", "12345678"), ("BIC", "BARCGB22"), REFERENCE]),
        (PAYBILL, [("M-PESA paybill", "247247"), ("Account no.", "RE-2026-004711")]),
        (replace(PAYBILL, account_number="SHOP1"), [("M-PESA paybill", "247247"), ("Account no.", "SHOP1"), REFERENCE]),
        (FREE, [("Pay to", "Bank of Narnia"), ("", "Account 7"), REFERENCE]),
    ],
)
def test_an_account_without_iban_is_printed_in_the_parts_of_its_country(
    bank: Bank, rows: list[tuple[str, str]]
) -> None:
    section = payment_section(make_paper(bank=bank), Theme(), ENGLISH)

    assert [("Account holder", "Lake"), *rows] == [(row["label"], row["value"]) for row in section["transfer"]]
    assert ["URL"] == [code["name"] for code in section["codes"]]  # the code of the banks knows IBANs only


def test_the_parts_are_called_in_the_reader_s_language() -> None:
    labels = [label for label, _ in transfer_rows(UK, "RE-1", localizer_for("fr"))]

    assert ["Titulaire", "Sort code", "Numéro de compte", "BIC"] == labels[:4]


def test_there_is_a_code_for_the_bank_and_one_for_the_link() -> None:
    def names(**changes: object) -> list[str]:
        return [code["name"] for code in payment_section(make_paper(**changes), Theme(), ENGLISH)["codes"]]

    assert ["EPC-QR", "URL"] == names()
    assert ["EPC-QR"] == names(pay_url="")
    assert ["URL"] == names(currency="USD")  # the code of the banks knows euros only


def test_what_a_theme_hides_is_not_there() -> None:
    section = payment_section(make_paper(), Theme(hidden_blocks=frozenset({"bank", "qr"})), ENGLISH)

    assert ([], []) == (section["transfer"], section["codes"])
