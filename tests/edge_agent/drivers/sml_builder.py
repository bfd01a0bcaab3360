"""Builds SML telegrams, so that tests own what they decode."""

from edge_agent.drivers.codecs.checksums import crc16_x25
from edge_agent.drivers.codecs.sml import ESCAPE, START


def octets(data: bytes) -> bytes:
    """An octet string; long ones have two bytes of length."""
    size = len(data) + 1
    return bytes([size]) + data if size < 16 else bytes([0x80 | (size + 1) >> 4, (size + 1) & 0x0F]) + data


def unsigned(value: int, size: int) -> bytes:
    return bytes([0x60 | size + 1]) + value.to_bytes(size, "big")


def signed(value: int, size: int) -> bytes:
    return bytes([0x50 | size + 1]) + value.to_bytes(size, "big", signed=True)


def sequence(*parts: bytes) -> bytes:
    return bytes([0x70 | len(parts)]) + b"".join(parts)


NOTHING = b"\x01"


def entry(code: bytes, value: bytes, unit: int = 0, scaler: int = 0) -> bytes:
    unit_part = unsigned(unit, 1) if unit else NOTHING
    return sequence(octets(code), NOTHING, NOTHING, unit_part, signed(scaler, 1) if unit else NOTHING, value, NOTHING)


def message(choice: int, body: bytes) -> bytes:
    """A message with its own CRC."""
    head = bytes([0x76]) + octets(b"\x01\x02") + unsigned(0, 1) + unsigned(0, 1)
    head += sequence(unsigned(choice, 2), body)
    return head + bytes([0x63]) + crc16_x25(head).to_bytes(2, "big") + b"\x00"


def telegram(*entries: bytes, server: bytes = b"\x0a\x01ISK\x00\x01\x02\x03\x04") -> bytes:
    """A transport frame with the list of values between an open and a close message."""
    values = bytes([0x70 | len(entries)]) + b"".join(entries)
    listing = sequence(
        NOTHING, octets(server), NOTHING, sequence(unsigned(1, 1), unsigned(7, 4)), values, NOTHING, NOTHING
    )
    opening = sequence(NOTHING, NOTHING, octets(b"\x01"), octets(server), NOTHING, NOTHING)
    body = message(0x0101, opening) + message(0x0701, listing) + message(0x0201, sequence(NOTHING))
    padding = -len(body) % 4
    body = (body + bytes(padding)).replace(ESCAPE, ESCAPE + ESCAPE)
    frame = START + body + ESCAPE + bytes([0x1A, padding])
    return frame + crc16_x25(frame).to_bytes(2, "big")
