import string
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.documents.translations import labels, languages, locale_of, localizer_for, places_of

D = Decimal


def flat(nested: dict[str, Any], path: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in nested.items():
        texts |= flat(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything_with_the_same_facts(language: str) -> None:
    english, other = flat(labels("en")), flat(labels(language))

    assert set(english) == set(other)
    assert {} == {
        key: (fields(english[key]), fields(other[key])) for key in english if fields(english[key]) != fields(other[key])
    }
    assert [] == [key for key, text in other.items() if not text and key != "units.fixed"]


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "written"),
    [
        ("de", "-1234567.5", "EUR", "-1.234.567,50 €"),
        ("en_IN", "1234567.5", "INR", "₹12,34,567.50"),
        ("fr", "1234.5", "EUR", "1 234,50 €"),
        ("de_CH", "1234.5", "CHF", "CHF 1’234.50"),
        ("en", "1234567", "JPY", "¥1,234,567"),
        ("en", "7.125", "KWD", "KWD 7.125"),
        ("en", "0.005", "KWD", "KWD 0.005"),
        ("en", "-0.00", "EUR", "-€0.00"),
        ("xx", "5", "USD", "$5.00"),
        ("zh_TW", "5", "USD", "US$5.00"),
        ("de_FR", "1234.5", "EUR", "1.234,50 €"),
        ("", "5", "USD", "$5.00"),
        ("nonsense!", "5", "USD", "$5.00"),
    ],
)
def test_money_is_written_as_the_reader_s_country_does(locale: str, amount: str, currency: str, written: str) -> None:
    assert written == localizer_for(locale).money(D(amount), currency).replace("\u00a0", " ")


def test_a_huge_amount_keeps_every_digit() -> None:
    assert "€12,345,678,901,234,567.89" == localizer_for("en").money(D("12345678901234567.89"), "EUR")


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        (date(2026, 10, 5), date(2026, 10, 5), "5 Oct 2026"),
        (date(2026, 12, 5), date(2027, 1, 4), "5 Dec 2026 – 4 Jan 2027"),
    ],
)
def test_a_period_is_a_month_s_name_or_its_days(first: date, last: date, written: str) -> None:
    assert written == localizer_for("en_GB").period(first, last)


@pytest.mark.parametrize(
    ("value", "places"),
    [("1", 0), ("1.0", 0), ("1.250", 2), ("0.00000049", 0), ("0.1234567", 6), ("1E+3", 0), ("-0.5", 1)],
)
def test_a_number_needs_as_many_places_as_it_has(value: str, places: int) -> None:
    assert places == places_of(D(value))


@pytest.mark.parametrize(("quantity", "unit"), [("1", "Monat"), ("2", "Monate"), ("-1", "Monat"), ("0", "Monate")])
def test_one_of_a_thing_has_another_name_than_many(quantity: str, unit: str) -> None:
    assert unit == localizer_for("de").unit("month", D(quantity))
    assert "kWh" == localizer_for("de").unit("kWh", D(quantity))


@pytest.mark.parametrize(("percent", "written"), [("19", "19 %"), ("7.5", "7,5 %"), ("0", "0 %")])
def test_percents(percent: str, written: str) -> None:
    assert written == localizer_for("de").percent(D(percent)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("locale", "country", "full"),
    [
        ("en", "KE", "en_KE"), ("en", "US", "en_US"), ("en", "IN", "en_IN"), ("en", "DE", "en_GB"), ("en", "", "en"),
        ("de", "AT", "de_AT"), ("de", "KE", "de"), ("es", "MX", "es_MX"), ("de_CH", "DE", "de_CH"), ("", "DE", "en"),
        ("ar", "AE", "ar_AE"), ("en", "XX", "en_GB"),
    ],
)  # fmt: skip
def test_a_language_gets_the_reader_s_country(locale: str, country: str, full: str) -> None:
    assert full == locale_of(locale, country)


def test_months_are_each_language_s_own_whichever_was_asked_for_before() -> None:
    script = (
        "from datetime import date\n"
        "from cloud_service.documents.translations import localizer_for\n"
        "first, last = date(2026, 10, 1), date(2026, 10, 31)\n"
        "for code in ('zh', 'sw', 'it', 'nl', 'pl', 'de'):\n"
        "    print(localizer_for(code).period(first, last), localizer_for(code).month_short(first))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert [
        "2026年10月 10月", "Oktoba 2026 Okt", "ottobre 2026 ott", "oktober 2026 okt", "październik 2026 paź",
        "Oktober 2026 Okt",
    ] == said.splitlines()  # fmt: skip
