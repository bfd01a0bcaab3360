"""Lines are opened, and emptied of what came before anybody asked."""

import asyncio

import pytest

from edge_agent.drivers.interface import LineDown
from edge_agent.drivers.lines.opening import discard_received, ensure_open, open_and_empty
from edge_agent.transports.port import Port

PORT = Port.parse("tcp://meter.example:502")


class ScriptedTransport:
    """Gives what it was told to; `ConnectionResetError` in `incoming` is a line that breaks."""

    def __init__(self, *incoming: bytes | Exception, refuses: str = "") -> None:
        self.incoming = list(incoming)
        self.refuses = refuses
        self.opened = 0
        self.closed = 0
        self.name = "scripted"
        self.is_open = True

    async def open(self) -> None:
        self.opened += 1
        if self.refuses:
            raise ConnectionError(self.refuses)

    async def close(self) -> None:
        self.closed += 1

    def write(self, data: bytes) -> None:
        raise AssertionError(f"nobody asked to send {data.hex()}")

    async def receive(self, timeout_s: float) -> bytes:
        assert timeout_s == 0
        if not self.incoming:
            raise TimeoutError
        answer = self.incoming.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_line_that_cannot_be_opened_is_down_with_a_hint_for_its_kind() -> None:
    with pytest.raises(LineDown, match="no route") as caught:
        asyncio.run(ensure_open(ScriptedTransport(refuses="no route"), PORT))
    assert "502" in caught.value.hint


def test_everything_that_came_unasked_is_thrown_away() -> None:
    transport = ScriptedTransport(b"old", b"older")
    asyncio.run(discard_received(transport))
    assert [] == transport.incoming


def test_a_line_that_broke_while_nobody_looked_is_opened_anew() -> None:
    transport = ScriptedTransport(b"old", ConnectionResetError("gone"))
    asyncio.run(open_and_empty(transport, PORT))
    assert (2, 1) == (transport.opened, transport.closed)


def test_a_line_in_order_is_not_closed() -> None:
    transport = ScriptedTransport(b"old")
    asyncio.run(open_and_empty(transport, PORT))
    assert (1, 0, []) == (transport.opened, transport.closed, transport.incoming)
