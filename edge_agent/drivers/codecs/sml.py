"""Smart Message Language (SML 1.04) as German meters push it: transport frame, messages, list of values; pure.

A telegram is taken only if the transport CRC, every message's CRC and the structure are right.
"""

from decimal import Decimal
from typing import Any

from common.errors import DecodeError
from edge_agent.drivers.codecs.byte_reader import ByteReader
from edge_agent.drivers.codecs.checksums import crc16_kermit, crc16_x25
from edge_agent.drivers.codecs.cosem_units import UNITS
from edge_agent.drivers.codecs.obis import ObisValue, Readout

ESCAPE = b"\x1b\x1b\x1b\x1b"
START = ESCAPE + b"\x01\x01\x01\x01"
OPEN, LIST, CLOSE = 0x0101, 0x0701, 0x0201
DEPTH_MAX = 16
DAMAGED = "read again; if it happens often, look at cable and optical head"
Value = Any  # bytes, int, bool, list or None, as SML nests them


def telegram_end(data: bytes) -> int:
    """Where the telegram that starts `data` ends; 0 if it has not ended yet."""
    at = len(START)
    while True:
        at = data.find(ESCAPE, at)
        if at < 0 or at + 8 > len(data):
            return 0
        if data[at + 4 : at + 8] == ESCAPE:  # four escape bytes of data
            at += 8
            continue
        if data[at + 4] == 0x1A:
            return at + 8
        at += 1


def decode_sml(data: bytes) -> Readout:
    """The values of the list in one transport frame."""
    if not data.startswith(START):
        raise DecodeError("an SML telegram starts with 1b1b1b1b 01010101", hint="copy the whole telegram")
    end = telegram_end(data)
    if not end:
        raise DecodeError("the telegram does not end (1b1b1b1b 1a)", hint=DAMAGED)
    if end != len(data):
        raise DecodeError("there are bytes behind the telegram", hint="copy one telegram only")
    check = (crc16_x25, crc16_kermit)
    given = int.from_bytes(data[-2:], "big")
    if given not in [checksum(data[:-2]) for checksum in check]:
        raise DecodeError(
            f"the CRC of the telegram is {given:04x} but the bytes give {crc16_x25(data[:-2]):04x}", hint=DAMAGED
        )
    padding = data[-3]
    body = data[len(START) : -8].replace(ESCAPE + ESCAPE, ESCAPE)
    if padding > 3 or padding > len(body):
        raise DecodeError("the telegram says more than 3 bytes of padding", hint=DAMAGED)
    return _readout(_messages(body[: len(body) - padding]))


def _reader(data: bytes) -> ByteReader:
    return ByteReader(data, sentence="the telegram ends inside a value", hint=DAMAGED)


def _messages(data: bytes) -> list[list[Value]]:
    reader = _reader(data)
    messages = []
    while reader.at < len(data):
        if data[reader.at] == 0:  # filler
            reader.at += 1
            continue
        start = reader.at
        message = _value(reader, 0)
        if not isinstance(message, list) or len(message) != 6:
            raise DecodeError("a message does not have six parts", hint=DAMAGED)
        crc_at = reader.at - 1 - _crc_size(data, reader.at)
        given = message[4]
        if given not in [checksum(data[start:crc_at]) for checksum in (crc16_x25, crc16_kermit)]:
            raise DecodeError("the CRC of a message does not fit", hint=DAMAGED)
        messages.append(message)
    return messages


def _crc_size(data: bytes, end: int) -> int:
    """Bytes of the CRC value before the end mark: 63 xx xx, or 62 xx where its high byte is 0."""
    return 3 if end >= 4 and data[end - 4] == 0x63 else 2


def _value(reader: ByteReader, depth: int) -> Value:
    if depth > DEPTH_MAX:
        raise DecodeError("the telegram nests too deeply", hint=DAMAGED)
    head = reader.byte()
    if head == 0:
        return None  # end of message
    kind, length, size = head & 0x70, head & 0x0F, 1
    while head & 0x80:
        head = reader.byte()
        length, size = (length << 4) | (head & 0x0F), size + 1
        if size > 4:
            raise DecodeError("a length has more than four bytes", hint=DAMAGED)
    if kind == 0x70:
        if length > reader.left:
            raise DecodeError("a list is longer than the telegram", hint=DAMAGED)
        return [_value(reader, depth + 1) for _ in range(length)]
    data = reader.take(length - size)
    if kind == 0x00:
        return data or None
    if kind == 0x40:
        return bool(data and data[0])
    if kind in (0x50, 0x60) and len(data) in range(1, 9):
        return int.from_bytes(data, "big", signed=kind == 0x50)
    raise DecodeError(f"type {head:02x} is unknown", hint=DAMAGED)


def _readout(messages: list[list[Value]]) -> Readout:
    for message in messages:
        choice = message[3]
        if isinstance(choice, list) and len(choice) == 2 and choice[0] == LIST:
            return _list(choice[1])
    raise DecodeError("the telegram holds no list of values", hint="is it the push of a meter?")


def _list(body: Value) -> Readout:
    if not isinstance(body, list) or len(body) != 7 or not isinstance(body[4], list):
        raise DecodeError("the list of values has another shape", hint=DAMAGED)
    server = body[1].hex() if isinstance(body[1], bytes) else ""
    values = tuple(_entry(entry) for entry in body[4])
    return Readout(server, values, (("server_id", server), ("sensor_time", _sensor_time(body[3]))))


def _sensor_time(value: Value) -> str:
    """Seconds of the meter's own clock, which may count from its start or from 1970."""
    return str(value[1]) if isinstance(value, list) and len(value) == 2 and isinstance(value[1], int) else ""


def _entry(entry: Value) -> ObisValue:
    if not isinstance(entry, list) or len(entry) != 7 or not isinstance(entry[0], bytes) or len(entry[0]) != 6:
        raise DecodeError("an entry of the list has another shape", hint=DAMAGED)
    name, _, _, unit, scaler, value = entry[:6]
    code = f"{name[0]}-{name[1]}:{name[2]}.{name[3]}.{name[4]}*{name[5]}"
    raw = value if isinstance(value, bytes) else str(value).encode()
    if isinstance(value, int) and not isinstance(value, bool):
        power = scaler if isinstance(scaler, int) else 0
        if not -20 <= power <= 20:
            raise DecodeError(f"a scaler of {power} is impossible", hint=DAMAGED)
        return ObisValue(code, Decimal(value).scaleb(power), UNITS.get(unit, ""), raw)
    return ObisValue(code, _text(value), "", raw)


def _text(value: Value) -> str:
    """Bytes that are text as text, others in hexadecimal."""
    if not isinstance(value, bytes):
        return "" if value is None else str(value).lower()
    text = value.decode("latin-1")
    return text if text.isascii() and text.isprintable() else value.hex()
