"""Where bytes come from. `TRANSPORTS` is the only list."""

import importlib
from collections.abc import Mapping

from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

TRANSPORTS: Mapping[str, str] = {
    # scheme of the port: module:class, imported when it is used
    "tcp": "edge_agent.transports.tcp:TcpTransport",
    "listen": "edge_agent.transports.listen:ListenTransport",
    "modem": "edge_agent.transports.modem:ModemTransport",
    "serial": "edge_agent.transports.serial:SerialTransport",
}


def transport_for(port: Port) -> Transport:
    """The transport of a port, not opened yet."""
    module, _, name = TRANSPORTS[port.scheme].partition(":")
    transport: Transport = getattr(importlib.import_module(module), name)(port)
    return transport
