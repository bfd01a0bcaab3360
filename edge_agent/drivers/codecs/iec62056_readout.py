"""Readouts of IEC 62056-21 (mode C and D) and DSMR P1 telegrams: lines with OBIS codes, checked as a whole; pure."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from common.errors import DecodeError
from edge_agent.drivers.codecs.checksums import block_check, crc16_arc
from edge_agent.drivers.codecs.obis import ObisValue, Readout, split

STX, ETX, ACK, NAK = 0x02, 0x03, 0x06, 0x15
LINE = re.compile(r"([^()\r\n]*)((?:\([^()\r\n]*\))+)")
GROUP = re.compile(r"\(([^()]*)\)")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
DAMAGED = "read again; if it happens often, look at cable and optical head"
UNIT_ONLY = re.compile(r"m3|kWh|Wh|kvarh|GJ")


def without_parity(data: bytes) -> bytes:
    """Seven-bit bytes that came over an eight-bit line (TCP, data call): the parity bit checked and taken off."""
    if not any(byte & 0x80 for byte in data):
        return data
    if any(byte.bit_count() & 1 for byte in data):
        raise DecodeError("the parity of a byte is wrong", hint=DAMAGED)
    return bytes(byte & 0x7F for byte in data)


def decode_p1(telegram: bytes, *, crc: bool = True) -> Readout:
    """A DSMR P1 telegram from `/` to the CRC behind `!`. `crc` is false for meters before DSMR 4, which send none."""
    start, end = telegram.find(b"/"), telegram.rfind(b"!")
    if start < 0 or end < start:
        raise DecodeError("a P1 telegram goes from / to !", hint="copy the whole telegram")
    if telegram[:start].strip():
        raise DecodeError("there are bytes before the /", hint="copy the whole telegram, and one only")
    given = telegram[end + 1 :].strip()
    if crc:
        if not re.fullmatch(rb"[0-9A-Fa-f]{4}", given):
            raise DecodeError("the telegram has no CRC behind !", hint="meters before DSMR 4 send none: --no-crc")
        expected = crc16_arc(telegram[start : end + 1])
        if int(given, 16) != expected:
            raise DecodeError(f"the CRC is {given.decode()} but the bytes give {expected:04X}", hint=DAMAGED)
    elif given:
        raise DecodeError("there are bytes behind the !", hint="copy the whole telegram, and one only")
    head, _, body = _text(telegram[start:end]).partition("\n")
    return _readout(head.strip().removeprefix("/"), body)


def decode_readout(block: bytes, identification: str = "") -> Readout:
    """A mode C or D answer: an identification line if there is one, then STX … ! CR LF ETX BCC, or the lines bare."""
    data = without_parity(block)
    start = data.find(bytes([STX]))
    head = identification
    if start >= 0:
        end = data.find(bytes([ETX]), start)
        if end < 0 or end + 2 > len(data):
            raise DecodeError("the readout ends before its check character", hint=DAMAGED)
        if block_check(data[start + 1 : end + 1]) != data[end + 1]:
            raise DecodeError("the check character does not fit the readout", hint=DAMAGED)
        if data[end + 2 :].strip():
            raise DecodeError("there are bytes behind the check character", hint="copy one readout only")
        head = head or _text(data[:start]).strip().removeprefix("/")
        body = _text(data[start + 1 : end])
    else:
        head_line, _, body = _text(data).partition("\n")
        if not head_line.startswith("/"):
            raise DecodeError("a readout starts with / or STX", hint="copy the whole readout")
        head = head_line.strip().removeprefix("/")
    body, end_mark, rest = body.partition("!")
    if not end_mark or rest.strip():
        raise DecodeError("the readout has no end (!)", hint=DAMAGED)
    return _readout(head, body)


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise DecodeError("the telegram holds bytes that are no text", hint=DAMAGED) from None


def _readout(head: str, body: str) -> Readout:
    values = tuple(_values(body))
    if not values:
        raise DecodeError("the telegram holds no values", hint="is it a readout?")
    number = next((str(value.value) for value in values if _is_number(value.code)), "")
    return Readout(number or head, values, (("identification", head),))


def _is_number(code: str) -> bool:
    """Codes meters give their own number with."""
    return code in ("0.0.0", "0.0", "C.1.0", "1-0:0.0.0*255", "0-0:96.1.0*255", "0-0:96.1.1", "0-0:96.1.0")


def _values(body: str) -> Iterator[ObisValue]:
    code, unit, when = "", "", ""
    for line in body.replace("\r", "").split("\n"):
        if not line.strip():
            continue
        for match in LINE.finditer(line.strip()):
            groups = GROUP.findall(match[2])
            if len(groups) > 2 and UNIT_ONLY.fullmatch(groups[-1]) and split(groups[-2]):
                # DSMR 2 and 3 announce a gas meter's value on one line and give it on the next
                code, unit, when = groups[-2], groups[-1], groups[0]
            elif match[1].strip():
                code, unit, when = match[1].strip(), "", ""
                value = _value(code, groups, match[0])
                if value is not None:
                    yield value
            elif unit:
                number, _ = _number(groups[0])
                yield ObisValue(code, groups[0] if number is None else number, unit, match[0].encode(), when)


def _value(code: str, groups: list[str], raw: str) -> ObisValue | None:
    """The value in a line: the first number with a unit, else the last group; another group is the time it is of."""
    if split(code) is None:
        return None
    at = next((index for index, group in enumerate(groups) if _number(group)[1]), len(groups) - 1)
    number, unit = _number(groups[at])
    when = next((group for index, group in enumerate(groups) if index != at), "")
    return ObisValue(code, groups[at] if number is None else number, unit, raw.encode(), when)


def _number(text: str) -> tuple[Decimal | None, str]:
    digits, _, unit = text.partition("*")
    if not NUMBER.fullmatch(digits) or (
        not unit and "." not in digits and (len(digits) > 15 or digits.startswith("0"))
    ):
        return None, ""
    try:
        return Decimal(digits), unit
    except InvalidOperation:
        return None, ""
