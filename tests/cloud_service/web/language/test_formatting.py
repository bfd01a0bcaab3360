from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel

from cloud_service.web.language import formatting


@pytest.fixture
def english() -> object:
    app = Flask("words")
    Babel(app)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5", "KES", "1,234.50"),
        ("1234.5", "JPY", "1,234"),
        ("-0.1", "EUR", "-0.10"),
        ("12345678901234567.89", "EUR", "12,345,678,901,234,567.89"),
        ("1.2345", "KWD", "1.234"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(english: object, amount: str, currency: str, text: str) -> None:
    assert text == formatting.amount(Decimal(amount), currency)


def test_an_amount_is_never_the_text_of_a_float(english: object) -> None:
    assert "90,071,992,547,409.93" == formatting.amount(Decimal("90071992547409.93"), "EUR")


def test_energy_is_exact_from_its_thousandths(english: object) -> None:
    assert "9,007,199,254,740.993" == formatting.kwh(9007199254740993, 3)


def test_exact_numbers_have_no_exponent() -> None:
    assert ["150", "0.3125", "1000000"] == [formatting.exact(Decimal(text)) for text in ("150.0000", "0.31250", "1E+6")]


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (timedelta(seconds=12), "12 s ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1, hours=1), "1 d ago"),
        (timedelta(days=9), "11 Nov 2026"),
        (timedelta(seconds=-3), "now"),
    ],
)
def test_how_long_ago_it_was(english: object, gap: timedelta, text: str) -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    assert f">{text}<" in formatting.ago(now - gap, now)


def test_instants_are_in_the_sites_zone_with_utc_beside(english: object) -> None:
    moment = formatting.instant(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), "Africa/Nairobi")

    assert ">21 Nov 2026, 01:30<" in moment
    assert 'title="2026-11-20 22:30:00 UTC"' in moment


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (date(2026, 11, 1), "2026-11-01"), (Decimal("1E+2"), "100"), (Decimal("0.10"), "0.10")],
)
def test_files_have_plain_values(value: object, text: str) -> None:
    assert text == formatting.plain(value)


def test_the_end_of_a_span_is_said_as_its_last_day() -> None:
    assert date(2026, 10, 31) == formatting.last_day(date(2026, 11, 1))


def test_lines_and_units_of_bills_are_called_as_on_the_bill_itself() -> None:
    app = Flask("words")
    Babel(app, locale_selector=lambda: "de")
    formatting.init_app(app)
    with app.test_request_context():
        assert "Arbeitspreis, Stufe 1" == app.jinja_env.filters["line_name"]("Energy, block 1", "energy")
        assert "Monat" == app.jinja_env.filters["line_unit"]("month", Decimal(1))
        assert ["46,125", "46,125", "1,00"] == [
            app.jinja_env.filters["line_quantity"](Decimal(quantity), unit)
            for quantity, unit in (("46.125", "therm"), ("46.125", "m3"), ("1", "month"))
        ]
