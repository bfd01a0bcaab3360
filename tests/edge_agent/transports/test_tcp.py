import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from edge_agent.transports import transport_for
from edge_agent.transports.byte_stream import BUFFER_MAX, ByteStream
from edge_agent.transports.port import Port
from edge_agent.transports.tcp import TcpTransport
from tests.edge_agent.drivers.line_twin import Talk, line_to


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"bye")
    await writer.drain()


def connected(talk: Talk, work: Callable[[TcpTransport], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with line_to(talk) as port:
            transport = TcpTransport(port)
            await transport.open()
            try:
                return await work(transport)
            finally:
                await transport.close()

    return asyncio.run(inside())


def test_bytes_go_out_and_come_back() -> None:
    async def work(transport: TcpTransport) -> bytes:
        transport.write(b"hello")
        return await transport.receive(1.0)

    assert b"hello" == connected(echo, work)


def test_nothing_coming_is_a_timeout() -> None:
    async def work(transport: TcpTransport) -> None:
        await transport.receive(0.01)

    with pytest.raises(TimeoutError):
        connected(echo, work)


def test_what_came_before_the_end_is_given_and_then_the_end() -> None:
    async def work(transport: TcpTransport) -> bytes:
        await asyncio.sleep(0.05)
        data = await transport.receive(1.0)
        with pytest.raises(ConnectionError):
            await transport.receive(1.0)
        assert not transport.is_open
        return data

    assert b"bye" == connected(hang_up, work)


def test_opening_twice_and_closing_twice_is_no_fault() -> None:
    async def work(transport: TcpTransport) -> bool:
        await transport.open()
        await transport.close()
        await transport.close()
        with pytest.raises(ConnectionError):
            transport.write(b"x")
        await transport.open()
        return transport.is_open

    assert connected(echo, work)


def test_a_host_that_does_not_answer_is_given_up_in_time() -> None:
    async def inside() -> None:
        await TcpTransport(Port.parse("tcp://192.0.2.1:502"), connect_timeout_s=0.05).open()

    with pytest.raises(ConnectionError):
        asyncio.run(inside())


def test_a_line_gone_mad_cannot_fill_the_memory() -> None:
    async def inside() -> bytes:
        stream = ByteStream()
        for _ in range(20):
            stream.data_received(b"x" * (BUFFER_MAX // 4))
        stream.data_received(b"end")
        return stream.take()

    data = asyncio.run(inside())
    assert BUFFER_MAX == len(data)
    assert data.endswith(b"end")


@pytest.mark.parametrize(
    "text", ["tcp://127.0.0.1:1", "serial:///dev/x", "listen://127.0.0.1:1/a", "modem:///dev/x?dial=1"]
)
def test_every_port_has_its_transport(text: str) -> None:
    transport = transport_for(Port.parse(text))

    assert not transport.is_open
    assert transport.name
