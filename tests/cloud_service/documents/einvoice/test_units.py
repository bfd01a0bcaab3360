"""Each unit that a bill may have is one of UN/ECE's; the rules know them all."""

import pytest

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.rules.rule_set import built_in
from cloud_service.documents.einvoice.units import CODES, unit_code


@pytest.mark.parametrize(
    ("unit", "code"),
    [("m3", "MTQ"), ("m³", "MTQ"), ("kWh", "KWH"), ("MWh", "MWH"), ("kvarh", "K3"), ("kW", "KWT"), ("GJ", "GV"),
     ("l", "LTR"), ("day", "DAY"), ("month", "MON"), ("", "C62"), ("persons", None)],
)  # fmt: skip
def test_the_units_of_bills_have_their_codes(unit: str, code: str | None) -> None:
    assert code == unit_code(unit)


def test_the_official_list_has_each_code() -> None:
    rules = built_in(KINDS["einvoice_ubl"]).stylesheet.read_text()

    assert [] == [code for code in CODES.values() if f" {code} " not in rules]
