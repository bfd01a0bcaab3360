"""Data types of EN 13757-3, annex A."""

from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs import mbus_value
from edge_agent.drivers.codecs.mbus_value import Value


@pytest.mark.parametrize(
    ("raw", "signed", "expected"),
    [
        ("ff", True, Value(Decimal(-1))),
        ("ff", False, Value(Decimal(255))),
        ("39300000", True, Value(Decimal(12345))),
        ("0080", True, Value(Decimal(-32768), valid=False)),  # "no value"
        ("80", True, Value(Decimal(-128))),  # one byte has no such mark
    ],
)
def test_integers_are_low_byte_first(raw: str, signed: bool, expected: Value) -> None:
    assert expected == mbus_value.integer(bytes.fromhex(raw), signed=signed)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("452301", Value(Decimal(12345))),
        ("4523f1", Value(Decimal(-12345))),
        ("4523a1", Value("A12345", valid=False)),
    ],
)
def test_bcd_may_be_negative_and_letters_are_no_number(raw: str, expected: Value) -> None:
    assert expected == mbus_value.bcd(bytes.fromhex(raw))


def test_a_real_is_the_exact_decimal_of_its_bits() -> None:
    assert Value(Decimal("0.100000001490116119384765625")) == mbus_value.real(bytes.fromhex("cdcccc3d"))
    assert Value(None, valid=False) == mbus_value.real(bytes.fromhex("0000c07f"))


@pytest.mark.parametrize(
    ("raw", "text", "valid"),
    [
        ("5f3c", "2026-12-31", True),
        ("61c1", "1999-01-01", True),
        ("5f3d", "2026-13-31", False),
        ("0000", "2000-00-00", False),
    ],
)
def test_a_date_is_printed_as_it_was_sent(raw: str, text: str, valid: bool) -> None:
    assert Value(text, valid) == mbus_value.date(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("lvar", "length", "form"),
    [
        (0x05, 5, "text"),
        (0xC3, 3, "bcd"),
        (0xD3, 3, "minus"),
        (0xE8, 8, "binary"),
        (0xF0, 16, "binary"),
        (0xF5, 48, "binary"),
        (0xF6, 64, "binary"),
    ],
)
def test_a_length_byte_says_how_long_and_of_what_form(lvar: int, length: int, form: str) -> None:
    assert (length, form) == mbus_value.variable_length(lvar)


@pytest.mark.parametrize("lvar", [0xCA, 0xDA, 0xF7, 0xFF])
def test_a_reserved_length_is_refused(lvar: int) -> None:
    with pytest.raises(DecodeError):
        mbus_value.variable_length(lvar)


def test_texts_come_backwards_and_negative_bcd_by_its_length_byte() -> None:
    assert Value("kWh") == mbus_value.variable(b"hWk", "text")
    assert Value(Decimal(-12)) == mbus_value.variable(b"\x12", "minus")
