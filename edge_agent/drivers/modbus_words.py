"""Modbus words to exact values and back; pure.

Integers stay integers. A float32 becomes the shortest decimal that is that float32: the digits the meter shows, not
the fifty binary ones behind them. Words that mean "not supported" become None, never a number.
"""

import struct
from bisect import bisect
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from common.errors import DecodeError
from common.profile import Register

FLOAT32 = struct.Struct(">f")
TENS = tuple(10.0**n for n in range(7))


def words_to_bytes(registers: Sequence[int]) -> bytes:
    """Registers as they come over the line, high byte first."""
    return struct.pack(f">{len(registers)}H", *registers)


def ordered(raw: bytes, *, word_order: str, byte_order: str) -> bytes:
    """The bytes with the most significant first, from any of the four orders."""
    if byte_order == "little":
        swapped = bytearray(raw)
        swapped[0::2], swapped[1::2] = raw[1::2], raw[0::2]
        raw = bytes(swapped)
    if word_order == "little":
        return b"".join(raw[i : i + 2] for i in range(len(raw) - 2, -2, -2))
    return raw


def raw_value(raw: bytes, kind: str) -> Decimal | None:
    """The number in bytes of a type, most significant first; None for a float that is not a number."""
    if kind == "f32":
        digits = float32_shown(raw)
        return Decimal(digits) if digits else None
    if kind == "f64":
        value = struct.unpack(">d", raw)[0]
        return Decimal(repr(value)) if value - value == 0 else None
    if kind.startswith("bcd"):
        return _bcd(raw)
    return Decimal(int.from_bytes(raw, "big", signed=kind[0] == "s"))


@lru_cache(maxsize=1024)  # counters are asked more often than they count
def float32_shown(raw: bytes) -> str:
    """Shortest decimal that rounds to this float32: six digits are enough for most, nine for all; "" for no number."""
    (value,) = FLOAT32.unpack(raw)
    if value - value != 0:  # infinite or not a number
        return ""
    for digits in (".6g", ".7g", ".8g"):
        text = format(value, digits)
        try:
            if FLOAT32.pack(float(text)) == raw:
                return text
        except OverflowError:  # rounded up past the largest float32
            continue
    return f"{value:.9g}"


@lru_cache(maxsize=1024)
def float32_number(raw: bytes) -> float:
    """`float32_shown` as the nearest double, without text for 1 to a million: a float32 times 10^7 is exact there."""
    (value,) = FLOAT32.unpack(raw)
    places = bisect(TENS, abs(value))  # before the point
    if 0 < places < len(TENS):
        for digits in (7, 8):  # where six are enough the seventh is a zero
            power = 10.0 ** (digits - places)
            number: float = round(value * power) / power
            if FLOAT32.pack(number) == raw:
                return number
    return float(float32_shown(raw))


def _bcd(raw: bytes) -> Decimal:
    text = raw.hex()
    if not text.isdecimal():
        raise DecodeError(f"{text} is not BCD", hint="is it the right profile?")
    return Decimal(text)


def register_value(
    raw: bytes, register: Register, *, word_order: str, byte_order: str, exponent: int = 0
) -> Decimal | None:
    """The exact value in the register's unit, or None where the meter says that it has none.

    `exponent` is the power of ten of a SunSpec scale factor.
    """
    straight = ordered(raw, word_order=register.word_order or word_order, byte_order=byte_order)
    if register.invalid and int.from_bytes(straight, "big") in register.invalid:
        return None
    value = raw_value(straight, register.type)
    if value is None:
        return None
    if exponent:
        value = value.scaleb(exponent)
    return value * register.scale


def encoded(value: Decimal, register: Register, *, word_order: str, byte_order: str) -> bytes:
    """The words a meter would send for a value; the inverse of `register_value`, for simulated meters."""
    kind, size = register.type, register.words * 2
    number = value / register.scale
    if kind in ("f32", "f64"):
        raw = struct.pack(">f" if kind == "f32" else ">d", float(number))
    elif kind.startswith("bcd"):
        raw = bytes.fromhex(f"{round(number):0{size * 2}d}")
    else:
        raw = round(number).to_bytes(size, "big", signed=kind[0] == "s")
    return ordered(raw, word_order=register.word_order or word_order, byte_order=byte_order)


def text_value(raw: bytes) -> str:
    """Text of string registers: one or two characters per register, padded with blanks or zeros."""
    return "".join(chr(byte) for byte in raw if 32 <= byte < 127).strip()
