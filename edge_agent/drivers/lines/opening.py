"""A driver's stream of bytes: opened, and emptied of what came before anybody asked."""

from edge_agent.drivers.interface import LineDown
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

HINTS = {
    "tcp": "is the device on, are its address and port right? Modbus usually listens on 502",
    "listen": "has the data unit a network, and does it dial this gateway's address and port?",
    "modem": "is a card in the modem, and is the number right?",
    "serial": "energy-edge doctor checks the ports of a site file",
}


async def ensure_open(transport: Transport, port: Port) -> None:
    """Open the line unless it is open; LineDown says why it cannot be."""
    try:
        await transport.open()
    except ConnectionError as error:
        raise LineDown(str(error), path=port.name, hint=HINTS[port.scheme]) from error


async def discard_received(transport: Transport) -> None:
    """Throw away what has come and was not taken; ConnectionError if the line is gone."""
    try:
        while True:
            await transport.receive(0)
    except TimeoutError:
        return


async def open_and_empty(transport: Transport, port: Port) -> None:
    """An open line with nothing old in it; one that broke while nobody looked is opened anew. LineDown."""
    await ensure_open(transport, port)
    try:
        await discard_received(transport)
    except ConnectionError:
        await transport.close()
        await ensure_open(transport, port)
