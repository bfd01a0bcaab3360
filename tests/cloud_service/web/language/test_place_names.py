from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from cloud_service.web.language import place_names


@pytest.fixture
def reader() -> Iterator[None]:
    app = Flask("names")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("de", "Deutschland"), ("sw", "Ujerumani")])
def test_a_country_has_its_name_in_the_readers_language(reader: None, language: str, name: str) -> None:
    with force_locale(language):
        assert name == place_names.country_name("DE")


@pytest.mark.parametrize(
    ("code", "name"), [("de", "German"), ("en_IN", "English (India)"), ("pt-BR", "Portuguese (Brazil)")]
)
def test_a_language_has_its_name(reader: None, code: str, name: str) -> None:
    assert name == place_names.language_name(code)


@pytest.mark.parametrize("code", ["", "??", "zz_ZZ_zz"])
def test_a_code_without_a_name_stays_as_it_is(reader: None, code: str) -> None:
    assert code == place_names.country_name(code)
    assert code == place_names.language_name(code)
