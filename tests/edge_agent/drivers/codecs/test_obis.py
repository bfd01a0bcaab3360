"""OBIS codes."""

from decimal import Decimal

import pytest

from common.errors import InputError
from edge_agent.drivers.codecs.obis import ObisValue, Readout, is_same_code, logical_name, split, values_by_register
from tests.edge_agent.builders import make_profile


@pytest.mark.parametrize(
    ("meter_code", "profile_code", "fits"),
    [
        ("1-0:1.8.0*255", "1.8.0", True),
        ("1.8.0", "1.8.0", True),
        ("1.8.0", "1-0:1.8.0", False),
        ("1-0:1.8.0", "1-0:1.8.0", True),
        ("1.8.0*01", "1.8.0", False),
        ("1.8.1", "1.8.0", False),
        ("0-1:24.2.1", "0-2:24.2.1", False),
        ("6.8", "6.8", True),
    ],
)
def test_a_code_means_the_present_value_of_any_channel_unless_it_says_more(
    meter_code: str, profile_code: str, fits: bool
) -> None:
    assert fits is is_same_code(meter_code, profile_code)


def test_groups_that_are_left_out_are_empty() -> None:
    assert ("1", "0", "1", "8", "0", "255") == split("1-0:1.8.0*255")
    assert ("", "", "1", "8", "", "") == split("1.8")
    assert [None, None] == [split("hello"), split("1.8.0.0.0")]


@pytest.mark.parametrize(
    ("code", "name"), [("1.8.0", "0100010800ff"), ("1-1:1.8.0*255", "0101010800ff"), ("0-0:96.1.0", "0000600100ff")]
)
def test_a_logical_name_fills_in_what_is_usual(code: str, name: str) -> None:
    assert bytes.fromhex(name) == logical_name(code)


@pytest.mark.parametrize("code", ["", "1", "C.1.0", "1-0:999.8.0"])
def test_what_has_no_logical_name_is_refused(code: str) -> None:
    with pytest.raises(InputError):
        logical_name(code)


@pytest.mark.parametrize(
    ("unit", "value"),
    [("kWh", "1234.5"), ("Wh", "1.2345"), ("MWh", "1234500.0"), ("KWH", "1234.5"), ("", "1234.5"), ("kvarh", None)],
)
def test_a_value_is_scaled_to_the_registers_unit_and_a_foreign_one_left_out(unit: str, value: str | None) -> None:
    profile = make_profile('energy = { obis = "1.8.0", unit = "kWh", kind = "index" }', protocol="iec62056")
    values = values_by_register(profile, [ObisValue("1.8.0", Decimal("1234.5"), unit, b"raw")], ["energy"])
    assert ({"energy": (Decimal(value), b"raw")} if value else {}) == values


def test_a_readout_is_a_header_and_records_for_machines() -> None:
    stored = ObisValue("1-0:1.8.1*03", Decimal("5.0"), "kWh", b"", "2026-01-01")
    document = Readout("123", (stored,), (("server_id", "0a"),)).as_json()
    assert {"id": "123", "server_id": "0a"} == document["header"]
    assert [("Active energy import", 1, 3, "5", "2026-01-01")] == [
        tuple(record[name] for name in ("quantity", "tariff", "storage", "value", "when"))
        for record in document["records"]
    ]
