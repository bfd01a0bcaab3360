"""What waits in a subscriber is bounded in bytes: more is dropped and counted, for it will come again."""

import aiomqtt

from cloud_service.subscriber.inbox import WAITING_BYTES_MAX, BoundedQueue


def message(size: int) -> aiomqtt.Message:
    return aiomqtt.Message("ebs/1/g/up/live", bytes(size), qos=1, retain=False, mid=1, properties=None)


def test_a_full_queue_drops_and_counts_and_takes_again_when_there_is_room() -> None:
    queue = BoundedQueue()
    for _ in range(3):
        queue.put_nowait(message(WAITING_BYTES_MAX // 2))
    assert (2, 1) == (queue.qsize(), queue.dropped)

    queue.get_nowait()
    queue.put_nowait(message(10))

    assert (2, 1, WAITING_BYTES_MAX // 2 + 10) == (queue.qsize(), queue.dropped, queue.waiting_bytes)
