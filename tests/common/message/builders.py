"""Catalogs, rows and payloads for tests of the wire."""

import zlib
from array import array

import msgspec
import pytest

from common.errors import DecodeError
from common.message import (
    Catalog,
    Channel,
    Codec,
    Down,
    Health,
    Lane,
    Receipt,
    Rejection,
    Rows,
    Status,
    Up,
    Void,
    decode,
    encode,
)
from common.message.envelope import HEADER, MAGIC, VERSION, MessageKind

GATEWAY = "gw-0001"
BYTES_PER_READING_MAX = 4


def catalog(channels: int = 3, *, base: int = 0, epoch: int = 7, version: int = 1) -> Catalog:
    return Catalog(epoch, version, tuple(Channel(f"m{n}", "import", "kWh", "index", base) for n in range(channels)))


def rows(*readings: tuple[int, int, int, int], quality: int = 0, time_quality: int = 0) -> Rows:
    """Rows from (sequence, channel, at_ms, value)."""
    sequence, channel, at_ms, value = (array("q", column) for column in zip(*readings, strict=True))
    return Rows(
        sequence, channel, at_ms, value, bytes([quality]) * len(readings), bytes([time_quality]) * len(readings)
    )


def packed(body: object, *, kind: int = MessageKind.BATCH, size: int | None = None, version: int = VERSION) -> bytes:
    """A payload around any msgpack body."""
    raw = body if isinstance(body, bytes) else msgspec.msgpack.encode(body)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    header = HEADER.pack(MAGIC, version, kind, len(raw) if size is None else size)
    return header + deflate.compress(raw) + deflate.flush()


def code_of(payload: bytes, kind: Up | Down = Up.LIVE) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(kind, payload)
    return caught.value.code


EXAMPLES: list[tuple[Up | Down, bytes]] = [
    (Up.CATALOG, encode(catalog())),
    (Up.LIVE, Codec(GATEWAY, catalog()).encode(Lane.LIVE, rows((1, 0, 0, 5), (2, 1, 60_000, 700_000)))),
    (Up.VOID, encode(Void(7, ((1, 3),), "thinned"))),
    (Up.STATUS, encode(Status("online", "energy-edge 1", "boot", 7, 1, ((7, 3),)))),
    (Up.HEALTH, encode(Health(1, 2, 3, 4, 5, 6, "ok", 0, 0, 0, 0))),
    (Down.RECEIPT, encode(Receipt(7, 5, 9, ((6, 6),), 100, 12345, send_catalog=True, resend=((1, 2),)))),
    (Down.REJECTION, encode(Rejection("bad_frame", "why", "live", 7, 1, 2))),
]
