"""An event loop whose time passes only while everybody sleeps, and a wire inside it: hours of polling in seconds.

Only what lives inside the loop may be waited for: sockets of the machine do not follow this clock.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

import pytest

from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.transports.byte_stream import ByteStream
from edge_agent.transports.port import Port

WALL_S = 1_790_000_000 // 3600 * 3600


class _Selector(selectors.DefaultSelector):
    """Instead of waiting, lets the time pass."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits, and nothing will ever happen"
            self.now_s += timeout
        return ready


class VirtualTime:
    """Runs a coroutine on virtual time; `time.monotonic`, which drivers measure with, follows it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.selector = _Selector()
        self.monkeypatch = monkeypatch

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return self.selector.now_s

    def mono_ms(self) -> int:
        """The same in milliseconds."""
        return int(self.now_s * 1000)

    def wall_s(self) -> float:
        """A wall clock that began at a full hour."""
        return WALL_S + self.now_s

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """Until it is done."""
        with self.monkeypatch.context() as patch:
            patch.setattr(time, "monotonic", lambda: self.now_s)
            with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(self.selector)) as runner:
                runner.run(main)


class Wire:
    """The transport of a serial port whose other end is a simulated line, found by the name of the device."""

    lines: ClassVar[dict[str, SimulatedLine]] = {}

    def __init__(self, port: Port) -> None:
        self.port = port
        self.name = port.name
        self.stream: ByteStream | None = None
        self.reader = asyncio.StreamReader()
        self.talk: asyncio.Task[None] | None = None

    @classmethod
    def serve(cls, monkeypatch: pytest.MonkeyPatch, lines: Mapping[str, SimulatedLine]) -> None:
        """Serial ports are wires to these lines from now on."""
        monkeypatch.setattr(cls, "lines", dict(lines))
        monkeypatch.setattr("edge_agent.transports.serial.SerialTransport", cls)

    @property
    def is_open(self) -> bool:
        return self.stream is not None

    async def open(self) -> None:
        if self.stream is None:
            self.stream, self.reader = ByteStream(), asyncio.StreamReader()
            end: Any = _End(self.stream.data_received)
            self.talk = asyncio.create_task(self.lines[self.port.device].talk(self.reader, end))

    async def close(self) -> None:
        if self.talk is not None:
            self.talk.cancel()
            await asyncio.gather(self.talk, return_exceptions=True)
        self.stream = self.talk = None

    def write(self, data: bytes) -> None:
        self.reader.feed_data(data)

    async def receive(self, timeout_s: float) -> bytes:
        if self.stream is None:
            raise ConnectionResetError(f"{self.name} is not open")
        return await self.stream.receive(timeout_s)


class _End:
    """The meters' end of a wire, as far as they use a StreamWriter."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.write = send

    async def drain(self) -> None:
        return

    def close(self) -> None:
        return
