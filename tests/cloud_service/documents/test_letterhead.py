"""What every letter has."""

from base64 import b64decode
from dataclasses import replace

from cloud_service.documents.letterhead import letterhead, svg_uri
from cloud_service.documents.paper import Bank, Party
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import BANK, BUYER, SELLER

GERMAN = localizer_for("de")


def test_the_footer_says_who_how_to_reach_and_where_the_money_goes() -> None:
    who, reach, money = letterhead(SELLER, BUYER, BANK, Theme(), GERMAN)["footer"]

    assert ["Nordlicht Energie GmbH", "Hafenstraße 12", "20457 Hamburg"] == who
    assert "service@nordlicht.example" in reach
    assert reach[-1].endswith("DE123456789")
    assert [
        "Nordlicht Energie GmbH",
        "IBAN DE02\u00a01203\u00a00000\u00a00000\u00a02020\u00a051",
        "BIC BYLADEM1001",
    ] == money


def test_the_footer_has_the_account_and_the_ids_as_the_country_calls_them() -> None:
    bank = Bank("Lake", scheme="in", bank_code="HDFC0001234", account_number="50100012345678")
    seller = Party("Lake", ("Road 1",), "IN", vat_id="29ABCDE1234F1Z5", tax_number="ABCDE1234F", company_number="U1")
    footer = letterhead(seller, BUYER, bank, Theme(), localizer_for("en_IN"))["footer"]

    assert ["GSTIN 29ABCDE1234F1Z5", "PAN ABCDE1234F", "CIN U1"] == footer[1]
    assert ["Lake", "IFSC HDFC0001234", "Account number 50100012345678"] == footer[2]
    unknown = letterhead(replace(seller, country="XX"), BUYER, None, Theme(), localizer_for("en"))["footer"][1]
    assert ["VAT id 29ABCDE1234F1Z5", "Tax number ABCDE1234F", "Company number U1"] == unknown


def test_columns_that_would_be_empty_are_left_out_and_the_operator_s_words_come_last() -> None:
    theme = Theme(texts={"footer": {"de": "Registergericht\nHamburg"}})

    assert ["Registergericht", "Hamburg"] == letterhead(SELLER, BUYER, None, theme, GERMAN)["footer"][-1]
    assert 3 == len(letterhead(SELLER, BUYER, None, theme, GERMAN)["footer"])


def test_blocks_that_a_theme_hides_are_not_there() -> None:
    theme = Theme(hidden_blocks=frozenset({"footer"}))

    assert [] == letterhead(SELLER, BUYER, BANK, theme, GERMAN)["footer"]


def test_a_party_is_one_line_and_its_country_says_with_whose_strokes_it_is_drawn() -> None:
    buyer = letterhead(SELLER, replace(BUYER, country="JP"), None, Theme(), GERMAN)["buyer"]

    assert "Jürgen Größmann · Königsallee 7a · 80331 München" == buyer["line"]
    assert "ja" == buyer["lang"]


def test_language_and_direction_are_the_reader_s() -> None:
    arabic = letterhead(SELLER, BUYER, None, Theme(), localizer_for("ar_AE"))

    assert ("ar", "rtl") == (arabic["language"], arabic["direction"])


def test_a_drawing_becomes_a_data_address() -> None:
    assert b"<svg/>" == b64decode(svg_uri("<svg/>").removeprefix("data:image/svg+xml;base64,"))
