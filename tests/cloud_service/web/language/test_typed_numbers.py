from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import decimals

from cloud_service.web.language.formatting import number
from cloud_service.web.language.locale import LANGUAGES
from cloud_service.web.language.typed_numbers import number_as_typed, typed_number
from common.errors import InputError
from tests.cloud_service.web.conftest import Console


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [("en", "1,234.5", "1234.5"), ("en", " 318.742 ", "318.742"), ("de", "1.234,5", "1234.5"),
     ("de", "318,742", "318.742"), ("fr", "1 234,5", "1234.5"), ("en", "-2", "-2"),
     ("ar", "٣١٨٫٧٤٢", "318.742"), ("ar", "١٬٢٣٤٫٥", "1234.5"), ("hi", "१२.५", "12.5"), ("de", "٣٫٥", "3.5")],
)  # fmt: skip
def test_a_number_is_read_as_its_reader_writes_it(app: Flask, language: str, typed: str, value: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert Decimal(value) == typed_number(typed)


@pytest.mark.parametrize(
    ("language", "typed"),
    [("en", "12,5"), ("en", "1.234,5"), ("de", "12.5"), ("en", "many"), ("en", "NaN"), ("en", ""), ("en", "1" * 50)],
)
def test_signs_of_another_writing_are_refused_and_never_guessed(app: Flask, language: str, typed: str) -> None:
    with (
        app.test_request_context(headers={"Accept-Language": language}),
        pytest.raises(InputError, match="is not a number"),
    ):
        typed_number(typed)


def test_a_number_is_shown_as_it_is_typed(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert "1234,500" == number_as_typed(Decimal("1234.500"))
        assert Decimal("1234.5") == typed_number(number_as_typed(Decimal("1234.5")))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])  # the app keeps no state
@given(value=decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_what_a_form_and_a_page_show_is_read_back_as_the_same_number(app: Flask, language: str, value: Decimal) -> None:
    exact = value.normalize()
    with app.test_request_context(headers={"Accept-Language": language}):
        assert exact == typed_number(number_as_typed(exact)) == typed_number(number(exact, 6))
