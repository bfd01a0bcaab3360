import pytest

from cloud_service.domain.calendar.billing_cycle import CYCLES
from cloud_service.flow.customers.client import DELIVERIES, KINDS, MODES
from cloud_service.flow.metering.sites_and_meters import UNIT_OF
from cloud_service.sheets.heads.codes import CODES, code_of
from common.errors import InputError


@pytest.mark.parametrize(
    ("key", "word", "code"),
    [
        ("utility", "Strom", "electricity"), ("utility", "WATER", "water"), ("client_kind", "Firma", "company"),
        ("delivery", "Brief", "post"), ("cycle", "jährlich", "yearly"), ("mode", "Guthaben", "prepaid"),
        ("register", "Bezug", "import"), ("register", "T1 Nacht", "T1 Nacht"), ("client", "Strom", "Strom"),
        ("utility", "Umeme", "electricity"), ("utility", "maji", "water"),
        ("country", "de", "DE"), ("country", "Germany", "DE"), ("site_country", "Österreich", "AT"),
        ("country", "Allemagne", "DE"), ("country", "Uholanzi", "NL"), ("currency", "eur", "EUR"),
        ("site_currency", "€", "EUR"), ("currency", "KSh", "KES"),
    ],
)  # fmt: skip
def test_a_word_of_people_is_our_code(key: str, word: str, code: str) -> None:
    assert code == code_of(key, word)


@pytest.mark.parametrize("word", ["Atlantis", "D1", "1"])
def test_what_is_no_country_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="is no country"):
        code_of("country", word)


def test_every_word_leads_to_a_code_that_the_steps_know() -> None:
    known = {
        "utility": set(UNIT_OF), "client_kind": set(KINDS), "delivery": set(DELIVERIES), "cycle": set(CYCLES),
        "mode": set(MODES), "register": {"import", "export"},
    }  # fmt: skip
    for key, words in CODES.items():
        assert set(words.values()) <= known[key], key
