"""Unit codes against the table of physical units of IEC 62056-6-2 (table 4)."""

import pytest

from edge_agent.drivers.codecs import obis
from edge_agent.drivers.codecs.cosem_units import UNITS


@pytest.mark.parametrize(
    ("code", "unit"), [(27, "W"), (29, "var"), (30, "Wh"), (32, "varh"), (33, "A"), (35, "V"), (44, "Hz"), (13, "m3")]
)
def test_a_code_names_the_unit_of_the_standard(code: int, unit: str) -> None:
    assert unit == UNITS[code]


@pytest.mark.parametrize("code", [27, 28, 29, 30, 31, 32, 33, 35, 44])
def test_what_electricity_meters_count_can_be_scaled_to_a_canonical_unit(code: int) -> None:
    assert UNITS[code].lower() in obis.UNITS
