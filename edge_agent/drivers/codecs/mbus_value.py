"""M-Bus data types (EN 13757-3, annex A): bytes to exact values; pure.

Integers and BCD (A, B, C), bits (D, as a number) and reals (H) stay exact, a real with the exact decimal of its bits.
Dates and times (F, G, I, J) are printed field by field as the meter sent them; one that is marked or known to be none
is returned as not valid. Type K (daylight saving) is a sentence. Type E is the unit byte of the fixed structure. Types
L (listening windows) and M (date and time of variable length) come as their bytes, named by the record, with the unit
`raw`.
"""

import struct
from dataclasses import dataclass
from decimal import Decimal

from common.errors import DecodeError

Number = Decimal | str | None
INVALID_TIME = "1900-01-00T00:00:00Z"  # no such day: cannot be taken for a real one


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a text (dates, strings, hexadecimal of what only the maker knows) or nothing.

    `unit` is set where the data, not the VIF, decides it.
    """

    value: Number
    valid: bool = True
    unit: str | None = None


def integer(data: bytes, *, signed: bool = True) -> Value:
    """Type B or C, low byte first. The most negative number of type B means "no value"."""
    number = int.from_bytes(data, "little", signed=signed)
    is_none = signed and len(data) > 1 and number == -(1 << (8 * len(data) - 1))
    return Value(Decimal(number), valid=not is_none)


def bcd(data: bytes) -> Value:
    """Type A, low byte first; a leading F is a minus, other letters are the meter's way to show an error."""
    digits = data[::-1].hex()
    sign = ""
    if digits[:1] == "f":
        sign, digits = "-", digits[1:]
    if not digits.isdecimal():
        return Value(data[::-1].hex().upper(), valid=False)
    return Value(Decimal(sign + digits))


def real(data: bytes) -> Value:
    """Type H, IEEE 754 single, as the exact decimal of its bits."""
    number = struct.unpack("<f", data)[0]
    if number - number != 0:
        return Value(None, valid=False)
    return Value(Decimal(number))


def date(data: bytes) -> Value:
    """Type G."""
    day, month = data[0] & 0x1F, data[1] & 0x0F
    year = _year((data[0] >> 5) | ((data[1] >> 4) << 3), 0)
    return Value(f"{year:04d}-{month:02d}-{day:02d}", valid=_is_day(day, month))


def date_time(data: bytes) -> Value:
    """Type F: to the minute."""
    if data[0] & 0x80:
        return Value(INVALID_TIME, valid=False)
    minute, hour, century = data[0] & 0x3F, data[1] & 0x1F, (data[1] >> 5) & 0x03
    day, month = data[2] & 0x1F, data[3] & 0x0F
    year = _year((data[2] >> 5) | ((data[3] >> 4) << 3), century)
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00Z"
    return Value(text, valid=_is_day(day, month) and hour < 24 and minute < 60)


def date_time_s(data: bytes) -> Value:
    """Type I: to the second."""
    if data[1] & 0x80:
        return Value(INVALID_TIME, valid=False)
    second, minute, hour = data[0] & 0x3F, data[1] & 0x3F, data[2] & 0x1F
    day, month = data[3] & 0x1F, data[4] & 0x0F
    year = _year((data[3] >> 5) | ((data[4] >> 4) << 3), 0)
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}Z"
    return Value(text, valid=_is_day(day, month) and hour < 24 and minute < 60 and second < 60)


def time_of_day(data: bytes) -> Value:
    """Type J."""
    second, minute, hour = data[0] & 0x3F, data[1] & 0x3F, data[2] & 0x1F
    return Value(f"{hour:02d}:{minute:02d}:{second:02d}", valid=hour < 24 and minute < 60 and second < 60)


def daylight_saving(data: bytes) -> Value:
    """Type K: from when to when clocks are how far ahead. Laid out as public decoders of EN 13757-3:2018 read it."""
    begin = f"{data[3] & 0x0F:02d}-{data[1] & 0x1F:02d} {data[0] & 0x1F:02d}:00"
    end = f"{data[3] >> 4:02d}-{data[2] & 0x1F:02d}"
    ahead_h = (data[2] >> 5 & 0x03) * (1 if data[2] & 0x80 else -1)
    east_h = data[0] >> 5 | (data[1] >> 5 & 0x03) << 3
    zone = f", local time UTC+{east_h} h" if east_h < 24 else ""
    days = _is_day(data[1] & 0x1F, data[3] & 0x0F) and _is_day(data[2] & 0x1F, data[3] >> 4)
    switch = "on" if data[1] & 0x80 else "off"
    return Value(f"{switch}, from {begin} to {end} {ahead_h:+d} h{zone}", valid=days and data[0] & 0x1F < 24)


def undecoded(data: bytes) -> Value:
    """A type that is named but not taken apart: its bytes."""
    return Value(raw(data).value, unit="raw")


def text(data: bytes) -> Value:
    """A string comes last character first."""
    return Value(data[::-1].decode("latin-1").rstrip("\0"))


def raw(data: bytes) -> Value:
    """What only the maker knows."""
    return Value(data.hex(" ").upper())


def variable_length(lvar: int) -> tuple[int, str]:
    """Bytes that follow an LVAR, and what they are: text, bcd, minus (negative BCD), binary."""
    if lvar <= 0xBF:
        return lvar, "text"
    if lvar <= 0xC9:
        return lvar - 0xC0, "bcd"
    if 0xD0 <= lvar <= 0xD9:
        return lvar - 0xD0, "minus"
    if 0xE0 <= lvar <= 0xEF:
        return lvar - 0xE0, "binary"
    if 0xF0 <= lvar <= 0xF4:
        return 4 * (lvar - 0xEC), "binary"
    if lvar in (0xF5, 0xF6):
        return (48, 64)[lvar - 0xF5], "binary"
    raise DecodeError(f"a variable length of {lvar:02x} is reserved", hint="the frame is damaged: read again")


def variable(data: bytes, kind: str) -> Value:
    """A value whose length stood before it."""
    if kind == "text":
        return text(data)
    if kind == "binary":
        return raw(data)
    number = bcd(data)
    if kind == "minus" and isinstance(number.value, Decimal):
        return Value(-number.value)
    return number


def _year(two_digits: int, century: int) -> int:
    """Years to 80 are of this century where the meter does not say which."""
    if century == 0 and two_digits <= 80:
        return 2000 + two_digits
    return 1900 + 100 * century + two_digits


def _is_day(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12
