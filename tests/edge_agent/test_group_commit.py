"""Rounds that end together are one transaction; nobody is told of a commit that has not happened."""

import asyncio
from collections.abc import Sequence

import pytest

from edge_agent.group_commit import GroupCommit
from tests.edge_agent.machine import in_loop


class Disk:
    """A store that is slow until it is let go, and can be made to fail."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self.free = asyncio.Event()
        self.busy = asyncio.Event()
        self.error: Exception | None = None

    async def store(self, readings: Sequence[str]) -> None:
        self.busy.set()
        await self.free.wait()
        if self.error:
            raise self.error
        self.transactions.append(list(readings))


@in_loop
async def test_rounds_that_end_together_are_one_transaction() -> None:
    disk = Disk()
    disk.free.set()
    rounds = GroupCommit(disk.store)

    await asyncio.gather(rounds.commit(["a1", "a2"]), rounds.commit(["b1"]), rounds.commit(["c1"]))

    assert [["a1", "a2", "b1", "c1"]] == disk.transactions


@in_loop
async def test_what_comes_while_the_disk_is_busy_goes_into_the_next_transaction_and_waits_for_it() -> None:
    disk = Disk()
    rounds = GroupCommit(disk.store, gather_s=0)
    first = asyncio.create_task(rounds.commit(["a1"]))
    await disk.busy.wait()
    later = [asyncio.create_task(rounds.commit([name])) for name in ("b1", "c1")]
    await asyncio.sleep(0)

    assert not first.done()
    assert [] == disk.transactions
    disk.free.set()
    await asyncio.gather(first, *later)
    assert [["a1"], ["b1", "c1"]] == disk.transactions


@in_loop
async def test_all_whose_readings_were_in_a_failed_transaction_get_its_error_and_the_next_is_tried() -> None:
    disk = Disk()
    disk.free.set()
    disk.error = OSError("no space")
    rounds = GroupCommit(disk.store, gather_s=0)

    results = await asyncio.gather(rounds.commit(["a1"]), rounds.commit(["b1"]), return_exceptions=True)
    disk.error = None
    await rounds.commit(["c1"])

    assert [disk_error.args for disk_error in results if isinstance(disk_error, OSError)] == [("no space",)] * 2
    assert [["c1"]] == disk.transactions


@in_loop
async def test_a_line_that_ends_takes_nobody_elses_readings_with_it() -> None:
    disk = Disk()
    rounds = GroupCommit(disk.store, gather_s=0)
    ending, other = (asyncio.create_task(rounds.commit([name])) for name in ("a1", "b1"))
    await disk.busy.wait()
    ending.cancel()
    disk.free.set()

    await other
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert [["a1", "b1"]] == disk.transactions


@in_loop
async def test_settle_returns_when_nothing_is_under_way() -> None:
    disk = Disk()
    rounds = GroupCommit(disk.store)
    ending = asyncio.create_task(rounds.commit(["a1"]))
    await asyncio.sleep(0)
    ending.cancel()
    disk.free.set()

    await rounds.settle()

    assert [["a1"]] == disk.transactions
