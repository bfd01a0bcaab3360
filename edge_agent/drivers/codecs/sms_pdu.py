"""Short messages in PDU form (3GPP TS 23.040): what a modem stores, as sender, time and text; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from common.errors import DecodeError
from edge_agent.drivers.codecs.byte_reader import ByteReader

GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_MORE = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
ESCAPE = 0x1B
SEMI_OCTETS = "0123456789*#abc"
DAMAGED = "the stored message is damaged or of another kind: delete it on the modem"
TEXT_MAX = 160


@dataclass(frozen=True, slots=True)
class SmsPart:
    """One short message; long texts come in several with the same reference."""

    sender: str
    sent_at: datetime
    text: str
    reference: int = 0
    parts: int = 1
    part: int = 1


def decode_deliver(pdu: bytes) -> SmsPart:
    """A received message (SMS-DELIVER) with its service centre in front, as modems list it."""
    reader = _reader(pdu)
    reader.take(reader.byte())  # service centre
    first = reader.byte()
    if first & 0x03:
        raise DecodeError("this is no received message", hint=DAMAGED)
    sender = _address(reader)
    reader.byte()  # protocol
    coding = reader.byte()
    sent_at = _time(reader.take(7))
    length = reader.byte()
    data = reader.take(reader.left)
    header = data[: data[0] + 1] if first & 0x40 and data else b""
    reference, parts, number = _concatenation(header)
    return SmsPart(sender, sent_at, _text(data, length, coding, len(header)), reference, parts, number)


def whole_messages(parts: Iterable[tuple[int, SmsPart]]) -> Iterator[tuple[list[int], SmsPart]]:
    """Whole messages from (index, part) pairs, with all their indices; incomplete ones wait for the rest."""
    waiting: dict[tuple[str, int, int], dict[int, tuple[int, SmsPart]]] = {}
    for index, sms in parts:
        if sms.parts <= 1:
            yield [index], sms
            continue
        group = waiting.setdefault((sms.sender, sms.reference, sms.parts), {})
        group[sms.part] = (index, sms)
        if len(group) == sms.parts:
            ordered = [group[number] for number in sorted(group)]
            text = "".join(fragment.text for _, fragment in ordered)
            yield [number for number, _ in ordered], SmsPart(sms.sender, ordered[0][1].sent_at, text)
            group.clear()


def encode_submit(number: str, text: str) -> tuple[str, int]:
    """A message to send: hexadecimal text and the length that AT+CMGS wants. GSM letters only, one message."""
    septets = _septets(text)
    if len(septets) > TEXT_MAX:
        raise DecodeError(f"{len(text)} characters do not fit into one message", hint="160 at most")
    digits = number.removeprefix("+")
    body = bytes((0x11, 0x00, len(digits), 0x91 if number.startswith("+") else 0x81)) + _swapped(digits)
    body += bytes((0x00, 0x00, 0xAA, len(septets))) + _packed(septets)
    return (b"\0" + body).hex().upper(), len(body)


def _reader(pdu: bytes) -> ByteReader:
    return ByteReader(pdu, sentence="the message ends too early", hint=DAMAGED)


def _address(reader: ByteReader) -> str:
    """A number, or the letters some operators send instead."""
    length, kind = reader.byte(), reader.byte()
    data = reader.take((length + 1) // 2)
    if kind & 0x70 == 0x50:
        return _letters(_unpacked(data, length * 4 // 7, 0))
    digits = "".join(SEMI_OCTETS[nibble] for byte in data for nibble in (byte & 0x0F, byte >> 4) if nibble < 15)
    return ("+" if kind & 0x70 == 0x10 else "") + digits[:length]


def _time(data: bytes) -> datetime:
    """When the service centre took the message, in UTC."""
    numbers = [(byte & 0x0F) * 10 + (byte >> 4) for byte in data[:6]]
    quarter_hours = (data[6] & 0x07) * 10 + (data[6] >> 4)
    offset = timedelta(minutes=15 * quarter_hours * (-1 if data[6] & 0x08 else 1))
    year, month, day, hour, minute, second = numbers
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise DecodeError("the message has no possible time", hint=DAMAGED) from None


def _concatenation(header: bytes) -> tuple[int, int, int]:
    """Reference, number of parts and part from a user data header."""
    at = 1
    while at + 2 <= len(header):
        kind, size = header[at], header[at + 1]
        body = header[at + 2 : at + 2 + size]
        if kind == 0x00 and len(body) == 3:
            return body[0], max(1, body[1]), body[2]
        if kind == 0x08 and len(body) == 4:
            return int.from_bytes(body[:2], "big"), max(1, body[2]), body[3]
        at += 2 + size
    return 0, 1, 1


def _text(data: bytes, length: int, coding: int, header: int) -> str:
    """The text behind the header: 7-bit letters, UCS-2 or bytes."""
    alphabet = coding & 0x0C if coding & 0xC0 != 0xC0 else (0x08 if coding & 0xF0 == 0xE0 else coding & 0x04)
    if coding & 0xF0 in (0xC0, 0xD0):
        alphabet = 0
    if alphabet == 0:
        skipped = (header * 8 + 6) // 7
        if length < skipped or len(data) * 8 // 7 < length:
            raise DecodeError("the message is shorter than it says", hint=DAMAGED)
        return _letters(_unpacked(data, length, 0)[skipped:])
    if len(data) < length:
        raise DecodeError("the message is shorter than it says", hint=DAMAGED)
    body = data[header:length]
    return body.decode("utf-16-be", errors="replace") if alphabet == 0x08 else body.decode("latin-1")


def _unpacked(data: bytes, count: int, skip_bits: int) -> list[int]:
    number = int.from_bytes(data, "little") >> skip_bits
    return [(number >> (7 * index)) & 0x7F for index in range(count)]


def _packed(septets: list[int]) -> bytes:
    number = sum(septet << (7 * index) for index, septet in enumerate(septets))
    return number.to_bytes((7 * len(septets) + 7) // 8, "little")


def _letters(septets: list[int]) -> str:
    text, more = [], False
    for septet in septets:
        if more:
            text.append(GSM7_MORE.get(septet, " "))
            more = False
        elif septet == ESCAPE:
            more = True
        else:
            text.append(GSM7[septet])
    return "".join(text)


def _septets(text: str) -> list[int]:
    septets: list[int] = []
    back = {letter: code for code, letter in GSM7_MORE.items()}
    for letter in text:
        if letter in back:
            septets += [ESCAPE, back[letter]]
        elif letter in GSM7 and letter != "\x1b":
            septets.append(GSM7.index(letter))
        else:
            raise DecodeError(f"{letter!r} is no letter of the GSM alphabet", hint="write the request without it")
    return septets


def _swapped(digits: str) -> bytes:
    padded = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2)))
