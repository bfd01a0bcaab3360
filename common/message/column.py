"""Columns of integers as byte planes: the smallest value, then the first bytes of all offsets, then the second ones ...

A column whose values are all equal travels as one integer. Planes of like bytes deflate well, and `array` or numpy puts
them together without a loop: plane k goes to every 8th byte from k.
"""

import sys
from array import array
from collections.abc import Sequence

from common.errors import DecodeError

Column = int | tuple[int, bytes]
WIDTH_MAX = 8


def pack(values: Sequence[int]) -> Column:
    """The column of any number of signed integers whose spread is below 2^63."""
    if not values:
        return 0
    low = min(values)
    spread = max(values) - low
    if not spread:
        return low
    offsets = array("q", [value - low for value in values])
    if sys.byteorder == "big":
        offsets.byteswap()
    raw = offsets.tobytes()
    return low, b"".join(raw[plane::8] for plane in range((spread.bit_length() + 7) // 8))


def unpack(column: Column, count: int, path: str) -> "array[int]":
    """`count` signed integers of 64 bits, the inverse of `pack`; DecodeError names the column by `path`."""
    if isinstance(column, int):
        return array("q", [column]) * count
    low, planes = column
    width = len(planes) // count if count else 0
    if width > WIDTH_MAX or width * count != len(planes):
        raise DecodeError(f"{len(planes)} bytes are no planes of {count} values", path=path)
    raw = bytearray(8 * count)
    for plane in range(width):
        raw[plane::8] = planes[plane * count : (plane + 1) * count]
    offsets = array("q")
    offsets.frombytes(raw)
    if sys.byteorder == "big":
        offsets.byteswap()
    try:
        return array("q", map(low.__add__, offsets)) if low else offsets
    except OverflowError:
        raise DecodeError("a value does not fit 64 bits", path=path) from None


def pack_codes(codes: bytes) -> Column:
    """The column of small codes, one byte each."""
    return codes[0] if codes and codes.count(codes[0]) == len(codes) else (0, codes)


def unpack_codes(column: Column, count: int, highest: int, path: str) -> bytes:
    """`count` codes of 0 to `highest`."""
    if isinstance(column, int):
        if not 0 <= column <= highest:
            raise DecodeError(f"code {column} is not known", path=path, code="unknown_code")
        return bytes([column]) * count
    low, codes = column
    if low or len(codes) != count:
        raise DecodeError(f"{len(codes)} codes for {count} rows", path=path)
    if codes and max(codes) > highest:
        raise DecodeError(f"code {max(codes)} is not known", path=path, code="unknown_code")
    return codes


def little_endian(values: "array[int]") -> bytes:
    """Eight bytes per value, the same on every machine."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()
