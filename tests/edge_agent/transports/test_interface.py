"""What every transport promises, held against each of them."""

import asyncio

import pytest

from edge_agent.transports import TRANSPORTS, transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

PORTS = {
    "tcp": "tcp://127.0.0.1:1",
    "listen": "listen://127.0.0.1:1/863921031234567",
    "modem": "modem:///dev/nothing?dial=%2B491701234567",
    "serial": "serial:///dev/nothing",
}


@pytest.fixture(params=sorted(TRANSPORTS))
def transport(request: pytest.FixtureRequest) -> Transport:
    """A transport that was never opened."""
    return transport_for(Port.parse(PORTS[request.param]))


def test_a_line_that_was_never_opened_is_closed_and_closing_it_is_no_fault(transport: Transport) -> None:
    async def close_twice() -> None:
        await transport.close()
        await transport.close()

    asyncio.run(close_twice())
    assert not transport.is_open


def test_nothing_can_be_sent_or_received_on_a_closed_line(transport: Transport) -> None:
    with pytest.raises(ConnectionError):
        transport.write(b"x")
    with pytest.raises(ConnectionError):
        asyncio.run(transport.receive(0.0))


def test_errors_can_call_a_line_by_its_place(transport: Transport) -> None:
    assert any(place in transport.name for place in ("127.0.0.1:1", "/dev/nothing"))
