"""Rounds of several lines in one transaction: lines that poll on one grid end together, and a disk likes one write."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
GATHER_S = 0.02  # how long the first round waits for others


class GroupCommit(Generic[T]):
    """Hands everything that comes while the disk is busy to `store` at once, in the order in which it came."""

    def __init__(self, store: Callable[[list[T]], Awaitable[None]], *, gather_s: float = GATHER_S) -> None:
        self._store = store
        self._gather_s = gather_s
        self._gathered: list[T] = []
        self._next: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._disk = asyncio.Lock()

    async def commit(self, readings: Sequence[T]) -> None:
        """Return when these are stored; all whose readings were in a transaction that failed get its error."""
        self._gathered += readings
        if self._next is None:
            self._next = asyncio.create_task(self._commit(), name="commit")
            self._running.add(self._next)
            self._next.add_done_callback(self._running.discard)
        await asyncio.shield(self._next)  # a line that ends must not take the others' readings with it

    async def _commit(self) -> None:
        await asyncio.sleep(self._gather_s)
        async with self._disk:
            readings, self._gathered, self._next = self._gathered, [], None
            await self._store(readings)

    async def settle(self) -> None:
        """Return when nothing is under way any more."""
        await asyncio.gather(*self._running, return_exceptions=True)
