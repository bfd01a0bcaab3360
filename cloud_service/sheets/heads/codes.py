"""Words of people for the codes of ours that a sheet holds."""

from functools import cache

import babel

from cloud_service.domain.calendar.billing_cycle import MONTHS
from common.errors import InputError

CODES: dict[str, dict[str, str]] = {
    "utility": {
        "strom": "electricity", "elektrizität": "electricity", "power": "electricity", "wasser": "water",
        "kaltwasser": "water", "warmwasser": "water", "erdgas": "gas", "wärme": "heat", "heizung": "heat",
        "fernwärme": "heat", "heating": "heat", "kälte": "cooling", "kühlung": "cooling", "umeme": "electricity",
        "maji": "water", "gesi": "gas", "electricidad": "electricity", "luz": "electricity", "agua": "water",
        "électricité": "electricity", "eau": "water", "gaz": "gas", "eletricidade": "electricity", "água": "water",
        "elettricità": "electricity", "acqua": "water", "elektriciteit": "electricity", "stroom": "electricity",
    },
    "client_kind": {
        "privat": "person", "privatperson": "person", "private": "person", "natürliche person": "person",
        "firma": "company", "unternehmen": "company", "business": "company", "gewerbe": "company",
    },
    "delivery": {
        "e-mail": "email", "mail": "email", "per e-mail": "email", "brief": "post", "letter": "post", "paper": "post",
        "per post": "post", "keine": "none", "kein": "none", "no": "none",
    },
    "cycle": {
        "monatlich": "monthly", "month": "monthly", "zweimonatlich": "bimonthly", "vierteljährlich": "quarterly",
        "quartal": "quarterly", "quarter": "quarterly", "halbjährlich": "half_yearly", "half-yearly": "half_yearly",
        "jährlich": "yearly", "annual": "yearly", "annually": "yearly", "year": "yearly", "einmal": "once",
    } | {
        words.format(months): cycle
        for cycle, months in MONTHS.items()
        for words in ("{}", "{} months", "every {} months", "{} monate", "alle {} monate")
    },
    "mode": {"guthaben": "prepaid", "rechnung": "postpaid"},
    "register": {"bezug": "import", "einspeisung": "export"},
}  # fmt: skip
COUNTRIES = ("country", "site_country")
CURRENCIES = ("currency", "site_currency")
MONEY_WORDS = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "KSH": "KES", "KSHS": "KES", "FR.": "CHF"}
LANGUAGES = ("en", "de", "es", "fr", "pt", "it", "nl", "sw")


def code_of(key: str, text: str) -> str:
    """The code that a word means in a column; other words stay as they are."""
    if key in CURRENCIES:
        return MONEY_WORDS.get(text.upper(), text.upper())
    if key in COUNTRIES:
        return _country(text)
    if key not in CODES:
        return text
    word = text.casefold()
    return CODES[key].get(word, word if word in CODES[key].values() or key != "register" else text)


def _country(text: str) -> str:
    """Two capitals, or the name of a country in one of these languages."""
    code = text.upper() if len(text) == 2 else _countries().get(text.casefold(), "")  # noqa: PLR2004 - ISO 3166-1 alpha-2
    if not code.isalpha():
        raise InputError(f"{text!r} is no country", hint="two capitals, for example DE, or its name")
    return code


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in babel.Locale(language).territories.items():
            if len(code) == 2:  # noqa: PLR2004 - the others are regions of the world
                names.setdefault(name.casefold(), code)
    return names
