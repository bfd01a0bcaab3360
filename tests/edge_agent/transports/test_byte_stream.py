"""One timer serves many answers, and every wait ends when it should."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from edge_agent.transports.byte_stream import ROOM_SIZE, ByteStream
from tests.edge_agent.virtual_time import VirtualTime

Run = Callable[[Callable[[ByteStream], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test with a stream, in virtual time."""

    def go(test: Callable[[ByteStream], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            await test(ByteStream())

        VirtualTime(monkeypatch).run(main())

    return go


async def waited_s(stream: ByteStream, timeout_s: float) -> float:
    """How long it took to say that nothing came."""
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await stream.receive(timeout_s)
    return asyncio.get_running_loop().time() - began_s


async def answered(stream: ByteStream, timeout_s: float, *, after_s: float) -> bytes:
    asyncio.get_running_loop().call_later(after_s, stream.data_received, b"x")
    return await stream.receive(timeout_s)


@pytest.mark.parametrize(("first_s", "second_s"), [(10.0, 1.0), (1.0, 10.0), (2.0, 2.0)])
def test_a_wait_after_an_answer_ends_in_its_own_time(run: Run, first_s: float, second_s: float) -> None:
    async def test(stream: ByteStream) -> None:
        assert b"x" == await answered(stream, first_s, after_s=0.5)
        assert second_s == pytest.approx(await waited_s(stream, second_s), abs=0.001)
        assert second_s == pytest.approx(await waited_s(stream, second_s), abs=0.001)

    run(test)


def test_a_timer_that_goes_off_while_nobody_waits_ends_no_later_wait(run: Run) -> None:
    async def test(stream: ByteStream) -> None:
        await answered(stream, 1.0, after_s=0.1)
        await asyncio.sleep(5)
        assert b"x" == await answered(stream, 1.0, after_s=0.9)
        assert b"x" == await answered(stream, 1.0, after_s=0.9)

    run(test)


def test_a_thousand_answers_take_one_timer(run: Run) -> None:
    async def test(stream: ByteStream) -> None:
        await answered(stream, 3600, after_s=0.1)
        timer = stream.timer
        for _ in range(1000):
            await answered(stream, 3600, after_s=0.1)
        assert timer is stream.timer
        stream.connection_lost(None)
        assert timer is not None
        assert timer.cancelled()

    run(test)


def test_more_than_the_room_holds_comes_whole_over_a_socket() -> None:
    sent = bytes(range(256)) * (4 * ROOM_SIZE // 256)

    async def main() -> bytes:
        async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(sent)
            writer.close()

        loop, received = asyncio.get_running_loop(), b""
        async with await asyncio.start_server(send, "127.0.0.1", 0) as server:
            _, stream = await loop.create_connection(ByteStream, *server.sockets[0].getsockname())
            while len(received) < len(sent):
                received += await stream.receive(10)
        return received

    assert sent == asyncio.run(main())
