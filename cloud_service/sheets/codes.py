"""Words of people for the codes of ours that a sheet holds."""

from cloud_service.domain.calendar.billing_cycle import MONTHS

CODES: dict[str, dict[str, str]] = {
    "utility": {
        "strom": "electricity", "elektrizität": "electricity", "power": "electricity", "wasser": "water",
        "kaltwasser": "water", "warmwasser": "water", "erdgas": "gas", "wärme": "heat", "heizung": "heat",
        "fernwärme": "heat", "heating": "heat", "kälte": "cooling", "kühlung": "cooling",
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
CAPITALS = ("country", "site_country", "currency", "site_currency")


def code_of(key: str, text: str) -> str:
    """The code that a word means in a column; other words stay as they are."""
    if key in CAPITALS:
        return text.upper()
    if key not in CODES:
        return text
    word = text.casefold()
    return CODES[key].get(word, word if word in CODES[key].values() or key != "register" else text)
