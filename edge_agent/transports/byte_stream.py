"""The byte stream under TCP, serial and dial-in lines: one asyncio protocol with a bounded buffer."""

import asyncio
import contextlib
import socket

ROOM_SIZE = 4096
BUFFER_MAX = 65536  # a meter sends at most a few kB at a time; more is a line gone mad


USER_TIMEOUT_MS = 30_000


class ByteStream(asyncio.BufferedProtocol, asyncio.Protocol):
    """Collects what comes in until somebody takes it.

    TCP hands it over in a room that is kept (asyncio would set 256 KiB aside for every answer), serial lines as bytes.
    """

    def __init__(self) -> None:
        self.room = memoryview(bytearray(ROOM_SIZE))
        self.transport: asyncio.WriteTransport | None = None
        self.buffer = bytearray()
        self.waiter: asyncio.Future[None] | None = None
        self.deadline_s = 0.0  # of the waiter
        self.timer: asyncio.TimerHandle | None = None
        self.lost: Exception | None = None
        self.made = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self.transport = transport  # type: ignore[assignment]  # both TCP and serial give a writable one
        self.made.set()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - more comes in several pieces
        """Called by asyncio."""
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio."""
        self.data_received(bytes(self.room[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Called for what came; keeps the newest bytes if nobody reads."""
        self.buffer += data
        if len(self.buffer) > BUFFER_MAX:
            del self.buffer[:-BUFFER_MAX]
        self._wake()

    def eof_received(self) -> bool:
        """The other side has closed: so do we."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self.lost = exc or ConnectionResetError("the other side closed the connection")
        self.transport = None
        if self.timer is not None:
            self.timer.cancel()
        self._wake()

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def take(self) -> bytes:
        """Everything that has come."""
        data = bytes(self.buffer)
        self.buffer.clear()
        return data

    async def receive(self, timeout_s: float) -> bytes:
        """At least one byte, TimeoutError, or ConnectionError when the line is gone."""
        if not self.buffer:
            await self._wait(timeout_s)
        if self.buffer:
            return self.take()
        if self.lost is not None:
            raise ConnectionResetError(str(self.lost)) from self.lost
        raise TimeoutError

    async def _wait(self, timeout_s: float) -> None:
        if self.lost is not None or timeout_s <= 0:
            return
        loop = asyncio.get_running_loop()
        self.waiter = loop.create_future()
        self.deadline_s = loop.time() + timeout_s
        if self.timer is None or self.timer.when() > self.deadline_s:
            self._start_timer(loop)
        try:
            await self.waiter
        finally:
            self.waiter = None

    def _start_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        """One timer serves many answers: it looks only when it goes off whether anybody waits, and until when."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = loop.call_at(self.deadline_s, self._time_is_up, loop)

    def _time_is_up(self, loop: asyncio.AbstractEventLoop) -> None:
        self.timer = None
        if self.waiter is None:
            return
        if loop.time() < self.deadline_s:
            self._start_timer(loop)
        else:
            self._wake()

    def write(self, data: bytes) -> None:
        """Send bytes; ConnectionError if the line is gone."""
        if self.transport is None:
            raise ConnectionResetError(str(self.lost or "not connected"))
        self.transport.write(data)

    def close(self) -> None:
        """Drop the line at once: what was not sent is of no use later."""
        if self.transport is not None:
            with contextlib.suppress(OSError):
                self.transport.abort()
            self.transport = None


def keep_watch(sock: socket.socket) -> None:
    """Have the kernel find connections that died unseen, as those over mobile networks and through routers do."""
    options = (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS),
    )
    for level, name, value in options:
        with contextlib.suppress(OSError):
            sock.setsockopt(level, name, value)
