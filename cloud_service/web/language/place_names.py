"""The names of countries and languages in the reader's language (Unicode's CLDR, as Babel has it)."""

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import get_locale


def init_app(app: Flask) -> None:
    """Offer the names to the templates."""
    app.jinja_env.filters.update(country_name=country_name, language_name=language_name)


def country_name(code: str) -> str:
    """Kenya for KE; a code without a name stays as it is."""
    return str(_reader().territories.get(code, code))


def language_name(code: str) -> str:
    """German for de, English (India) for en_IN; a code without a name stays as it is."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(_reader())
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def _reader() -> Locale:
    return get_locale() or Locale("en")
