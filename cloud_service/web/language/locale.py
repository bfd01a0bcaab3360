"""The reader's language and the direction it is written in."""

from babel import Locale
from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_login import current_user

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "sw": "Kiswahili", "ar": "العربية"}
BILL_LANGUAGES = LANGUAGES | {  # those that bills and letters have words in
    "es": "Español", "hi": "हिन्दी", "it": "Italiano", "nl": "Nederlands", "pl": "Polski", "zh": "中文",
}  # fmt: skip
"""In which numbers, dates and directions are written; sentences too, where `translations/` has a catalogue of it."""
COOKIE = "language"


def chosen() -> str:
    """By cookie, then by what the browser prefers, then by the person's record."""
    cookie = request.cookies.get(COOKIE, "")
    if cookie in LANGUAGES:
        return cookie
    preferred = request.accept_languages.best_match(LANGUAGES)
    if preferred is None and current_user and current_user.is_authenticated and current_user.locale in LANGUAGES:
        return str(current_user.locale)
    return preferred or "en"


def direction() -> str:
    """`rtl` for scripts that run from right to left."""
    language = get_locale() or Locale("en")
    return str(language.text_direction)


def init_app(app: Flask) -> None:
    """Set Flask-Babel up: sentences come from `translations/`, English where a language has none."""
    babel.init_app(app, locale_selector=chosen)
    app.jinja_env.policies["ext.i18n.trimmed"] = True


babel = Babel()
