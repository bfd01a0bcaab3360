"""What gateway and cloud say to each other over MQTT 5: topics, envelopes, messages; told for people in docs/wire.md.

`encode` makes the payload of any message but a batch (`Codec.encode` does that); `decode` reads any payload and raises
nothing but DecodeError, whatever the bytes.
"""

from typing import Any

import msgspec

from common.errors import DecodeError
from common.message.batch import ROWS_MAX, SEQUENCE_MAX, Batch, Codec, Lane, Rows
from common.message.catalog import CHANNELS_MAX, EPOCH_MAX, Catalog, Channel, check_catalog, extends
from common.message.envelope import (
    BODY_SIZE_MAX,
    DEPTH_MAX,
    PAYLOAD_SIZE_MAX,
    MessageKind,
    open_envelope,
    parse,
    seal,
    unfolded_size,
)
from common.message.receipt import RANGES_MAX, Receipt, Rejection, Void
from common.message.status import DeviceHealth, Health, Status
from common.message.topic import Down, Topic, Up, check_gateway_id, parse_topic, subscription

__all__ = [
    "BODY_SIZE_MAX",
    "CHANNELS_MAX",
    "DEPTH_MAX",
    "EPOCH_MAX",
    "PAYLOAD_SIZE_MAX",
    "RANGES_MAX",
    "ROWS_MAX",
    "SEQUENCE_MAX",
    "Batch",
    "Catalog",
    "Channel",
    "Codec",
    "DeviceHealth",
    "Down",
    "Health",
    "Kind",
    "Lane",
    "Message",
    "Receipt",
    "Rejection",
    "Rows",
    "Status",
    "Topic",
    "Up",
    "Void",
    "check_gateway_id",
    "decode",
    "encode",
    "extends",
    "parse_topic",
    "read",
    "subscription",
    "unfolded_size",
]

Message = Catalog | Batch | Receipt | Rejection | Void | Status | Health

_KINDS: dict[Up | Down, tuple[MessageKind, Any]] = {
    Up.CATALOG: (MessageKind.CATALOG, Catalog),
    Up.LIVE: (MessageKind.BATCH, Batch),
    Up.BACKLOG: (MessageKind.BATCH, Batch),
    Up.VOID: (MessageKind.VOID, Void),
    Up.STATUS: (MessageKind.STATUS, Status),
    Up.HEALTH: (MessageKind.HEALTH, Health),
    Down.RECEIPT: (MessageKind.RECEIPT, Receipt),
    Down.REJECTION: (MessageKind.REJECTION, Rejection),
}
_DECODERS = {kind: msgspec.msgpack.Decoder(message) for kind, message in _KINDS.values()}
_KIND_OF = {message: kind for kind, message in _KINDS.values()}


def encode(message: Message) -> bytes:
    """The payload of a message."""
    return seal(_KIND_OF[type(message)], message)


def decode(kind: Up | Down, payload: bytes) -> Message:
    """The message that came on a topic of this kind; DecodeError says what is wrong with anything else."""
    code = _KINDS[kind][0]
    try:
        message: Message = parse(_DECODERS[code], open_envelope(code, payload))
        _check(kind, message)
    except DecodeError as error:
        error.path = "/".join(filter(None, (kind.value, error.path)))
        raise
    return message


def read(topic: str, payload: bytes) -> tuple[Topic, Message]:
    """Who sent what: topic and payload of one MQTT message."""
    parsed = parse_topic(topic)
    return parsed, decode(parsed.kind, payload)


def _check(kind: Up | Down, message: Message) -> None:
    """What the types alone do not say."""
    if isinstance(message, Batch) and (message.lane is Lane.LIVE) != (kind is Up.LIVE):
        raise DecodeError("came on the other lane's topic", path="lane")
    if isinstance(message, Catalog):
        check_catalog(message)
    ranges = (*getattr(message, "gaps", ()), *getattr(message, "resend", ()), *getattr(message, "ranges", ()))
    if any(first > last for first, last in ranges):
        raise DecodeError("a range ends before it starts", path="ranges")
