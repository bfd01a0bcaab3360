from decimal import Decimal

import pytest

from common.profile import find
from edge_agent.drivers.codecs.sms_text import values_in_text
from tests.edge_agent.builders import make_profile

GSM7I = find("kamstrup_gsm7i")
LABELLED = make_profile(
    'energy = { pattern = \'No 12345678 (\\d+) kWh\', unit = "kWh", kind = "index" }', protocol="sms"
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("32432 kWh, 343 W", "32432"),
        ("32432,5 kWh", "32432.5"),
        ("Energy:32432 kWh", "32432"),
        ("12345678 32432 kWh", "32432"),
    ],
)
def test_the_number_in_front_of_the_unit_is_the_value(text: str, value: str) -> None:
    assert Decimal(value) == values_in_text(GSM7I, text, ["energy_import_total"])["energy_import_total"][0]


@pytest.mark.parametrize(
    "text", ["1.234,5 kWh", "1,234.5 kWh", "32 432 kWh", "32'432 kWh", "32\u00a0432 kWh", "kWh", ""]
)
def test_the_end_of_a_longer_number_is_no_value(text: str) -> None:
    assert {} == values_in_text(GSM7I, text, ["energy_import_total"])


def test_a_pattern_may_say_itself_what_stands_before_its_number() -> None:
    assert Decimal(432) == values_in_text(LABELLED, "No 12345678 432 kWh", ["energy"])["energy"][0]
