"""Columns of integers as byte planes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DecodeError
from common.message.column import Column, pack, pack_codes, unpack, unpack_codes


@given(st.lists(st.integers(-(2**61), 2**61), min_size=1, max_size=50))
def test_integers_come_back_as_they_went(values: list[int]) -> None:
    assert values == list(unpack(pack(values), len(values), "value"))


@given(st.binary(min_size=1, max_size=50).map(lambda raw: bytes(byte % 5 for byte in raw)))
def test_codes_come_back_as_they_went(codes: bytes) -> None:
    assert codes == unpack_codes(pack_codes(codes), len(codes), 4, "quality")


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ([], 0),
        ([7, 7, 7], 7),
        ([5, 6, 260], (5, b"\0\1\xff")),
        ([5, 6, 261], (5, b"\0\1\0" + b"\0\0\1")),
        ([-1, 0], (-1, b"\0\1")),
    ],
)
def test_equal_values_are_one_number_and_others_planes_of_offsets(values: list[int], column: Column) -> None:
    assert column == pack(values)


@pytest.mark.parametrize(
    ("column", "count"),
    [((0, b"\1\2\3"), 2), ((0, bytes(18)), 2), ((0, b"\1"), 0), ((2**62, b"\xff" * 7 + b"\x7f"), 1)],
)
def test_planes_that_do_not_fit_the_count_or_64_bits_are_refused(column: Column, count: int) -> None:
    with pytest.raises(DecodeError) as caught:
        unpack(column, count, "value")
    assert "value" == caught.value.path


@pytest.mark.parametrize("column", [5, -1, (0, b"\0\5"), (0, b"\0"), (1, b"\0\0")])
def test_codes_that_nobody_knows_are_refused(column: Column) -> None:
    with pytest.raises(DecodeError):
        unpack_codes(column, 2, 4, "quality")
