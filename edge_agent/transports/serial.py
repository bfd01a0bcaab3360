"""A serial port: RS-485 and RS-232 adapters, M-Bus level converters, optical heads. One owner per port."""

import asyncio
import contextlib
import os
from typing import Any

from edge_agent.transports.byte_stream import ByteStream
from edge_agent.transports.port import Port

HINTS = {
    2: "is the adapter plugged in? `ls /dev/serial/by-id` shows what is",
    13: "add the user to the group that owns it: sudo usermod -aG dialout $USER, then sign in again",
    16: "another program holds it",
    11: "another program holds it",
}


class SerialTransport:
    """One serial port, opened exclusively."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.stream: ByteStream | None = None
        self.line: Any = None  # the pyserial object; kept for changes of the baud rate

    @property
    def is_open(self) -> bool:
        """True while the device is open."""
        return self.stream is not None and self.stream.transport is not None

    @property
    def name(self) -> str:
        """The device's path."""
        return self.port.device

    async def open(self) -> None:
        """Open the device; ConnectionError says why it failed and what to try."""
        if self.is_open:
            return
        import serial
        import serial_asyncio_fast

        try:
            self.line = serial.Serial(
                port=self.port.device,
                baudrate=self.port.baud,
                bytesize=self.port.data_bits,
                parity=self.port.parity,
                stopbits=self.port.stop_bits,
                timeout=0,
                exclusive=True,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            number = getattr(error, "errno", None) or 0
            why = os.strerror(number).lower() if number else str(error)
            hint = f"; {HINTS[number]}" if number in HINTS else ""
            raise ConnectionError(f"cannot be opened: {why}{hint}") from error
        loop = asyncio.get_running_loop()
        self.stream = ByteStream()
        serial_asyncio_fast.SerialTransport(loop, self.stream, self.line)
        await self.stream.made.wait()

    async def close(self) -> None:
        """Give the device back."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None
            await asyncio.sleep(0)
        if self.line is not None:
            with contextlib.suppress(OSError):
                self.line.close()
            self.line = None

    def set_baud(self, baud: int) -> None:
        """Change the speed between two telegrams (IEC 62056-21)."""
        if self.line is not None:
            self.line.baudrate = baud

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.stream is None:
            raise ConnectionResetError(f"{self.name} is not open")
        self.stream.write(data)

    async def receive(self, timeout_s: float) -> bytes:
        """At least one byte."""
        if self.stream is None:
            raise ConnectionResetError(f"{self.name} is not open")
        return await self.stream.receive(timeout_s)
