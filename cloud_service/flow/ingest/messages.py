"""Messages of gateways before and after ingest: as delivered, as read, as refused, and what is answered."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from common.errors import DecodeError, InputError
from common.message import Batch, Down, Message, Rejection, Topic, encode, read


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message as the broker delivered it."""

    topic: str
    payload: bytes
    received_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to publish."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class IngestOutcome:
    """What became of a call's messages."""

    replies: list[OutgoingMessage] = field(default_factory=list)
    held: list[IncomingMessage] = field(default_factory=list)  # to be handed in again in a moment
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message that could be read."""

    incoming: IncomingMessage
    topic: Topic
    message: Message


class BadMessageError(Exception):
    """A message that goes into quarantine: code and detail are kept, and told to its sender."""

    def __init__(self, code: str, detail: str, message: Message | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.message = code, detail, message


def open_all(
    messages: Iterable[IncomingMessage],
) -> tuple[list[OpenedMessage], list[tuple[IncomingMessage, BadMessageError]]]:
    """Those that can be read, and those that cannot."""
    opened, refused = [], []
    for incoming in messages:
        try:
            topic, message = read(incoming.topic, incoming.payload)
            opened.append(OpenedMessage(incoming, topic, message))
        except DecodeError as error:
            refused.append((incoming, BadMessageError(error.code, str(error))))
        except Exception as error:  # noqa: BLE001 - bytes that no reader expects keep no other message back
            refused.append((incoming, BadMessageError("fault", f"{type(error).__name__}: {error}")))
    return opened, refused


def rejection(gateway: str, incoming: IncomingMessage, bad: BadMessageError) -> OutgoingMessage:
    """What the sender is told of a message that was set aside."""
    message = bad.message
    first = last = 0
    if isinstance(message, Batch):
        first = message.first_sequence
        last = first + message.count - 1
    rejection = Rejection(
        code=bad.code[:64],
        reason=bad.detail[:500],
        topic_kind=incoming.topic.rpartition("/")[2][:64],
        epoch=getattr(message, "epoch", 0),
        first_sequence=first,
        last_sequence=last,
    )
    return OutgoingMessage(str(Topic(gateway, Down.REJECTION)), encode(rejection))


def sender(topic: str) -> str:
    """The gateway a topic names, or nothing where it names none that could exist."""
    parts = topic.split("/")
    try:
        return Topic(parts[2], Down.REJECTION).gateway
    except (IndexError, InputError):
        return ""


def instant(at_ms: int) -> str:
    """An instant for people, whatever the number."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{at_ms} ms"


def add_outcome(total: IngestOutcome, outcome: IngestOutcome) -> None:
    """Add one outcome to another."""
    total.replies += outcome.replies
    total.held += outcome.held
    total.stored += outcome.stored
    total.repeated += outcome.repeated
    total.refused += outcome.refused
    total.conflicts += outcome.conflicts
