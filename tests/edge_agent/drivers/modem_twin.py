"""An AT modem of the tests' own: stored messages, calls, echo, refusals."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from tests.edge_agent.drivers.line_twin import Talk


class FarEnd:
    """The meter's side of a call: closing it ends the call, not the line to the modem."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.write = writer.write
        self.drain = writer.drain

    def close(self) -> None:
        pass


@dataclass(slots=True)
class ModemTwin:
    """Behaves as modems do; `behind` speaks for the meter at the other end of a call."""

    messages: dict[int, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    behind: Talk | None = None
    dial_answer: str = "CONNECT 9600"
    registered: bool = True
    pin: str = ""
    total: int = 20
    echo: bool = True

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The command side."""
        while True:
            line = (await reader.readuntil(b"\r")).decode("latin-1").strip()
            self.commands.append(line)
            if self.echo:
                writer.write(line.encode() + b"\r")
            if line == "ATE0":
                self.echo = False
            await self._answer(line, reader, writer)

    async def _answer(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        say = [b"OK"]
        if line == "AT+CPIN?":
            say = [b"+CPIN: SIM PIN" if self.pin else b"+CPIN: READY", b"OK"]
        elif line.startswith("AT+CPIN="):
            say = [b"OK" if line == f'AT+CPIN="{self.pin}"' else b"+CME ERROR: 16"]
        elif line == "AT+CREG?":
            say = [b"+CREG: 0,1" if self.registered else b"+CREG: 0,2", b"OK"]
        elif line == "AT+CSQ":
            say = [b"+CSQ: 17,99", b"OK"]
        elif line.startswith("AT+CPMS"):
            used = len(self.messages) if "SM" in line else 0
            say = [f"+CPMS: {used},{self.total},{used},{self.total}".encode(), b"OK"]
            self._store = "SM" if "SM" in line else "ME"
        elif line == "AT+CMGL=4":
            say = self._listed()
        elif line.startswith("AT+CMGD="):
            self.messages.pop(int(line.removeprefix("AT+CMGD=")), None)
        elif line.startswith("AT+CMGS="):
            writer.write(b"\r\n> ")
            self.sent.append((await reader.readuntil(b"\x1a")).decode()[:-1])
            say = [b"+CMGS: 12", b"OK"]
        elif line.startswith("ATD"):
            await self._call(reader, writer)
            return
        writer.write(b'\r\n+CMTI: "SM",1\r\n' + b"".join(b"\r\n" + line + b"\r\n" for line in say))

    _store: str = "SM"

    def _listed(self) -> list[bytes]:
        listing = []
        for index, pdu in self.messages.items() if self._store == "SM" else ():
            listing += [f"+CMGL: {index},0,,{len(pdu) // 2 - 1}".encode(), pdu.encode()]
        return [*listing, b"OK"]

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"\r\n{self.dial_answer}\r\n".encode())
        if not self.dial_answer.startswith("CONNECT") or self.behind is None:
            return
        far_reader = asyncio.StreamReader()
        meter = asyncio.ensure_future(self.behind(far_reader, cast(asyncio.StreamWriter, FarEnd(writer))))
        while data := await reader.read(100):
            if data == b"+++":
                writer.write(b"\r\nOK\r\n")
                break
            far_reader.feed_data(data)
        meter.cancel()
