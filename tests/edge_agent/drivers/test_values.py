"""From what a driver read to what it promises."""

from decimal import Decimal

import pytest

from common.reading import VALUE_MAX
from edge_agent.drivers.values import ExactValue, as_values, decimal_text, is_possible, with_parts
from tests.edge_agent.builders import make_profile

KWH = 'unit = "kWh", kind = "index"'
PROFILE = make_profile(
    f"""
a = {{ address = 0, type = "u16", {KWH} }}
b = {{ address = 1, type = "u16", {KWH} }}
net = {{ sum = ["a", "-b"], {KWH} }}
"""
)


def test_the_parts_of_a_sum_come_before_it_and_each_name_once() -> None:
    assert ["a", "b", "net"] == with_parts(PROFILE, ["a", "net", "a"])


def test_values_come_in_the_order_asked_for_with_their_bytes_and_profile() -> None:
    values = as_values(
        PROFILE, ["net", "a"], {"a": ExactValue(Decimal("1.5"), b"\1"), "b": ExactValue(Decimal("0.5"), b"\2")}, 1000
    )
    assert [("net", 1000, b"\1\2"), ("a", 1500, b"\1")] == [
        (value.register, value.value, value.raw) for value in values
    ]
    assert {("kWh", "index", 1000, "test_meter", PROFILE.hash, False)} == {
        (value.unit, value.kind, value.at_ms, value.profile_id, value.profile_hash, value.meter_time)
        for value in values
    }


def test_a_sum_without_one_of_its_parts_is_no_value() -> None:
    assert ["a"] == [
        value.register for value in as_values(PROFILE, ["a", "net"], {"a": ExactValue(Decimal(1), b"")}, 0)
    ]


def test_a_number_no_meter_can_count_to_is_no_value() -> None:
    highest = Decimal(VALUE_MAX) / 1000
    assert [VALUE_MAX] == [value.value for value in as_values(PROFILE, ["a"], {"a": ExactValue(highest, b"")}, 0)]
    assert [] == as_values(PROFILE, ["a"], {"a": ExactValue(highest + 1, b"")}, 0)


@pytest.mark.parametrize(
    ("number", "possible"),
    [("1", True), ("1e100", True), ("1e101", False), ("1e999999999", False), ("NaN", False), ("-Infinity", False)],
)
def test_a_number_that_would_overflow_is_none(number: str, possible: bool) -> None:
    assert possible is is_possible(Decimal(number))


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", "1000"), ("1.500", "1.5"), ("10.0", "10"), ("-0", "0"), ("100", "100"), ("1E-7", "0.0000001")],
)
def test_digits_have_no_exponent_and_no_idle_zeros(number: str, text: str) -> None:
    assert text == decimal_text(Decimal(number))
