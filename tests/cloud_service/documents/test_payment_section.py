"""How an invoice can be paid."""

from decimal import Decimal

from cloud_service.documents.payment_section import payment_section
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper

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


def test_there_is_a_code_for_the_bank_and_one_for_the_link() -> None:
    def names(**changes: object) -> list[str]:
        return [code["name"] for code in payment_section(make_paper(**changes), Theme(), ENGLISH)["codes"]]

    assert ["EPC-QR", "URL"] == names()
    assert ["EPC-QR"] == names(pay_url="")
    assert ["URL"] == names(currency="USD")  # the code of the banks knows euros only


def test_what_a_theme_hides_is_not_there() -> None:
    section = payment_section(make_paper(), Theme(hidden_blocks=frozenset({"bank", "qr"})), ENGLISH)

    assert ([], []) == (section["transfer"], section["codes"])
