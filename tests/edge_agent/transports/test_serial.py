"""A serial port, on a pair of pseudo terminals."""

import asyncio
import os
import pty
import tty
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from edge_agent.transports.port import Port
from edge_agent.transports.serial import SerialTransport

T = TypeVar("T")


@pytest.fixture
def wire() -> Iterator[tuple[int, SerialTransport]]:
    """The other end of a line, and a transport on it."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, SerialTransport(Port.parse(f"serial://{os.ttyname(theirs)}"))
    os.close(ours)
    os.close(theirs)


def with_open(transport: SerialTransport, work: Callable[[], Awaitable[T]]) -> T:
    async def inside() -> T:
        await transport.open()
        try:
            return await work()
        finally:
            await transport.close()

    return asyncio.run(inside())


def test_bytes_go_both_ways(wire: tuple[int, SerialTransport]) -> None:
    ours, transport = wire

    async def talk() -> bytes:
        transport.write(b"question")
        await asyncio.sleep(0.01)
        assert b"question" == os.read(ours, 100)
        os.write(ours, b"answer")
        return await transport.receive(1.0)

    assert b"answer" == with_open(transport, talk)
    assert not transport.is_open


def test_silence_is_a_timeout(wire: tuple[int, SerialTransport]) -> None:
    with pytest.raises(TimeoutError):
        with_open(wire[1], lambda: wire[1].receive(0.01))


def test_the_speed_may_change_between_two_telegrams(wire: tuple[int, SerialTransport]) -> None:
    _, transport = wire

    async def change() -> int:
        transport.set_baud(300)
        speed: int = transport.line.baudrate
        return speed

    assert 300 == with_open(transport, change)


def test_a_device_that_is_not_there_says_what_to_look_at(tmp_path: Path) -> None:
    transport = SerialTransport(Port.parse(f"serial://{tmp_path}/ttyUSB9"))
    with pytest.raises(ConnectionError, match="is the adapter plugged in"):
        asyncio.run(transport.open())


def test_a_line_that_is_not_open_refuses_to_send_and_receive() -> None:
    transport = SerialTransport(Port.parse("serial:///dev/ttyUSB9"))
    with pytest.raises(ConnectionResetError):
        transport.write(b"x")
    with pytest.raises(ConnectionResetError):
        asyncio.run(transport.receive(0.0))
