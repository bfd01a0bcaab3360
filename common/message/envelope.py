"""The envelope of every message: an 8-byte header and a deflated msgpack array; every limit is checked before parsing.

Header, little-endian: `EB`, version (1 byte), kind (1 byte), size of the msgpack body (4 bytes). Rules for change: a
new field is appended to an array and has a default, readers ignore fields they do not know; all else is a new version,
and a version or kind that is not known is refused with the code `unknown_version` or `unknown_kind`.
"""

import struct
import zlib
from enum import IntEnum
from typing import Any, TypeVar

import msgspec

from common.errors import DecodeError

VERSION = 1
MAGIC = b"EB"
HEADER = struct.Struct("<2sBBI")
PAYLOAD_SIZE_MAX = 256 * 1024
BODY_SIZE_MAX = 1024 * 1024
DEPTH_MAX = 6
ITEMS_MAX = 200_000
LEVEL = 6
RAW_DEFLATE = -15  # no zlib header and sum: the batch digest covers more

_encoder = msgspec.msgpack.Encoder()
T = TypeVar("T")


class MessageKind(IntEnum):
    """The header's kind byte."""

    CATALOG = 1
    BATCH = 2
    RECEIPT = 3
    REJECTION = 4
    STATUS = 5
    HEALTH = 6
    VOID = 7


def seal(kind: MessageKind, message: Any) -> bytes:
    """Bytes of a message. Whoever makes messages larger than the limits has a bug: ValueError."""
    body = _encoder.encode(message)
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW_DEFLATE, 9)
    payload = HEADER.pack(MAGIC, VERSION, kind, len(body)) + deflate.compress(body) + deflate.flush()
    if len(body) > BODY_SIZE_MAX or len(payload) > PAYLOAD_SIZE_MAX:
        raise ValueError(f"a message of {len(body)} bytes ({len(payload)} deflated) is larger than the wire allows")
    return payload


def open_envelope(kind: MessageKind, payload: bytes) -> bytes:
    """The msgpack body of a payload that must be of this kind."""
    if len(payload) > PAYLOAD_SIZE_MAX:
        raise DecodeError(f"{len(payload)} bytes are more than {PAYLOAD_SIZE_MAX}", code="too_large")
    if len(payload) < HEADER.size:
        raise DecodeError("shorter than a header", code="bad_frame")
    magic, version, kind_byte, size = HEADER.unpack_from(payload)
    if magic != MAGIC:
        raise DecodeError("does not start with EB", code="bad_frame")
    if version != VERSION:
        raise DecodeError(f"version {version} is not spoken here, only {VERSION}", code="unknown_version")
    if kind_byte != kind:
        raise DecodeError(f"kind {kind_byte} where {kind.name.lower()} belongs", code="unknown_kind")
    if size > BODY_SIZE_MAX:
        raise DecodeError(f"would unfold to {size} bytes, more than {BODY_SIZE_MAX}", code="too_large")
    body = _inflate(payload, size)
    check_shape(body)
    return body


def unfolded_size(payload: bytes) -> int:
    """The memory that opening a payload may take: what its header says, within the limits, or its own size."""
    if not HEADER.size <= len(payload) <= PAYLOAD_SIZE_MAX:
        return len(payload)
    size: int = HEADER.unpack_from(payload)[3]
    return max(len(payload), size if size <= BODY_SIZE_MAX else 0)


def _inflate(payload: bytes, size: int) -> bytes:
    inflate = zlib.decompressobj(RAW_DEFLATE)
    try:
        body = inflate.decompress(memoryview(payload)[HEADER.size :], size + 1)
    except zlib.error as error:
        raise DecodeError(f"cannot be inflated: {error}") from None
    if len(body) != size or not inflate.eof or inflate.unused_data:
        raise DecodeError("unfolds to another size than its header says")
    return body


def parse(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    """A typed message of a body; every fault of msgspec is a DecodeError."""
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise DecodeError(str(error)) from None


# For msgpack's first bytes 0xC0 to 0xDF: (width of the length that follows, what the length counts, fixed bytes after)
_NONE, _BYTES, _ARRAY, _MAP, _BAD = range(5)
_LAYOUT = (
    (0, _NONE, 0), (0, _BAD, 0), (0, _NONE, 0), (0, _NONE, 0),  # nil, never used, false, true
    (1, _BYTES, 0), (2, _BYTES, 0), (4, _BYTES, 0),  # bin
    (1, _BYTES, 1), (2, _BYTES, 1), (4, _BYTES, 1),  # ext with its type byte
    (0, _NONE, 4), (0, _NONE, 8),  # float
    (0, _NONE, 1), (0, _NONE, 2), (0, _NONE, 4), (0, _NONE, 8),  # unsigned
    (0, _NONE, 1), (0, _NONE, 2), (0, _NONE, 4), (0, _NONE, 8),  # signed
    (0, _NONE, 2), (0, _NONE, 3), (0, _NONE, 5), (0, _NONE, 9), (0, _NONE, 17),  # fixed ext
    (1, _BYTES, 0), (2, _BYTES, 0), (4, _BYTES, 0),  # str
    (2, _ARRAY, 0), (4, _ARRAY, 0), (2, _MAP, 0), (4, _MAP, 0),
)  # fmt: skip


def check_shape(body: bytes) -> None:
    """Walk over msgpack without building anything; too deep, too many items, cut off or trailing bytes are refused."""
    at, size, items = 0, len(body), 0
    left = [1]  # values still to come on each level
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        items += 1
        if at >= size or items > ITEMS_MAX:
            raise DecodeError("cut off" if at >= size else "too many items", code="bad_frame")
        first = body[at]
        at += 1
        if first < 0x80 or first >= 0xE0:
            continue
        if first < 0xA0:
            left.append((first & 15) * (2 if first < 0x90 else 1))
        elif first < 0xC0:
            at += first & 31
        else:
            width, counts, fixed = _LAYOUT[first - 0xC0]
            count = int.from_bytes(body[at : at + width], "big")
            at += width + fixed + (count if counts == _BYTES else 0)
            if counts == _BAD:
                raise DecodeError("not msgpack")
            if counts in (_ARRAY, _MAP):
                left.append(count * (counts - 1))
        if len(left) > DEPTH_MAX:
            raise DecodeError(f"nested deeper than {DEPTH_MAX}", code="too_deep")
    if at != size:
        raise DecodeError("cut off" if at > size else "bytes after the end")
