"""The task that keeps a connection: what it takes from the cloud, and how it comes back."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from common.message import Receipt, Rejection, Topic, Up, encode
from common.message.topic import Down
from edge_agent.buffer import BufferGuard
from edge_agent.clock import Clock
from edge_agent.config import UplinkSettings
from edge_agent.uplink import Uplink, UplinkOutbox
from edge_agent.uplink.session import BACKOFF_MAX_S, backoff_s
from tests.edge_agent.buffer.builders import open_guard, sample

T = TypeVar("T")
GATEWAY = "gw-1"


async def at_once(action: Callable[[], T]) -> T:
    """The thread of the disk, which is this one."""
    return action()


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[BufferGuard]:
    opened = open_guard(tmp_path)
    opened.append([sample(1), sample(2)])
    yield opened
    opened.close()


def uplink_of(guard: BufferGuard, clock: Clock | None = None) -> Uplink:
    settings = UplinkSettings("mqtt://localhost")
    outbox = UplinkOutbox(guard, GATEWAY)
    clock = clock or Clock(kernel_synchronised=lambda: True)
    return Uplink(settings, GATEWAY, outbox, clock=clock, on_disk=at_once, agent="test", boot_id="boot-1")


def hear(uplink: Uplink, message: Receipt | Rejection, kind: Down, gateway: str = GATEWAY) -> None:
    asyncio.run(uplink._handle(str(Topic(gateway, kind)), encode(message)))


def test_a_receipt_is_noted_and_wakes_the_sender_while_something_is_owed(guard: BufferGuard) -> None:
    uplink = uplink_of(guard)
    hear(uplink, Receipt(guard.buffer.current.epoch, 1, 1), Down.RECEIPT)
    assert ([(1, 1)], 1, True) == (list(guard.buffer.current.done), uplink.standing.receipts, uplink.wake.is_set())


def test_a_receipt_tells_a_gateway_without_a_clock_the_time(guard: BufferGuard) -> None:
    clock = Clock(mono=lambda: 5000, wall=lambda: 5.0, kernel_synchronised=lambda: False)
    hear(uplink_of(guard, clock), Receipt(guard.buffer.current.epoch, 0, 0, now_ms=1_790_000_000_000), Down.RECEIPT)
    assert (1_790_000_000_000, {1: 1_789_999_995_000}) == (clock.now_ms(), dict(guard.buffer.directory.offsets))


def test_a_rejection_is_kept_for_health(guard: BufferGuard) -> None:
    uplink = uplink_of(guard)
    hear(uplink, Rejection("bad_digest", "does not fit"), Down.REJECTION)
    assert (1, "bad_digest: does not fit") == (uplink.outbox.rejections, uplink.outbox.last_rejection)


def test_what_was_meant_for_another_gateway_changes_nothing(guard: BufferGuard) -> None:
    uplink = uplink_of(guard)
    hear(uplink, Receipt(guard.buffer.current.epoch, 2, 2), Down.RECEIPT, gateway="gw-2")
    assert (0, 0) == (uplink.standing.receipts, len(guard.buffer.current.done))


def test_a_catalog_goes_before_readings_and_the_backlog_one_message_at_a_time(guard: BufferGuard) -> None:
    uplink = uplink_of(guard)
    uplink.outbox.connected(0.0)
    messages, more = uplink._due_messages()
    assert ([Up.CATALOG], False) == ([message.kind for message in messages], more)
    guard.append([sample(3)])
    hear(uplink, Receipt(guard.buffer.current.epoch, 0, 0, credit=1), Down.RECEIPT)
    kinds = []
    more = True
    while more:
        messages, more = uplink._due_messages()
        kinds.append([message.kind for message in messages])
    assert [[Up.LIVE, Up.BACKLOG], []] == kinds


def test_pauses_grow_and_stay_within_a_minute() -> None:
    assert all(0 <= backoff_s(1) <= 2 for _ in range(50))
    assert BACKOFF_MAX_S >= max(backoff_s(failures) for failures in range(2000)) > 2


@pytest.mark.parametrize("fault", [IndexError("channel 7"), KeyError("register"), RuntimeError("no loop")])
def test_no_fault_of_ours_ends_the_uplink(
    guard: BufferGuard, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    uplink, tries = uplink_of(guard), asyncio.Queue[int]()

    async def fail() -> None:
        tries.put_nowait(1)
        raise fault

    async def play() -> None:
        running = asyncio.create_task(uplink.run())
        for _ in range(2):
            await tries.get()
        running.cancel()

    monkeypatch.setattr(uplink, "_session", fail)
    monkeypatch.setattr("edge_agent.uplink.session.backoff_s", lambda _failures: 0.0)
    asyncio.run(asyncio.wait_for(play(), 30))

    assert str(fault) == uplink.standing.problem
