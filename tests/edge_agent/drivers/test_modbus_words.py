import struct
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import DecodeError
from common.profile import Register
from common.reading import Kind, Unit
from edge_agent.drivers.modbus_words import (
    encoded,
    float32_number,
    float32_shown,
    raw_value,
    register_value,
    text_value,
    words_to_bytes,
)


def register(kind: str, **more: object) -> Register:
    return Register(unit=Unit.KWH, kind=Kind.INDEX, address=0, type=kind, **more)  # type: ignore[arg-type]  # any field


def value(
    registers: list[int], kind: str, *, word_order: str = "big", byte_order: str = "big", **more: object
) -> Decimal | None:
    return register_value(
        words_to_bytes(registers), register(kind, **more), word_order=word_order, byte_order=byte_order
    )


@pytest.mark.parametrize(
    ("kind", "registers", "expected"),
    [
        ("u16", [0xFFFF], "65535"),
        ("s16", [0xFFFF], "-1"),
        ("u32", [0x0001, 0x0000], "65536"),
        ("s32", [0xFFFF, 0xFFFE], "-2"),
        ("u64", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE], "18446744073709551614"),
        ("s64", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], "-1"),
        ("f32", [0x449A, 0x5000], "1234.5"),
        ("f32", [0x4366, 0x3333], "230.2"),
        ("f32", [0x3DCC, 0xCCCD], "0.1"),
        ("f64", [0x3FB9, 0x9999, 0x9999, 0x999A], "0.1"),
        ("bcd16", [0x1234], "1234"),
        ("bcd32", [0x1234, 0x5678], "12345678"),
    ],
)
def test_each_type_gives_the_number_the_meter_shows(kind: str, registers: list[int], expected: str) -> None:
    assert Decimal(expected) == value(registers, kind)


@pytest.mark.parametrize(
    ("word_order", "byte_order", "registers"),
    [
        ("big", "big", [0x4048, 0xF5C3]),
        ("little", "big", [0xF5C3, 0x4048]),
        ("big", "little", [0x4840, 0xC3F5]),
        ("little", "little", [0xC3F5, 0x4840]),
    ],
)
def test_all_four_orders_of_words_and_bytes_are_read(word_order: str, byte_order: str, registers: list[int]) -> None:
    assert Decimal("3.14") == value(registers, "f32", word_order=word_order, byte_order=byte_order)


def test_a_64_bit_number_with_its_low_word_first() -> None:
    assert Decimal(0x0001_2345_6789_ABCD) == value([0xABCD, 0x6789, 0x2345, 0x0001], "u64", word_order="little")


@pytest.mark.parametrize(
    ("kind", "registers"), [("f32", [0x7FC0, 0]), ("f32", [0xFF80, 0]), ("f64", [0x7FF0, 0, 0, 0])]
)
def test_what_is_not_a_number_is_no_value(kind: str, registers: list[int]) -> None:
    assert value(registers, kind) is None


def test_a_raw_value_that_means_not_supported_is_no_value() -> None:
    assert value([0xFFFF, 0xFFFF], "u32", invalid=(0xFFFFFFFF,)) is None


def test_letters_are_not_bcd() -> None:
    with pytest.raises(DecodeError, match="not BCD"):
        value([0x12AB], "bcd16")


def test_scale_and_scale_factor_keep_the_value_exact() -> None:
    raw = words_to_bytes([12345])

    assert Decimal("123.45") == register_value(
        raw, register("u16", scale=Decimal("0.01")), word_order="big", byte_order="big"
    )
    assert Decimal("1.2345") == register_value(raw, register("u16"), word_order="big", byte_order="big", exponent=-4)


@pytest.mark.parametrize("bits", [0x00000001, 0x7F7FFFFF, 0x3F800001, 0x4B800001, 0x80000000, 0x33D6BF95])
def test_the_decimal_of_a_float32_goes_back_to_the_same_bits(bits: int) -> None:
    import struct

    raw = bits.to_bytes(4, "big")

    shortest = raw_value(raw, "f32")

    assert raw == struct.pack(">f", float(shortest)) if shortest is not None else b""


@pytest.mark.parametrize("kind", ["u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "bcd32"])
@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
def test_what_was_encoded_is_decoded_to_the_same(kind: str, word_order: str, byte_order: str) -> None:
    raw = encoded(Decimal(1234), register(kind), word_order=word_order, byte_order=byte_order)

    assert Decimal(1234) == register_value(raw, register(kind), word_order=word_order, byte_order=byte_order)


@pytest.mark.parametrize(("raw", "text"), [(b"B23 ", "B23"), (b"\0S\0O\0C\0O", "SOCO"), (b"ABC\0\0\0", "ABC")])
def test_text_may_have_one_or_two_characters_in_a_register(raw: bytes, text: str) -> None:
    assert text == text_value(raw)


@given(st.one_of(st.floats(0.5, 2e6, width=32), st.floats(-1e9, 1e9, width=32)))
@example(1.0)
@example(8388.608)
@example(99999.95)  # six digits round it up to another power of ten
@example(25006.123)
@example(999999.94)
def test_the_number_of_a_float_is_that_of_the_text_it_is_shown_as(number: float) -> None:
    raw = struct.pack(">f", number)

    assert float(float32_shown(raw)) == float32_number(raw)
