"""DLMS/COSEM application layer: what is asked, and data as meters answer it (IEC 62056-5-3, A-XDR); pure.

Logical names, no ciphering, with or without a password (low level security).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from common.errors import DecodeError
from edge_agent.drivers.codecs.byte_reader import ByteReader
from edge_agent.drivers.modbus_words import raw_value

DAMAGED = "the answer is damaged or of another kind: read again"
DEPTH_MAX = 12
LONG_MAX = 1_000_000
APPLICATION_CONTEXT = bytes.fromhex("a109060760857405080101")  # logical names, no ciphering
INITIATE = bytes.fromhex("01000000065f1f0400007e1f04b0")
LOW_LEVEL = bytes.fromhex("8a0207808b0760857405080201")  # asks for a password
INVOKE = 0xC1
INTEGERS = {
    # tag: (bytes, signed)
    5: (4, True),
    6: (4, False),
    15: (1, True),
    16: (2, True),
    17: (1, False),
    18: (2, False),
    20: (8, True),
    21: (8, False),
    22: (1, False),
}
ACCESS_RESULTS = {
    1: "hardware fault",
    2: "temporary failure",
    3: "reading it is not allowed",
    4: "there is no such object",
    9: "the object is of another class",
    11: "the object is not available",
    12: "the type does not match",
    13: "it is out of reach for this client",
    14: "the data is not available",
    250: "other reason",
}
ASSOCIATION_RESULTS = {
    1: "no reason given",
    2: "it does not know this application context",
    11: "it does not know this kind of authentication",
    12: "it wants a password",
    13: "the password is wrong",
    14: "it wants authentication",
}


class AccessRefusedError(DecodeError):
    """The meter answers that it will not or cannot; not damage."""

    code = "meter_refused"


@dataclass(frozen=True, slots=True)
class GetResponse:
    """A GET response: data, or one block of it (`block` > 0) that is the last or not."""

    data: bytes
    block: int = 0
    last: bool = True


def associate(password: bytes = b"") -> bytes:
    """AARQ: ask for an association."""
    security = LOW_LEVEL + bytes((0xAC, len(password) + 2, 0x80, len(password))) + password if password else b""
    body = APPLICATION_CONTEXT + security + bytes((0xBE, len(INITIATE) + 2, 0x04, len(INITIATE))) + INITIATE
    return bytes((0x60, len(body))) + body


def check_association(apdu: bytes) -> None:
    """AccessRefusedError with the reason if the meter did not accept."""
    number = association_result(apdu)
    if number:
        text = ASSOCIATION_RESULTS.get(number, f"reason {number}")
        raise AccessRefusedError(f"the meter refuses the association: {text}", hint="check client number and password")


def association_result(apdu: bytes) -> int:
    """0 if the meter accepted, else its reason."""
    if apdu[:1] != b"\x61":
        raise DecodeError("the meter does not answer to the association", hint=DAMAGED)
    fields = dict(_ber(apdu[2 : 2 + apdu[1]]) if len(apdu) > 1 else [])
    result, reason = fields.get(0xA2, b""), fields.get(0xA3, b"")
    if len(result) != 3:
        raise DecodeError("the answer to the association has no result", hint=DAMAGED)
    return 0 if result[2] == 0 else (reason[-1] if reason else 1) or 1


def get(class_id: int, obis: bytes, attribute: int, selection: bytes = b"") -> bytes:
    """GET-Request-Normal of one attribute."""
    access = b"\x01" + selection if selection else b"\0"
    return bytes((0xC0, 1, INVOKE)) + class_id.to_bytes(2, "big") + obis + bytes((attribute,)) + access


def get_next(block: int) -> bytes:
    """Ask for the block after this one."""
    return bytes((0xC0, 2, INVOKE)) + block.to_bytes(4, "big")


def get_response(apdu: bytes) -> GetResponse:
    """The data of a GET response; AccessRefusedError with the reason."""
    if apdu[:1] == b"\xd8":
        raise AccessRefusedError(
            "the meter answers with an exception", hint="is the association still there? read again"
        )
    if len(apdu) < 4 or apdu[0] != 0xC4:
        raise DecodeError("the answer is no GET response", hint=DAMAGED)
    if apdu[1] == 1:
        if apdu[3] == 0:
            return GetResponse(apdu[4:])
        _refuse(apdu[4] if len(apdu) > 4 else 250)
    if apdu[1] == 2 and len(apdu) >= 10:
        last, block = bool(apdu[3]), int.from_bytes(apdu[4:8], "big")
        if apdu[8] != 0:
            _refuse(apdu[9])
        reader = _reader(apdu, 9)
        return GetResponse(reader.take(_length(reader)), block, last)
    raise DecodeError(f"a GET response of kind {apdu[1]} is unknown", hint=DAMAGED)


def _refuse(number: int) -> None:
    text = ACCESS_RESULTS.get(number, f"result {number}")
    raise AccessRefusedError(f"the meter refuses: {text}", hint="is it the right profile, and may this client read it?")


def decode(data: bytes) -> Any:
    """A-XDR data: ints, Decimals, bytes, texts, lists; DecodeError if it is not whole or something is left."""
    reader = _reader(data)
    value = _value(reader, 0)
    if reader.at != len(data):
        raise DecodeError("there are bytes behind the data", hint=DAMAGED)
    return value


def range_selection(since: datetime, until: datetime) -> bytes:
    """Rows of a load profile between two instants (access selector 1, by its clock)."""
    clock = bytes.fromhex("020412000809060000010000ff0f02120000")
    return b"\x01\x02\x04" + clock + _octets(date_time(since)) + _octets(date_time(until)) + b"\x01\x00"


def date_time(instant: datetime) -> bytes:
    """Twelve bytes, in UTC."""
    moment = instant.astimezone(UTC)
    head = moment.year.to_bytes(2, "big") + bytes((moment.month, moment.day, moment.isoweekday()))
    return head + bytes((moment.hour, moment.minute, moment.second, 0)) + bytes((0, 0, 0))


def as_instant(data: bytes) -> datetime | None:
    """The instant of twelve bytes; None if a part is not given."""
    if len(data) != 12 or data[:2] == b"\xff\xff" or 0xFF in data[2:4] or 0xFF in data[5:7]:
        return None
    deviation = int.from_bytes(data[9:11], "big", signed=True)
    second = 0 if data[7] == 0xFF else data[7]
    try:
        zone = UTC if deviation == -0x8000 else timezone(timedelta(minutes=-deviation))
        instant = datetime(int.from_bytes(data[:2], "big"), data[2], data[3], data[5], data[6], second, tzinfo=zone)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _reader(data: bytes, at: int = 0) -> ByteReader:
    return ByteReader(data, at, sentence="the data ends too early", hint=DAMAGED)


def _length(reader: ByteReader) -> int:
    first = reader.byte()
    if first < 0x80:
        return first
    length = int.from_bytes(reader.take(first & 0x7F), "big")
    if length > LONG_MAX:
        raise DecodeError("a length is impossible", hint=DAMAGED)
    return length


def _value(reader: ByteReader, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise DecodeError("the data nests too deeply", hint=DAMAGED)
    kind = reader.byte()
    if kind == 0:
        return None
    if kind in (1, 2):
        count = _length(reader)
        if count > reader.left:
            raise DecodeError("a list is longer than the data", hint=DAMAGED)
        return [_value(reader, depth + 1) for _ in range(count)]
    if kind == 3:
        return bool(reader.byte())
    if kind == 4:
        return reader.take((_length(reader) + 7) // 8)
    if kind in INTEGERS:
        size, signed = INTEGERS[kind]
        return int.from_bytes(reader.take(size), "big", signed=signed)
    if kind in (9, 10, 12, 13):
        data = reader.take(_length(reader) if kind != 13 else 1)
        return data if kind in (9, 13) else data.decode("utf-8", errors="replace")
    if kind in (23, 24):
        return raw_value(reader.take(4), "f32") if kind == 23 else raw_value(reader.take(8), "f64")
    if kind in (25, 26, 27):
        return reader.take({25: 12, 26: 5, 27: 4}[kind])
    raise DecodeError(f"type {kind} is unknown", hint=DAMAGED)


def _octets(data: bytes) -> bytes:
    return bytes((9, len(data))) + data


def _ber(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each field."""
    fields, at = [], 0
    while at + 2 <= len(data):
        size = data[at + 1]
        fields.append((data[at], data[at + 2 : at + 2 + size]))
        at += 2 + size
    return fields
