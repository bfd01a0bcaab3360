"""M-Bus link layer (EN 13757-2): frames on the wire; pure.

ACK is one byte, short frames ask, long frames carry data. A frame is taken only if both lengths, start and stop
bytes and the checksum are right.
"""

from dataclasses import dataclass

from common.errors import DecodeError

ACK = b"\xe5"
START_LONG, START_SHORT, STOP = 0x68, 0x10, 0x16
SND_NKE, SND_UD, REQ_UD2, REQ_UD1, RSP_UD = 0x40, 0x53, 0x5B, 0x5A, 0x08
FCB = 0x20
BROADCAST, SELECTED = 0xFF, 0xFD
RSP_MASK = 0xCF  # an answer may carry the access-demand and data-flow bits


@dataclass(frozen=True, slots=True)
class LongFrame:
    """Control, address and CI field, and what follows them."""

    control: int
    address: int
    ci: int
    data: bytes


def short_frame(control: int, address: int) -> bytes:
    """A request of five bytes."""
    return bytes((START_SHORT, control, address, (control + address) & 0xFF, STOP))


def long_frame(control: int, address: int, ci: int, data: bytes) -> bytes:
    """A frame that carries data."""
    body = bytes((control, address, ci)) + data
    return bytes((START_LONG, len(body), len(body), START_LONG)) + body + bytes((sum(body) & 0xFF, STOP))


def frame_length(head: bytes) -> int | None:
    """How long the frame that starts with `head` is; None until four bytes are known, 0 if it is no frame."""
    if not head:
        return None
    if head[0] == ACK[0]:
        return 1
    if head[0] == START_SHORT:
        return 5
    if head[0] != START_LONG:
        return 0
    if len(head) < 4:
        return None
    return head[1] + 6 if head[1] == head[2] and head[3] == START_LONG and head[1] >= 3 else 0


def parse_frame(data: bytes) -> LongFrame:
    """The long frame in exactly these bytes; DecodeError says what is damaged."""
    hint = "copy the whole frame, from 68 to 16"
    if len(data) < 9:
        raise DecodeError(f"{len(data)} bytes are too few for an M-Bus data frame", hint=hint)
    if data[0] != START_LONG or data[3] != START_LONG:
        raise DecodeError(f"the frame starts with {data[:4].hex(' ')}, not with 68 L L 68", hint=hint)
    if data[1] != data[2]:
        raise DecodeError(
            f"the two length bytes differ: {data[1]} and {data[2]}", hint="the frame is damaged: read again"
        )
    if len(data) != data[1] + 6:
        raise DecodeError(f"the frame says {data[1] + 6} bytes but has {len(data)}", hint=hint)
    if data[-1] != STOP:
        raise DecodeError(f"the frame ends with {data[-1]:02x}, not with 16", hint=hint)
    body = data[4:-2]
    if sum(body) & 0xFF != data[-2]:
        raise DecodeError(
            f"the checksum is {data[-2]:02x} but the bytes add up to {sum(body) & 0xFF:02x}",
            hint="the frame is damaged: read again; if it happens often, look at the wiring",
        )
    return LongFrame(body[0], body[1], body[2], body[3:])
