"""Which records are a profile's registers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from common.profile import MeterProfile, Record
from edge_agent.drivers.codecs.mbus_match import fits, mismatch, values_by_register
from edge_agent.drivers.codecs.mbus_record import MBusRecord
from edge_agent.drivers.codecs.mbus_telegram import Telegram
from tests.edge_agent.builders import make_profile

PRESENT = MBusRecord("Instantaneous value", 0, 0, 0, "Energy", "Wh", Decimal(12_345_000), b"\x39\x30\x00\x00")
ENERGY = 'energy = { record = { quantity = "Energy" }, scale = "0.001", unit = "kWh", kind = "index" }'
MARK = '[[identify]]\nmanufacturer = "KAM"\nversions = [1, 2]\nmedia = ["Water"]\n'


def profile(more: str = "") -> MeterProfile:
    return make_profile(ENERGY, protocol="mbus", more=more)


def telegram(maker: str = "KAM", version: int = 1, medium: str = "Water") -> Telegram:
    return Telegram("1", maker, version, medium, None, None, "", ())


def test_a_register_gets_the_exact_value_in_its_unit_and_its_bytes() -> None:
    assert {"energy": (Decimal("12345.000"), PRESENT.raw)} == values_by_register(profile(), [PRESENT], ["energy"])


@pytest.mark.parametrize(
    "record",
    [
        replace(PRESENT, storage=1),
        replace(PRESENT, tariff=1),
        replace(PRESENT, subunit=1),
        replace(PRESENT, function="Maximum value"),
        replace(PRESENT, quantity="Volume"),
        replace(PRESENT, qualifiers=("uncorrected unit",)),
        replace(PRESENT, valid=False),
        replace(PRESENT, value="a text"),
    ],
)
def test_a_record_that_says_something_else_gives_no_value(record: MBusRecord) -> None:
    assert {} == values_by_register(profile(), [record], ["energy"])


def test_a_harmless_qualifier_changes_nothing_and_a_named_one_is_needed() -> None:
    accumulated = replace(PRESENT, qualifiers=("accumulation only if positive",))
    selector = Record("Energy", qualifier="uncorrected unit")
    assert fits(accumulated, Record("Energy"))
    assert [False, True] == [
        fits(PRESENT, selector),
        fits(replace(PRESENT, qualifiers=("uncorrected unit",)), selector),
    ]


def test_the_second_of_equal_records_may_be_named() -> None:
    registers = ENERGY.replace('quantity = "Energy"', 'quantity = "Energy", nth = 1')
    second = make_profile(registers, protocol="mbus")
    later = replace(PRESENT, value=Decimal(1000))
    assert {} == values_by_register(second, [PRESENT], ["energy"])
    assert Decimal(1) == values_by_register(second, [PRESENT, later], ["energy"])["energy"][0]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({}, ""),
        ({"maker": "ELV"}, "its maker is ELV"),
        ({"maker": ""}, "not named"),
        ({"version": 3}, "its version is 3"),
        ({"medium": "Gas"}, "its medium is Gas"),
    ],
)
def test_a_header_that_is_not_the_profiles_is_named(header: dict[str, Any], reason: str) -> None:
    why = mismatch(profile(MARK), telegram(**header))
    assert (bool(reason), True) == (bool(why), reason in why)
