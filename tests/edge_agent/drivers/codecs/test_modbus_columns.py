"""The short way to a value gives what the long way gives."""

import struct
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import DecodeError
from common.profile import ReadRules, Register
from common.reading import VALUE_MAX, Kind, Unit, thousandths
from edge_agent.drivers.codecs.modbus_columns import column_values, columns, exact_value, reader
from edge_agent.drivers.values import VALUE_LIMIT
from tests.edge_agent.builders import make_profile

SIZES = {"u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8, "f32": 4, "f64": 8}
SCALES = ["1", "0.001", "0.01", "10", "1000", "-1", "0.0001", "1.5", "0.3", "0.00025", "3600"]
KWH = 'unit = "kWh", kind = "index"'


def long_way(register: Register, rules: ReadRules, raw: bytes) -> int | None:
    value = exact_value(register, rules, raw)
    return None if value is None or abs(value) > VALUE_LIMIT else thousandths(value)


def both(
    kind: str, raw: bytes, scale: str, *, word_order: str = "big", order: str = "big"
) -> tuple[int | None, int | None]:
    register = Register(Unit.KWH, Kind.INDEX, Decimal(scale), address=0, type=kind)
    rules = ReadRules(word_order=word_order, byte_order=order)  # type: ignore[arg-type]  # big or little
    return long_way(register, rules, raw), reader(register, rules)(raw)


@given(st.sampled_from(sorted(SIZES)), st.binary(min_size=8, max_size=8), st.sampled_from(SCALES), st.data())
def test_any_bytes_give_the_same_number_both_ways(kind: str, raw: bytes, scale: str, data: st.DataObject) -> None:
    order = st.sampled_from(["big", "little"])
    expected, short_way = both(kind, raw[: SIZES[kind]], scale, word_order=data.draw(order), order=data.draw(order))

    assert expected == short_way


@given(st.one_of(st.floats(-5000, 5000, width=32), st.floats(-1e9, 1e9, width=32)), st.sampled_from(SCALES))
@example(0.0005, "1")  # shown 0.0005: half a thousandth
@example(2097.1525, "1")
@example(16777216.0, "1")
@example(123456.7, "0.0001")
@example(230.2, "1")
def test_floats_that_meters_show_give_the_same_number_both_ways(number: float, scale: str) -> None:
    expected, short_way = both("f32", struct.pack(">f", number), scale)

    assert expected == short_way


@given(st.integers(0, 40_000_000), st.integers(-3, 3))
def test_floats_beside_half_a_thousandth_give_the_same_number_both_ways(whole: int, steps: int) -> None:
    half = struct.unpack(">i", struct.pack(">f", (whole + 0.5) / 1000))[0]
    expected, short_way = both("f32", struct.pack(">i", half + steps), "1")

    assert expected == short_way


@pytest.mark.parametrize(("number", "expected"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_half_a_thousandth_goes_to_the_even_one(number: int, expected: int) -> None:
    assert (expected, expected) == both("u16", number.to_bytes(2, "big"), "0.0005")


@pytest.mark.parametrize("raw", ["7fc00000", "7f800000", "ff800000"])
def test_what_is_not_a_number_is_no_value(raw: str) -> None:
    assert (None, None) == both("f32", bytes.fromhex(raw), "1")


def test_a_number_no_meter_can_count_to_is_no_value() -> None:
    raw = (VALUE_MAX // 1000 + 1).to_bytes(8, "big")

    assert (None, None) == both("u64", raw, "1")


@pytest.mark.parametrize(("kind", "invalid"), [("s16", 0x8000), ("u16", 0xFFFF), ("s32", 0x80000000)])
def test_what_means_not_supported_is_no_value(kind: str, invalid: int) -> None:
    register = Register(Unit.KWH, Kind.INDEX, address=0, type=kind, invalid=(invalid,))

    read = reader(register, ReadRules())

    assert read(invalid.to_bytes(SIZES[kind], "big")) is None
    assert 1000 == read((1).to_bytes(SIZES[kind], "big"))


def test_letters_are_not_bcd() -> None:
    with pytest.raises(DecodeError, match="not BCD"):
        reader(Register(Unit.KWH, Kind.INDEX, address=0, type="bcd16"), ReadRules())(b"\x12\xab")


def test_a_sum_adds_exact_parts_and_rounds_once() -> None:
    profile = make_profile(
        f'a = {{ address = 0, type = "u16", scale = 0.0004, {KWH} }}\n'
        f'b = {{ address = 1, type = "u16", scale = 0.0004, {KWH} }}\n'
        f'c = {{ sum = ["a", "b"], {KWH} }}\nd = {{ sum = ["a", "-b"], {KWH} }}'
    )
    raw_by_register = {"a": b"\0\1", "b": b"\0\1"}

    values = column_values(profile, columns(profile, ("c", "a", "d")), raw_by_register, 7)

    assert [("c", 1, b"\0\1\0\1"), ("a", 0, b"\0\1"), ("d", 0, b"\0\1\0\1")] == [
        (value.register, value.value, value.raw) for value in values
    ]


def test_a_sum_with_a_missing_part_and_a_register_the_meter_lacks_are_left_out() -> None:
    profile = make_profile(
        f'a = {{ address = 0, type = "u16", {KWH} }}\nb = {{ address = 1, type = "u16", {KWH} }}\n'
        f'c = {{ sum = ["a", "b"], {KWH} }}'
    )

    values = column_values(profile, columns(profile, ("a", "b", "c")), {"a": b"\0\1"}, 7)

    assert ["a"] == [value.register for value in values]
    assert (1000, 7, profile.id, profile.hash) == (
        values[0].value,
        values[0].at_ms,
        values[0].profile_id,
        values[0].profile_hash,
    )
