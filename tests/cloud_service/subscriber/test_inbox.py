"""What waits in a subscriber is bounded in bytes: more is dropped and counted, for it will come again.

What it takes at once is bounded by what the messages unfold to, so that no small bomb becomes a large one.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import aiomqtt
import pytest

from cloud_service.subscriber.inbox import (
    MESSAGE_BYTES,
    TAKE_BYTES_MAX,
    TAKE_MESSAGES_MAX,
    WAITING_BYTES_MAX,
    BoundedQueue,
    MessageSource,
)
from common.message import BODY_SIZE_MAX
from common.message.envelope import HEADER, MAGIC, VERSION


def message(size: int) -> aiomqtt.Message:
    return waiting(bytes(size))


def waiting(payload: bytes) -> aiomqtt.Message:
    return aiomqtt.Message("ebs/1/g/up/live", payload, qos=1, retain=False, mid=1, properties=None)


class Connection:
    """A client's queue and messages, without a broker."""

    def __init__(self, *messages: aiomqtt.Message) -> None:
        self._queue = BoundedQueue()
        for waiting_message in messages:
            self._queue.put_nowait(waiting_message)

    @property
    async def messages(self) -> AsyncIterator[aiomqtt.Message]:
        while True:
            yield await self._queue.get()


@pytest.mark.parametrize(
    ("payload", "taken"),
    [
        (HEADER.pack(MAGIC, VERSION, 2, BODY_SIZE_MAX) + b"bomb", TAKE_BYTES_MAX // BODY_SIZE_MAX),
        (HEADER.pack(MAGIC, VERSION, 2, BODY_SIZE_MAX + 1) + b"refused anyway", TAKE_MESSAGES_MAX),
        (HEADER.pack(MAGIC, VERSION, 2, 100) + bytes(90), TAKE_MESSAGES_MAX),
        (b"x", TAKE_MESSAGES_MAX),
    ],
)
def test_as_much_is_taken_at_once_as_unfolds_to_a_bounded_size(payload: bytes, taken: int) -> None:
    async def take() -> int:
        source = MessageSource(cast("Any", Connection(*[waiting(payload)] * (TAKE_MESSAGES_MAX + 10))))
        return len(await source.take(asyncio.Event(), 5))

    assert taken == asyncio.run(take())


def test_a_full_queue_drops_and_counts_and_takes_again_when_there_is_room() -> None:
    queue = BoundedQueue()
    for _ in range(3):
        queue.put_nowait(message(WAITING_BYTES_MAX // 2))
    assert (2, 1) == (queue.qsize(), queue.dropped)

    queue.get_nowait()
    queue.put_nowait(message(10))

    assert (2, 1, WAITING_BYTES_MAX // 2 + 10 + 2 * MESSAGE_BYTES) == (
        queue.qsize(),
        queue.dropped,
        queue.waiting_bytes,
    )
