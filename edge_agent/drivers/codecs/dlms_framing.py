"""The two ways DLMS travels: the TCP wrapper (IEC 62056-4-7) and HDLC (IEC 62056-46); pure.

A frame is taken only if its lengths, addresses and (HDLC) both checksums are right.
"""

import struct
from dataclasses import dataclass

from common.errors import DecodeError
from edge_agent.drivers.codecs.checksums import crc16_x25

WRAPPER = struct.Struct(">HHHH")
VERSION = 1
FLAG = 0x7E
SNRM, UA, DISC, RR = 0x93, 0x73, 0x53, 0x11
SEGMENTED = 0x0800
LLC_ASK, LLC_ANSWER = b"\xe6\xe6\x00", b"\xe6\xe7\x00"
DAMAGED = "the answer is damaged: read again; if it happens often, look at the line"


def wrap(apdu: bytes, client: int, server: int) -> bytes:
    """An APDU for TCP."""
    return WRAPPER.pack(VERSION, client, server, len(apdu)) + apdu


def unwrap(buffer: bytes, client: int, server: int) -> tuple[bytes | None, bytes]:
    """(APDU or None to wait for more, what is left); DecodeError if it is not for this association."""
    if len(buffer) < WRAPPER.size:
        return None, buffer
    version, source, target, length = WRAPPER.unpack_from(buffer)
    if version != VERSION:
        raise DecodeError(
            "the bytes are no DLMS wrapper", hint="is it the right port (usually 4059), or HDLC over TCP?"
        )
    end = WRAPPER.size + length
    if len(buffer) < end:
        return None, buffer
    if (source, target) != (server, client):
        raise DecodeError(f"an answer from {source} to {target}, not from {server} to {client}", hint=DAMAGED)
    return buffer[WRAPPER.size : end], buffer[end:]


@dataclass(frozen=True, slots=True)
class Frame:
    """One HDLC frame."""

    control: int
    info: bytes
    segmented: bool = False


def server_address(logical: int, physical: int) -> bytes:
    """One byte, two or four, whatever the numbers need."""
    if not physical:
        return bytes((logical << 1 | 1,))
    if logical < 0x80 and physical < 0x80:
        return bytes((logical << 1, physical << 1 | 1))
    return bytes((logical >> 6 & 0xFE, logical << 1 & 0xFE, physical >> 6 & 0xFE, physical << 1 & 0xFE | 1))


def build(target: bytes, source: bytes, control: int, info: bytes = b"") -> bytes:
    """An HDLC frame with its checksums."""
    length = 2 + len(target) + len(source) + 1 + 2 + (len(info) + 2 if info else 0)
    head = (0xA000 | length).to_bytes(2, "big") + target + source + bytes((control,))
    body = head + crc16_x25(head).to_bytes(2, "big")
    if info:
        body += info
        body += crc16_x25(body).to_bytes(2, "big")
    return bytes((FLAG,)) + body + bytes((FLAG,))


def cut(buffer: bytes, target: bytes, source: bytes) -> tuple[Frame | None, bytes]:
    """(the first whole frame to `target` from `source`, what is left); frames of others and noise are skipped."""
    while True:
        start = buffer.find(FLAG)
        if start < 0:
            return None, b""
        buffer = buffer[start:]
        if len(buffer) < 3:
            return None, buffer
        length = int.from_bytes(buffer[1:3], "big")
        size = length & 0x07FF
        if length & 0xF000 != 0xA000 or size < 7:
            buffer = buffer[1:]
            continue
        if len(buffer) < size + 2:
            return None, buffer
        frame = _frame(buffer[1 : size + 1], target, source, segmented=bool(length & SEGMENTED))
        if frame is not None and buffer[size + 1] == FLAG:
            return frame, buffer[size + 1 :]
        buffer = buffer[1:]


def _frame(body: bytes, target: bytes, source: bytes, *, segmented: bool) -> Frame | None:
    """A frame if it is sound and for us."""
    if body[2 : 2 + len(target) + len(source)] != target + source:
        return None
    head = 2 + len(target) + len(source) + 1
    if len(body) < head + 2 or crc16_x25(body[:head]) != int.from_bytes(body[head : head + 2], "big"):
        return None
    if len(body) == head + 2:
        return Frame(body[head - 1], b"", segmented)
    if crc16_x25(body[:-2]) != int.from_bytes(body[-2:], "big"):
        return None
    return Frame(body[head - 1], body[head + 2 : -2], segmented)
