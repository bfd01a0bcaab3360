"""A TCP connection to a meter or to a serial device server."""

import asyncio
import os

from edge_agent.transports.byte_stream import ByteStream, keep_watch
from edge_agent.transports.port import Port

CONNECT_TIMEOUT_S = 5.0


class TcpTransport:
    """One TCP connection, opened anew after each break by whoever uses it."""

    def __init__(self, port: Port, *, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self.port = port
        self.connect_timeout_s = connect_timeout_s
        self.stream: ByteStream | None = None

    @property
    def is_open(self) -> bool:
        """True while connected."""
        return self.stream is not None and self.stream.transport is not None

    @property
    def name(self) -> str:
        """host:port."""
        return self.port.name

    async def open(self) -> None:
        """Connect; ConnectionError says why it failed."""
        if self.is_open:
            return
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.connect_timeout_s):
                transport, self.stream = await loop.create_connection(ByteStream, self.port.host, self.port.port)
        except TimeoutError:
            raise ConnectionError(f"no connection within {self.connect_timeout_s:g} s") from None
        except OSError as error:
            reason = error.errno is not None and error.errno > 0
            why = os.strerror(error.errno or 0) if reason else error.strerror or str(error)
            raise ConnectionError(f"no connection: {why.lower()}") from error
        keep_watch(transport.get_extra_info("socket"))

    async def close(self) -> None:
        """Disconnect."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.stream is None:
            raise ConnectionResetError(f"{self.name} is not connected")
        self.stream.write(data)

    async def receive(self, timeout_s: float) -> bytes:
        """At least one byte."""
        if self.stream is None:
            raise ConnectionResetError(f"{self.name} is not connected")
        return await self.stream.receive(timeout_s)
